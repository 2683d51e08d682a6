"""The second factor over HTTP. All of it is open to somebody whose role takes a factor that is not there yet."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.permissions import HasAccount
from accounts.serializers import (
    FactorChangeSerializer,
    FactorSetupSerializer,
    OtpSerializer,
    OwnerProofSerializer,
    RecoveryCodesSerializer,
)
from accounts.services import second_factor
from accounts.views.proving import prove_owner
from common import limits
from common.schema import REFUSALS
from common.views import PersonalView, read_body


class FactorView(PersonalView):
    """The second factor of the person who asks."""

    permission_classes = (HasAccount,)
    is_open_without_factor = True


class FactorSetupView(FactorView):
    """The beginning of a second factor."""

    @extend_schema(request=OwnerProofSerializer, responses=FactorSetupSerializer, extensions={REFUSALS: [409, 423]})
    def post(self, request: SignedInRequest) -> Response:
        """Draw a secret for one's authenticator app; it counts once it is confirmed, and a newer one replaces it.

        Takes a sign-in of the last ten minutes, or the password.
        """
        given = read_body(request, OwnerProofSerializer) if request.data else {}
        prove_owner(request, given.get("current_password"))
        return Response(FactorSetupSerializer(second_factor.begin_setup(user=request.user, now=timezone.now())).data)


class FactorConfirmView(FactorView):
    """The app has shown that it knows the secret."""

    @extend_schema(request=OtpSerializer, responses=RecoveryCodesSerializer)
    def post(self, request: SignedInRequest) -> Response:
        """Switch the second factor on, and get ten recovery codes, which are shown this once."""
        given = read_body(request, OtpSerializer)
        limits.hit("login", request._request)
        codes = second_factor.confirm(user=request.user, otp=given["otp"], now=timezone.now())
        return Response({"recovery_codes": codes})


class FactorDisableView(FactorView):
    """The end of a second factor."""

    @extend_schema(
        request=FactorChangeSerializer,
        responses={204: OpenApiResponse(description="It is off.")},
        extensions={REFUSALS: [423]},
    )
    def post(self, request: SignedInRequest) -> Response:
        """Switch the second factor off; takes the password and a code.

        An account without a password takes a sign-in of the last ten minutes instead.
        """
        given = read_body(request, FactorChangeSerializer)
        limits.hit("login", request._request)
        second_factor.disable(
            user=request.user,
            session=request.auth,
            **given,
            now=timezone.now(),
            network=limits.caller_network(request),
        )
        return Response(status=204)


class RecoveryCodesView(FactorView):
    """New recovery codes."""

    @extend_schema(request=FactorChangeSerializer, responses=RecoveryCodesSerializer, extensions={REFUSALS: [423]})
    def post(self, request: SignedInRequest) -> Response:
        """Get ten new recovery codes in place of the former ones; takes the password and a code.

        An account without a password takes a sign-in of the last ten minutes instead.
        """
        given = read_body(request, FactorChangeSerializer)
        limits.hit("login", request._request)
        codes = second_factor.renew_recovery_codes(
            user=request.user,
            session=request.auth,
            **given,
            now=timezone.now(),
            network=limits.caller_network(request),
        )
        return Response({"recovery_codes": codes})
