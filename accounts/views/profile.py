"""One's own account over HTTP."""

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts import services
from accounts.authentication import SignedInRequest
from accounts.exporting import as_json
from accounts.models import normalise_email
from accounts.permissions import HasAccount
from accounts.serializers import ExportSerializer, OwnerProofSerializer, ProfileSerializer, UserSerializer
from accounts.views.proving import prove_owner
from common import audit, limits
from common.schema import REFUSALS
from common.views import PersonalView, read_body


class MeView(PersonalView):
    """The signed-in person."""

    is_open_without_factor = True
    key_scopes = {"GET": "profile:read"}

    @extend_schema(responses=UserSerializer)
    def get(self, request: SignedInRequest) -> Response:
        """Return one's own profile."""
        return Response(UserSerializer(request.user).data)


class ProfileView(MeView):
    """The signed-in person, to be changed."""

    is_open_without_factor = False
    permission_classes = (HasAccount,)
    open_to_guests = ("GET", "DELETE")

    @extend_schema(request=ProfileSerializer, responses=UserSerializer, extensions={REFUSALS: [423]})
    def patch(self, request: SignedInRequest) -> Response:
        """Change names, e-mail address or password; a new address counts once the link is used that is mailed to it.

        A new password takes the present one, and a new address that or a sign-in of the last ten minutes. An account
        without a password takes such a sign-in for either.
        """
        given = read_body(request, ProfileSerializer)
        wants_address = "email" in given and normalise_email(given["email"]) != request.user.email
        if wants_address and "password" not in given:
            prove_owner(request, given.get("current_password"))
        elif "password" in given or "current_password" in given:
            # A new password takes the present one, which the service asks for.
            limits.hit("login", request._request)
        if wants_address:
            limits.hit("mail", request._request)
            limits.hit_address("mail_address", request._request, given["email"], about="address change")
        names = {field: given[field] for field in ("first_name", "last_name", "full_name") if field in given}
        user = services.change_profile(
            user=request.user,
            session=request.auth,
            now=timezone.now(),
            names=names,
            email=given.get("email"),
            password=given.get("password"),
            current_password=given.get("current_password"),
            network=limits.caller_network(request),
        )
        return Response(UserSerializer(user).data)

    @extend_schema(
        responses={204: OpenApiResponse(description="The account is gone.")}, extensions={REFUSALS: [422, 423]}
    )
    def delete(self, request: SignedInRequest) -> Response:
        """Erase one's account.

        Takes a sign-in of the last ten minutes, or the password as `current_password` in a JSON body. A guest's token
        is enough.
        """
        given = read_body(request, OwnerProofSerializer) if request.data else {}
        prove_owner(request, given.get("current_password"))
        services.close_account(user=request.user, now=timezone.now())
        return Response(status=204)


class ExportView(PersonalView):
    """Everything that is kept about the signed-in person."""

    limit = "heavy"

    @extend_schema(responses=ExportSerializer)
    def get(self, request: SignedInRequest) -> StreamingHttpResponse:
        """Return everything kept about oneself: tables by name, rows as they are stored, without secrets."""
        now, user = timezone.now(), request.user
        audit.record(action="account.exported", actor_id=user.pk, target=f"user {user.pk}", now=now)
        body = as_json(user.pk, now=now)
        headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
        return StreamingHttpResponse(body, content_type="application/json", headers=headers)
