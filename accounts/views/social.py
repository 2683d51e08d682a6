"""Signing in through others, and the links to them, over HTTP."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import Identity
from accounts.permissions import HasAccount
from accounts.serializers import (
    IdentitySerializer,
    IdentityWriteSerializer,
    SocialSignInSerializer,
    TokensSerializer,
)
from accounts.services import identities, social
from accounts.views.signing_in import tokens_of, where_from
from common import limits
from common.pagination import PageNumbers, PageQuery
from common.schema import REFUSALS, paged
from common.views import PersonalMixin, PersonalView, PublicView, created, read_body


class SocialSignInView(PersonalMixin, PublicView):
    """Sign in through another provider."""

    authentication_classes = ()

    @extend_schema(request=SocialSignInSerializer, responses={200: TokensSerializer}, extensions={REFUSALS: [423]})
    def post(self, request: Request, provider: str) -> Response:
        """Sign in with a provider's ID token: somebody new gets an account, if their address is verified there."""
        given = read_body(request, SocialSignInSerializer)
        limits.hit("login", request._request)
        signed_in = social.sign_in_socially(provider=provider, **given, now=timezone.now(), **where_from(request))
        return Response(tokens_of(signed_in))


class IdentitiesView(PersonalView):
    """The outside accounts that open one's own."""

    permission_classes = (HasAccount,)

    @extend_schema(parameters=[PageQuery], responses=paged(IdentitySerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List the outside accounts that are linked to one's own."""
        pages = PageNumbers()
        linked = Identity.objects.filter(user=request.user).order_by("-created_at", "id")
        page = pages.paginate_queryset(linked, request)
        return pages.get_paginated_response(IdentitySerializer(page, many=True).data)

    @extend_schema(request=IdentityWriteSerializer, responses={201: IdentitySerializer}, extensions={REFUSALS: [423]})
    def post(self, request: SignedInRequest) -> Response:
        """Link an outside account to one's own; takes a verified address and the password.

        An account without a password takes a sign-in of the last ten minutes instead.
        """
        given = read_body(request, IdentityWriteSerializer)
        limits.hit("login", request._request)
        identity = identities.link(
            user=request.user,
            session=request.auth,
            provider=given["provider"],
            token=given["id_token"],
            nonce=given.get("nonce", ""),
            current_password=given.get("current_password"),
            network=limits.caller_network(request),
            now=timezone.now(),
        )
        return created(IdentitySerializer(identity).data)


class IdentityView(PersonalView):
    """One link."""

    permission_classes = (HasAccount,)

    @extend_schema(responses={204: OpenApiResponse(description="The link is gone.")})
    def delete(self, request: SignedInRequest, identity_id: uuid.UUID) -> Response:
        """Take a link away; the provider opens the account no more."""
        identities.unlink(user=request.user, identity_id=identity_id, now=timezone.now())
        return Response(status=204)
