"""People who come with a bearer token of the owner's own identity provider.

Such a person is a user of ours, found by (provider, subject) and made on first sight, and each sign-in at the provider
is a `Session` row of ours, of the kind OUTSIDE. So listing and ending sessions, deactivation and erasure hold for them
as for anybody, within the second, whatever the provider goes on issuing.
"""

import base64
import binascii
import json
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Identity, Session, SessionKind, SpentIdToken, User
from accounts.oidc.issuers import OUTSIDE, outside_issuer
from accounts.oidc.verifier import Claims, InvalidIdToken, verify
from accounts.sealing import digest_of
from accounts.services import identities, second_factor
from accounts.services.sessions import KEPT_FOR, LONGEST_DEVICE, LONGEST_NETWORK
from common import audit
from common.errors import DomainError

NAMESPACE = uuid.UUID("0b9a3f0e-6c0c-4a53-9a1e-3f6f3c1d7b42")
TRIES = 3
NOTED_AFTER = timedelta(hours=1)
LONGEST_SESSION_ID = 200


class OutsideRefused(DomainError):
    """The token is genuine, and still opens nothing here."""

    status_code = 401
    error_code = "INVALID_TOKEN"
    detail = "The token is invalid or has expired."


class AnonymousOutside(OutsideRefused):
    """Guests are made here and not elsewhere."""

    detail = "Anonymous sign-ins of another provider open nothing here. POST /auth/guest makes a guest."


class AddressTaken(OutsideRefused):
    """An account here has the address, and nobody has proved that it is the same person's."""

    error_code = "LINK_NEEDED"
    detail = "There is an account with this e-mail address. Sign in to it, and link this by POST /auth/identities."


class AddressMissing(OutsideRefused):
    """An account here takes an address, and the token has none."""

    error_code = "EMAIL_NEEDED"
    detail = "The token tells no e-mail address, which an account here takes."


class FactorMissing(OutsideRefused):
    """The account has a second factor, and the provider has asked for none."""

    error_code = "OTP_REQUIRED"
    detail = "This account takes a second factor. Sign in here, or with a second factor at the provider."


def is_outside(raw: str) -> bool:
    """Return whether a bearer token claims another issuer than us; nothing of it is believed yet.

    Ours name us. One that names us is judged by our own key, and any other by the other issuer's.
    """
    if not settings.SUPABASE_URL and not settings.SUPABASE_JWT_SECRET:
        return False
    try:
        part = raw.split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return payload.get("iss") != settings.SIMPLE_JWT["ISSUER"]
    except (IndexError, ValueError, AttributeError, binascii.Error, RecursionError):
        return False


def read_bearer(raw: str, *, now: datetime) -> Claims:
    """Return what an outside bearer token says; raises InvalidIdToken, ProviderAway."""
    issuer = outside_issuer()
    if issuer is None:
        raise InvalidIdToken
    return verify(raw, issuer, now=now)


def session_id_of(claims: Claims) -> uuid.UUID:
    """Return our id for the provider's sign-in that a token belongs to; a token that names none is one by itself."""
    named = claims.text("session_id", LONGEST_SESSION_ID)
    return uuid.uuid5(NAMESPACE, f"{claims.provider}\n{claims.subject}\n{named or claims.digest}")


def admit(claims: Claims, *, now: datetime, device: str = "", network: str = "") -> Session:
    """Return the session of a sign-in that is seen for the first time; the person is made on first sight.

    Of several first requests at once, one makes the person and the session, and the others find them. Raises
    OutsideRefused.
    """
    if claims.payload.get("is_anonymous") is True:
        raise AnonymousOutside
    for _ in range(TRIES - 1):
        try:
            return _admit(claims, now, device, network)
        except IntegrityError:
            continue
    return _admit(claims, now, device, network)


def note_use(session: Session, *, now: datetime) -> None:
    """Write down now and then that a session is in use: it ends when it is not, as ours do."""
    if now - session.used_at > NOTED_AFTER and session.expires_at >= session.created_at + _length():
        expires_at = now + _length()
        Session.objects.active(now).filter(pk=session.pk).update(used_at=now, expires_at=expires_at)


def bar_sessions(*, user_id: uuid.UUID, now: datetime) -> None:
    """See to it that a person who is erased is not made anew by the tokens that they still hold.

    Call it in the erasure's transaction, before the sessions go. What is kept is a digest of the sign-in's name.
    """
    sessions = Session.objects.filter(user_id=user_id, kind=SessionKind.OUTSIDE).values_list("pk", flat=True)
    barred = [SpentIdToken(digest=_bar(session_id), expires_at=now + KEPT_FOR) for session_id in sessions]
    SpentIdToken.objects.bulk_create(barred, ignore_conflicts=True)


def _admit(claims: Claims, now: datetime, device: str, network: str) -> Session:
    session_id = session_id_of(claims)
    present = Session.objects.select_related("user").filter(pk=session_id).first()
    if present is not None:
        # A twin of this request has opened it just now; or it has ended, and what has ended stays so.
        if present.revoked_at is None and present.expires_at > now:
            return present
        raise OutsideRefused
    if SpentIdToken.objects.filter(digest=_bar(session_id)).exists():
        raise OutsideRefused
    user = _find_user(claims)
    if user is not None and claims.payload.get("aal") != "aal2" and second_factor.has_factor(user):
        raise FactorMissing
    named = bool(claims.text("session_id", LONGEST_SESSION_ID))
    with transaction.atomic():
        if user is None:
            user = identities.make_account(claims, now=now)
        if not User.objects.filter(pk=user.pk, is_active=True).update(last_login=now):
            raise OutsideRefused
        linked = Identity.objects.filter(provider=claims.provider, subject=claims.subject, user=user)
        if not linked.update(used_at=now):
            identities.write_link(user, claims, now=now)
        session = Session(
            id=session_id,
            user=user,
            kind=SessionKind.OUTSIDE,
            device=device[:LONGEST_DEVICE],
            network=network[:LONGEST_NETWORK],
            created_at=now,
            used_at=now,
            expires_at=now + _length() if named else claims.expires_at,
        )
        session.save(force_insert=True)
        audit.record(
            action="session.opened",
            actor_id=user.pk,
            target=f"session {session_id}",
            details={"provider": OUTSIDE},
            now=now,
        )
    return session


def _find_user(claims: Claims) -> User | None:
    """Return whose account a person has here, or None for somebody new; raises AddressMissing, AddressTaken."""
    owner = identities.find_owner(claims)
    if owner is not None:
        return owner
    try:
        return _same_person(claims)
    except AddressTaken:
        # Between the two looks a twin of this request may have made the very account that has the address now.
        owner = identities.find_owner(claims)
        if owner is None:
            raise
        return owner


def _same_person(claims: Claims) -> User | None:
    """Return the account that is proved to be the same person's, or None when there is no account with the address.

    The owner's own provider may make accounts with an address that nobody proved, as our own registration does; it
    takes proofs on both sides to come into one that is there.
    """
    if not claims.address:
        raise AddressMissing
    user = User.objects.filter(email=claims.address).first()
    if user is not None and not (claims.is_address_verified and user.email_verified_at):
        raise AddressTaken
    return user


def _length() -> timedelta:
    return timedelta(days=settings.REFRESH_TOKEN_EXPIRE_DAYS)


def _bar(session_id: uuid.UUID) -> str:
    return digest_of(f"barred session {session_id}")
