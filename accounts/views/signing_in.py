"""Registering, signing in and out over HTTP."""

from typing import TypedDict

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services, tokens
from accounts.authentication import SignedInRequest
from accounts.serializers import (
    LoginSerializer,
    LogoutSerializer,
    RefreshSerializer,
    RegisterSerializer,
    SignedUpSerializer,
    SignupSerializer,
    TokensSerializer,
    UserSerializer,
)
from common import limits
from common.schema import REFUSALS
from common.scope import acting_for
from common.views import PersonalMixin, PersonalView, PublicView, created, read_body


class RegisterView(PersonalMixin, PublicView):
    """Make an account and sign it in. Here and below: a token that has run out must not keep anybody from a new one."""

    authentication_classes = ()

    @extend_schema(request=RegisterSerializer, responses={201: TokensSerializer})
    def post(self, request: Request) -> Response:
        """Make an account and sign it in."""
        given = read_body(request, RegisterSerializer)
        limits.hit("register", request._request)
        guest_token = given.pop("guest_token", "")
        user = services.register(**given, now=timezone.now())
        signed_in = services.let_in(user=user, guest_token=guest_token, now=timezone.now(), **where_from(request))
        return created(tokens_of(signed_in))


class SignupView(PersonalMixin, PublicView):
    """Make an account."""

    authentication_classes = ()

    @extend_schema(request=SignupSerializer, responses={201: SignedUpSerializer})
    def post(self, request: Request) -> Response:
        """Make an account without signing in."""
        given = read_body(request, SignupSerializer)
        limits.hit("register", request._request)
        guest_token = given.pop("guest_token", "")
        user = services.register(**given, now=timezone.now())
        services.merge_guest(guest_token=guest_token, user=user, now=timezone.now())
        message = f"Welcome to {settings.PROJECT_NAME}. You can sign in now."
        with acting_for(user.pk):
            return created(SignedUpSerializer({"user": user, "message": message}).data)


class LoginView(PersonalMixin, PublicView):
    """Sign in."""

    authentication_classes = ()

    @extend_schema(request=LoginSerializer, responses={200: TokensSerializer}, extensions={REFUSALS: [423]})
    def post(self, request: Request) -> Response:
        """Sign in with address and password."""
        given = read_body(request, LoginSerializer)
        limits.hit("login", request._request)
        return Response(tokens_of(services.sign_in(**given, now=timezone.now(), **where_from(request))))


class GuestView(PersonalMixin, PublicView):
    """Look around without an account."""

    authentication_classes = ()

    @extend_schema(request=None, responses={201: TokensSerializer})
    def post(self, request: Request) -> Response:
        """Begin as a guest: browse, swipe and be recommended to.

        Either token is the `guest_token` by which registering, signing up or signing in takes along what the guest
        did. A guest who is not seen for thirty days is erased.
        """
        limits.hit("guest", request._request)
        return created(tokens_of(services.begin_as_guest(now=timezone.now(), **where_from(request))))


class RefreshView(PersonalMixin, PublicView):
    """Spend a refresh token."""

    authentication_classes = ()

    @extend_schema(request=RefreshSerializer, responses={200: TokensSerializer})
    def post(self, request: Request) -> Response:
        """Return a new pair of tokens; the old refresh token is spent."""
        given = read_body(request, RefreshSerializer)
        return Response(tokens_of(services.refresh(refresh_token=given["refresh_token"], now=timezone.now())))


class LogoutView(PersonalView):
    """Sign out."""

    is_open_without_factor = True

    @extend_schema(request=LogoutSerializer, responses={204: OpenApiResponse(description="Signed out.")})
    def post(self, request: SignedInRequest) -> Response:
        """End this session, or all of them; their tokens stop at once."""
        given = read_body(request, LogoutSerializer) if request.data else {"all": False}
        if given["all"]:
            services.sign_out_everywhere(user=request.user, now=timezone.now())
        else:
            services.sign_out(session=request.auth, now=timezone.now())
        return Response(status=204)


def tokens_of(signed_in: services.SignedIn) -> dict[str, object]:
    """Return a sign-in as `TokensSerializer` shows it."""
    with acting_for(signed_in.user.pk):
        user = UserSerializer(signed_in.user).data
    answer = {
        "access_token": signed_in.access_token,
        "refresh_token": signed_in.refresh_token,
        "token_type": "bearer",
        "expires_in": int(tokens.AccessToken.lifetime.total_seconds()),
        "user": user,
    }
    return answer | ({"device_token": signed_in.device_token} if signed_in.device_token else {})


class WhereFrom(TypedDict):
    """What a request says of where it comes from."""

    device: str
    network: str


def where_from(request: Request) -> WhereFrom:
    """Return what a request says of the device and the network it comes from, as the services take it."""
    return {
        "device": request.META.get("HTTP_USER_AGENT", ""),
        "network": limits.caller_network(request),
    }
