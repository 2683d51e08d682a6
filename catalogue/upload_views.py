"""Uploads of products over HTTP, for staff."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import uploads
from catalogue.models import BulkUpload, FileKind, UploadMode
from catalogue.sheets import UnreadableFile
from catalogue.upload_shapes import (
    SENT,
    TAKEN,
    UploadErrorSerializer,
    UploadReportSerializer,
    UploadSerializer,
    UploadWriteSerializer,
)
from common.errors import NotFound
from common.pagination import PageQuery, page_of
from common.queries import read_query
from common.views import HasPermission, PersonalView, read_body


class UploadsView(PersonalView):
    """Where files of products are sent to."""

    parser_classes = (MultiPartParser,)
    permission_classes = (HasPermission,)
    permissions_needed = {"POST": "catalogue.add_bulkupload"}
    key_scopes = {"POST": "catalogue:write"}

    @extend_schema(
        request={"multipart/form-data": UploadWriteSerializer},
        responses={202: UploadSerializer},
        examples=[SENT, TAKEN],
    )
    def post(self, request: Request) -> Response:
        """Send a file of products; a worker reads it, its good lines land and its bad ones are named."""
        given = read_body(request, UploadWriteSerializer)
        file = given["file"]
        try:
            upload = uploads.request_upload(
                name=file.name,
                file=file,
                kind=FileKind(given["format"].upper()) if "format" in given else None,
                mode=UploadMode(given["mode"].upper()),
                is_dry_run=given["dry_run"],
                makes_categories=given["make_categories"],
                now=timezone.now(),
                actor_id=request.user.pk,
            )
        except UnreadableFile as problem:
            raise UnreadableFile(problem.message, loc=("body", "file")) from None
        return Response(UploadSerializer(upload).data, status=202)


class UploadView(PersonalView):
    """One upload."""

    permission_classes = (HasPermission,)
    permissions_needed = {"GET": "catalogue.view_bulkupload"}
    # Whoever may send a file may see what became of it.
    key_scopes = {"GET": "catalogue:write"}

    @extend_schema(parameters=[PageQuery], responses=UploadReportSerializer)
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Return how far an upload is, and a page of its bad lines."""
        asked = read_query(request, PageQuery)
        upload = BulkUpload.objects.filter(pk=upload_id).first()
        if upload is None:
            raise NotFound
        errors, start = uploads.errors_of(upload), (asked["page"] - 1) * asked["per_page"]
        items = UploadErrorSerializer(errors[start : start + asked["per_page"]], many=True).data
        page = page_of(list(items), total=errors.count(), **asked)
        return Response(UploadSerializer(upload).data | {"errors": page})
