"""Whom an outside account belongs to here: found, linked and taken away, and the rules by which that is done.

The key is (provider, subject). An address links nothing unless it is proved on both sides: the provider says that it is
the person's, and whoever made our account has proved the same. Else somebody who signed up here with another's address
would wait in the account for its owner to come.
"""

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Identity, Session, SessionKind, SpentIdToken, User
from accounts.oidc.issuers import OUTSIDE, Issuer, ProviderNotConfigured, outside_issuer, social_issuer
from accounts.oidc.verifier import Claims, InvalidIdToken, check_nonce, verify
from accounts.sealing import digest_of
from accounts.services.proving import check_own_password
from accounts.services.registration import RegistrationDisabled
from common import audit, flags, outbox
from common.errors import Conflict, Forbidden, Invalid, NotFound
from common.scope import as_system

LONGEST_NAME, LONGEST_FULL_NAME = 150, 300
# A token counts a little beyond its end, where clocks differ; so long it is remembered.
KEPT_LONGER = timedelta(minutes=5)


class SocialLoginDisabled(Forbidden):
    """This deployment signs nobody in through others."""

    error_code = "SOCIAL_LOGIN_DISABLED"
    detail = "Signing in through other providers is switched off at the moment."


class EmailNeeded(Invalid):
    """The provider tells no address, and an account here takes one."""

    error_code = "EMAIL_NEEDED"
    detail = "The provider did not tell your e-mail address. Allow it there, or sign up with a password."


class EmailNotVerified(Forbidden):
    """An address that nobody has proved makes and links no account."""

    error_code = "EMAIL_NOT_VERIFIED"
    detail = "This e-mail address is not verified. Verify it first, or sign up with a password."


class LinkNeeded(Conflict):
    """There is an account with the address, and it was never proved to be the same person's."""

    error_code = "LINK_NEEDED"
    detail = (
        "There is an account with your e-mail address, which was not verified here. Sign in with its password, verify "
        "the address, and link this provider from there."
    )


class IdentityTaken(Conflict):
    """The outside account belongs to another account here."""

    error_code = "IDENTITY_TAKEN"
    detail = "This account of the provider is linked to another account here."


class NoSuchIdentity(NotFound):
    """There is no such link, or it is somebody else's."""


def refuse_while_off() -> None:
    """Raises SocialLoginDisabled while staff or the environment say so."""
    if not flags.is_on("ENABLE_SOCIAL_LOGIN"):
        raise SocialLoginDisabled


def read_token(*, provider: str, token: str, nonce: str, now: datetime) -> Claims:
    """Return what a provider's token says about who sends it.

    Raises ProviderNotConfigured, InvalidIdToken, ProviderAway.
    """
    claims = verify(token, _issuer(provider), now=now)
    check_nonce(claims, nonce)
    return claims


@as_system("signing in")
def find_owner(claims: Claims) -> User | None:
    """Return whose account somebody's identity is linked to."""
    found = Identity.objects.select_related("user").filter(provider=claims.provider, subject=claims.subject).first()
    return found.user if found else None


@as_system("signing in")
def find_same_person(claims: Claims) -> User | None:
    """Return the account that an unknown identity may be linked to by its proved address; None without one.

    Raises EmailNeeded, EmailNotVerified, LinkNeeded. What is refused for the token's sake is refused before anybody
    looks whether there is an account.
    """
    if not claims.address:
        raise EmailNeeded
    if not claims.is_address_verified:
        raise EmailNotVerified(
            "The provider does not say that this address is yours. Sign up with a password, and link the provider's "
            "account to yours then."
        )
    user = User.objects.filter(email=claims.address).first()
    if user is not None and user.email_verified_at is None:
        raise LinkNeeded
    return user


def make_account(claims: Claims, *, now: datetime) -> User:
    """Make an account for somebody who signs in elsewhere; raises RegistrationDisabled, IntegrityError."""
    if not flags.is_on("ENABLE_REGISTRATION"):
        raise RegistrationDisabled
    first_name, last_name = claims.text("given_name", LONGEST_NAME), claims.text("family_name", LONGEST_NAME)
    user = User(
        email=claims.address,
        email_verified_at=now if claims.is_address_verified else None,
        first_name=first_name,
        last_name=last_name,
        full_name="" if first_name or last_name else claims.text("name", LONGEST_FULL_NAME),
        created_at=now,
        updated_at=now,
    )
    user.set_unusable_password()
    with transaction.atomic():
        user.save(force_insert=True)
        details = {"provider": claims.provider}
        audit.record(action="account.registered", actor_id=user.pk, target=f"user {user.pk}", details=details, now=now)
        outbox.put("accounts.welcome", {"user_id": str(user.pk)})
    return user


def write_link(user: User, claims: Claims, *, now: datetime) -> Identity:
    """Link an identity to an account; call it in a transaction. Raises IntegrityError when it is linked already."""
    identity = Identity(
        user=user,
        provider=claims.provider,
        subject=claims.subject,
        address=claims.address,
        created_at=now,
        used_at=now,
    )
    with transaction.atomic():
        identity.save(force_insert=True)
        details = {"provider": claims.provider}
        audit.record(action="identity.linked", actor_id=user.pk, target=f"user {user.pk}", details=details, now=now)
    return identity


def spend(claims: Claims) -> None:
    """Spend a token and its nonce, so that neither opens anything again; of several at once, one succeeds.

    Call it in the transaction of what it opens. Raises InvalidIdToken.
    """
    digests = [claims.digest]
    if claims.nonce:
        digests.append(digest_of(f"{claims.provider} nonce {claims.nonce}"))
    try:
        with transaction.atomic():
            for digest in digests:
                SpentIdToken.objects.create(digest=digest, expires_at=claims.expires_at)
    except IntegrityError:
        raise InvalidIdToken from None


def link(
    *,
    user: User,
    session: Session | None,
    provider: str,
    token: str,
    nonce: str,
    current_password: str | None,
    now: datetime,
    network: str = "",
) -> Identity:
    """Link an outside account to one's own, and tell its owner by mail.

    Takes the password, or without one a fresh sign-in, as a stolen access token would else open the account for ever;
    and a verified address, as whoever signed up with another's would else keep a key to it. Raises SocialLoginDisabled,
    EmailNotVerified, NoPassword, CurrentPasswordRequired, AccountLocked, IdentityTaken, ProviderNotConfigured,
    InvalidIdToken, ProviderAway.
    """
    # The switch is about signing in through others; the owner's own provider has none.
    if provider != OUTSIDE:
        refuse_while_off()
    if user.is_guest or user.email_verified_at is None:
        raise EmailNotVerified
    check_own_password(user=user, session=session, password=current_password, network=network, now=now)
    claims = read_token(provider=provider, token=token, nonce=nonce, now=now)
    with transaction.atomic():
        spend(claims)
        try:
            identity = write_link(user, claims, now=now)
        except IntegrityError:
            mine = Identity.objects.filter(user=user, provider=claims.provider, subject=claims.subject).first()
            if mine is None:
                raise IdentityTaken from None
            return mine
        tell_of_link(user, claims)
    return identity


def unlink(*, user: User, identity_id: uuid.UUID, now: datetime, actor_id: uuid.UUID | None = None) -> None:
    """Take a person's link away with what is signed in through it, on their word or on staff's (`actor_id`).

    Raises NoSuchIdentity.
    """
    with transaction.atomic():
        identity = Identity.objects.filter(user=user, pk=identity_id).first()
        if identity is None:
            raise NoSuchIdentity
        identity.delete()
        if identity.provider == OUTSIDE:
            Session.objects.active(now).filter(user=user, kind=SessionKind.OUTSIDE).update(
                revoked_at=now, revoked_because="unlinked"
            )
        audit.record(
            action="identity.unlinked",
            actor_id=actor_id or user.pk,
            target=f"user {user.pk}",
            details={"provider": identity.provider},
            now=now,
        )


def unlink_all(*, user: User, now: datetime) -> None:
    """Take away every link to accounts elsewhere, when a password is reset by mail, in the same transaction.

    Whoever had the account until now may have linked an account of theirs. The owner's own provider, which the shop
    trusts by its settings, is no such link, unless nobody had proved the account's address. Call it before that counts
    as verified.
    """
    strangers = ~Q(provider=OUTSIDE) | Q(user__email_verified_at=None)
    deleted, _ = Identity.objects.filter(strangers, user=user).delete()
    if deleted:
        audit.record(
            action="identity.unlinked", actor_id=user.pk, target=f"user {user.pk}", details={"count": deleted}, now=now
        )


def tell_of_link(user: User, claims: Claims) -> None:
    """Tell the owner by mail that the account opens by one more way."""
    outbox.put("accounts.tell_of_link", {"user_id": str(user.pk), "provider": claims.provider})


def tidy_spent_tokens(*, now: datetime) -> int:
    """Forget spent tokens that have run out anyway; returns how many."""
    deleted, _ = SpentIdToken.objects.filter(expires_at__lt=now - KEPT_LONGER).delete()
    return deleted


def _issuer(provider: str) -> Issuer:
    if provider != OUTSIDE:
        return social_issuer(provider)
    issuer = outside_issuer()
    if issuer is None:
        raise ProviderNotConfigured
    return issuer
