"""Pictures of products over HTTP, for staff."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import pictures
from catalogue.media import media_url
from catalogue.upload_shapes import PICTURE_SENT, PICTURE_TAKEN, PictureSerializer, PictureWriteSerializer
from common.pictures import UnreadablePicture
from common.schema import REFUSALS
from common.views import HasPermission, PersonalView, read_body


class ProductPicturesView(PersonalView):
    """Where pictures of a product are sent to."""

    parser_classes = (MultiPartParser,)
    permission_classes = (HasPermission,)
    permissions_needed = {"POST": "catalogue.change_product"}
    key_scopes = {"POST": "catalogue:write"}

    @extend_schema(
        request={"multipart/form-data": PictureWriteSerializer},
        responses={201: PictureSerializer},
        examples=[PICTURE_SENT, PICTURE_TAKEN],
        extensions={REFUSALS: [409]},
    )
    def post(self, request: Request, product_id: uuid.UUID) -> Response:
        """Add a picture: the product's first, or one more. It is drawn anew as WebP, in three sizes."""
        file = read_body(request, PictureWriteSerializer)["file"]
        try:
            paths = pictures.add_picture(product_id=product_id, file=file, now=timezone.now(), actor_id=request.user.pk)
        except UnreadablePicture as problem:
            raise UnreadablePicture(problem.message, loc=("body", "file")) from None
        return Response({name: media_url(path) for name, path in paths.items()}, status=201)
