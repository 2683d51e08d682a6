"""Who asks: the API key of a program that acts for its owner."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.authentication import note_user, refuse_without_due_factor, take_in
from accounts.models import ApiKey, User
from accounts.services.api_keys import find_key, note_use
from common.errors import Forbidden

HEADER = "X-API-Key"


class KeyNotAccepted(Forbidden):
    """The operation is for people alone."""

    error_code = "API_KEY_NOT_ACCEPTED"
    detail = "This operation takes no API key."


class ScopeMissing(Forbidden):
    """The key was not made for this."""

    error_code = "SCOPE_MISSING"


class ApiKeyAuthentication(BaseAuthentication):
    """`X-API-Key: <key>`, for the methods that a view names in `key_scopes`; a bearer token beside it goes first.

    The person is the key's owner, so their own permissions are asked for as ever: a scope only takes away.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Return owner and key; None without a key.

        Raises AuthenticationFailed (401) for one that opens nothing, KeyNotAccepted, ScopeMissing.
        """
        raw = request.META.get("HTTP_X_API_KEY", "")
        if not raw:
            return None
        now = timezone.now()
        key = find_key(raw=raw, now=now)
        if key is None:
            raise AuthenticationFailed("The API key is invalid, revoked or has expired.", code="INVALID_API_KEY")
        take_in(request, key.user_id)
        scope = scopes_of(request.parser_context.get("view")).get(request.method or "")
        if scope is None:
            raise KeyNotAccepted
        if scope not in key.scopes:
            raise ScopeMissing(f"This takes a key with the scope {scope}.")
        refuse_without_due_factor(request, key.user)
        note_use(key=key, now=now)
        note_user(request, key.user)
        return key.user, key


def scopes_of(view: Any) -> dict[str, str]:
    """Return the scope that each method of a view takes; a method that is not there takes no key."""
    scopes: dict[str, str] = getattr(view, "key_scopes", {})
    return scopes | ({"HEAD": scopes["GET"]} if "GET" in scopes else {})


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the API document names it."""

    target_class = "accounts.key_authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Describe the scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": HEADER,
            "description": "A key that a person has made for a program (`POST /auth/api-keys`). "
            "The operation names the scope that it has to have.",
        }

    # The library's caller takes None, as its own annotation does not say.
    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]] | None:  # type: ignore[override]
        """Return the scope that the operation asks of a key; None where no key is taken."""
        scope = scopes_of(auto_schema.view).get(auto_schema.method)
        return None if scope is None else {self.name: [scope]}
