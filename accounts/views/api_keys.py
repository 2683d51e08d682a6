"""API keys over HTTP. No key can be used here: a program must not make itself another, or a longer life."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import ApiKey
from accounts.permissions import HasAccount
from accounts.serializers import ApiKeySerializer, ApiKeyWriteSerializer, MadeKeySerializer
from accounts.services import api_keys
from accounts.views.proving import prove_owner
from common.pagination import PageNumbers, PageQuery
from common.schema import REFUSALS, paged
from common.views import PersonalView, created, read_body


class ApiKeysView(PersonalView):
    """The keys of the person who asks."""

    permission_classes = (HasAccount,)

    @extend_schema(parameters=[PageQuery], responses=paged(ApiKeySerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List one's keys that are not revoked, newest first."""
        pages = PageNumbers()
        keys = pages.paginate_queryset(ApiKey.objects.filter(user=request.user, revoked_at=None), request)
        return pages.get_paginated_response(ApiKeySerializer(keys, many=True).data)

    @extend_schema(request=ApiKeyWriteSerializer, responses={201: MadeKeySerializer}, extensions={REFUSALS: [423]})
    def post(self, request: SignedInRequest) -> Response:
        """Make a key for a program; its secret is in this answer and never again.

        Takes a sign-in of the last ten minutes, or the password: a key opens the account for longer than any token.
        """
        given = read_body(request, ApiKeyWriteSerializer)
        prove_owner(request, given.pop("current_password", None))
        made = api_keys.make_key(user=request.user, **given, now=timezone.now())
        return created(ApiKeySerializer(made.row).data | {"key": made.key})


class ApiKeyView(PersonalView):
    """One key."""

    permission_classes = (HasAccount,)

    @extend_schema(responses={204: OpenApiResponse(description="The key opens nothing any more.")})
    def delete(self, request: SignedInRequest, key_id: uuid.UUID) -> Response:
        """Revoke a key, at once."""
        api_keys.revoke_key(user=request.user, key_id=key_id, now=timezone.now())
        return Response(status=204)
