"""Signing in through Google, Apple or Facebook."""

from datetime import datetime
from typing import TypedDict

from django.db import IntegrityError, transaction

from accounts.models import Identity, User
from accounts.oidc.verifier import Claims, InvalidIdToken
from accounts.services import devices, identities, lockout, second_factor
from accounts.services.sessions import InvalidCredentials, SignedIn, let_in
from common import audit
from common.scope import as_system

# Of several first sign-ins at once one makes the account, and the others find it when they look again.
TRIES = 3


class Where(TypedDict):
    """What a request says of the device and the network it comes from, and of the guest who sat there before."""

    device_token: str
    guest_token: str
    network: str
    device: str


@as_system("signing in")
def sign_in_socially(
    *,
    provider: str,
    id_token: str,
    now: datetime,
    nonce: str = "",
    otp: str = "",
    device_token: str = "",
    guest_token: str = "",
    network: str = "",
    device: str = "",
) -> SignedIn:
    """Sign in whom a provider's token names; somebody new gets an account.

    The second factor is asked for as after a password, and the token is spent by the sign-in alone, so that it can be
    sent again with the code. Raises SocialLoginDisabled, ProviderNotConfigured, InvalidIdToken, ProviderAway,
    EmailNeeded, EmailNotVerified, LinkNeeded, RegistrationDisabled, InvalidCredentials, OtpRequired, WrongOtp,
    AccountLocked.
    """
    identities.refuse_while_off()
    try:
        claims = identities.read_token(provider=provider, token=id_token, nonce=nonce, now=now)
    except InvalidIdToken:
        audit.record(action="session.refused", details={"provider": provider}, network=network, now=now)
        raise
    where = Where(device_token=device_token, guest_token=guest_token, network=network, device=device)
    for _ in range(TRIES - 1):
        try:
            return _sign_in(claims, otp, now, where)
        except IntegrityError:
            continue
    return _sign_in(claims, otp, now, where)


def _sign_in(claims: Claims, otp: str, now: datetime, where: Where) -> SignedIn:
    owner = identities.find_owner(claims)
    user = owner or identities.find_same_person(claims)
    if user is not None:
        if not user.is_active:
            raise InvalidCredentials
        _ask_for_code(user, otp, now, where)
    with transaction.atomic():
        identities.spend(claims)
        if user is None:
            user = identities.make_account(claims, now=now)
            identities.write_link(user, claims, now=now)
        elif owner is None:
            identities.write_link(user, claims, now=now)
            identities.tell_of_link(user, claims)
        else:
            Identity.objects.filter(provider=claims.provider, subject=claims.subject).update(used_at=now)
        return let_in(user=user, now=now, **where)


def _ask_for_code(user: User, otp: str, now: datetime, where: Where) -> None:
    """Ask for the second factor where there is one; only its codes can be guessed at, so only they are counted."""
    if second_factor.has_factor(user):
        email = str(user.email)
        is_known = devices.is_known(email=email, device_token=where["device_token"])
        with lockout.guess(email=email, network=where["network"], is_known_device=is_known, now=now):
            second_factor.require(user=user, otp=otp, now=now)
