"""Asking whoever changes what guards an account to prove that it is theirs."""

from django.utils import timezone

from accounts.authentication import SignedInRequest
from accounts.services import proving
from common import limits


def prove_owner(request: SignedInRequest, current_password: str | None) -> None:
    """Ask for a fresh sign-in or the password.

    Raises OwnerUnproved, NoPassword, CurrentPasswordRequired, AccountLocked, TooMany.
    """
    if current_password:
        limits.hit("login", request._request)
    proving.require_owner(
        user=request.user,
        session=request.auth,
        current_password=current_password,
        network=limits.caller_network(request),
        now=timezone.now(),
    )
