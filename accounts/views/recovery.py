"""Verifying an address and resetting a password over HTTP."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.serializers import (
    AddressSerializer,
    LinkSerializer,
    ResendSerializer,
    ResetDoneSerializer,
    ResetSerializer,
)
from accounts.views.signing_in import where_from
from common import limits
from common.views import PersonalMixin, PublicView, read_body

ASKED = OpenApiResponse(description="If there is an account for the address, a mail is on its way. Nobody is told.")


class VerifyEmailView(PersonalMixin, PublicView):
    """Prove an address by a mailed link."""

    authentication_classes = ()

    @extend_schema(request=LinkSerializer, responses={204: OpenApiResponse(description="The address is verified.")})
    def post(self, request: Request) -> Response:
        """Spend a mailed link to verify the address that it was sent to."""
        given = read_body(request, LinkSerializer)
        services.verify_email(token=given["token"], now=timezone.now())
        return Response(status=204)


class ResendVerificationView(PersonalMixin, PublicView):
    """Another link for an address."""

    @extend_schema(request=ResendSerializer, responses={202: ASKED})
    def post(self, request: Request) -> Response:
        """Have another link mailed that verifies an address; 202 whether or not there is an account for it."""
        given = read_body(request, ResendSerializer) if request.data else {}
        address = given.get("email") or getattr(request.user, "email", None)
        if not address:
            raise serializers.ValidationError({"email": "Name an address, or sign in."}, code="required")
        limits.hit("mail", request._request)
        limits.hit_address("mail_address", request._request, address, about="verification")
        services.ask_for_verification(address=address)
        return Response(status=202)


class ForgotPasswordView(PersonalMixin, PublicView):
    """A link for a new password."""

    authentication_classes = ()

    @extend_schema(request=AddressSerializer, responses={202: ASKED})
    def post(self, request: Request) -> Response:
        """Have a link mailed that sets a new password; 202 whether or not there is an account for the address."""
        given = read_body(request, AddressSerializer)
        limits.hit("mail", request._request)
        limits.hit_address("mail_address", request._request, given["email"], about="reset")
        services.ask_for_reset(address=given["email"])
        return Response(status=202)


class ResetPasswordView(PersonalMixin, PublicView):
    """A new password by a mailed link."""

    authentication_classes = ()

    @extend_schema(request=ResetSerializer, responses={200: ResetDoneSerializer})
    def post(self, request: Request) -> Response:
        """Spend a mailed link to set a new password; every session ends, and signing in is the next step."""
        given = read_body(request, ResetSerializer)
        recovered = services.reset_password(**given, now=timezone.now(), **where_from(request))
        return Response(ResetDoneSerializer({"device_token": recovered.device_token}).data)
