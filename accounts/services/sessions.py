"""Signing in and out: every `Session` row is opened, refreshed and ended here."""

import dataclasses
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from accounts import tokens
from accounts.models import KnownDevice, Session, SessionKind, User, normalise_email
from accounts.services import devices, lockout, second_factor
from accounts.services.merging import merge_guest
from common import audit, outbox
from common.errors import DomainError, NotFound
from common.scope import as_system

LONGEST_DEVICE = 200
LONGEST_NETWORK = 64
KEPT_FOR = timedelta(days=90)


class InvalidCredentials(DomainError):
    """Address or password is wrong, or the account is closed; which of them is nobody's business."""

    status_code = 401
    error_code = "INVALID_CREDENTIALS"
    detail = "E-mail address or password is wrong."


class TokenReused(DomainError):
    """A refresh token was spent twice: one of the two spenders is a thief, so the whole family ends."""

    status_code = 401
    error_code = "TOKEN_REUSED"
    detail = "This token was used before. Please sign in again."


class NoSuchSession(NotFound):
    """There is no such sign-in, it has ended, or it is somebody else's."""


@dataclasses.dataclass(frozen=True)
class SignedIn:
    """Somebody signed in on a device, with the tokens for it."""

    user: User
    session: Session
    access_token: str
    refresh_token: str
    device_token: str = ""  # by which the device is known at the next sign-in; empty where it is not told apart


@as_system("signing in")
def check_credentials(*, email: str, password: str) -> User:
    """Return the active user whom address and password belong to; raises InvalidCredentials.

    Costs one password hash whether or not the address is known, so that time tells nothing.
    """
    user = User.objects.filter(email=normalise_email(email)).first()
    if user is None:
        make_password(password)
        raise InvalidCredentials
    if not user.check_password(password) or not user.is_active:
        raise InvalidCredentials
    return user


@as_system("signing in")
def sign_in(
    *,
    email: str,
    password: str,
    now: datetime,
    otp: str = "",
    device_token: str = "",
    guest_token: str = "",
    network: str = "",
    device: str = "",
    kind: SessionKind = SessionKind.API,
    may_enter: Callable[[User], None] | None = None,
) -> SignedIn:
    """Check who somebody is and sign them in: the one way in by password, of the API, the site and the admin.

    `may_enter` may refuse the person, by raising, before anything is opened. Raises InvalidCredentials,
    OtpRequired, WrongOtp, FactorUnreadable, AccountLocked; TooMany while too many passwords are being checked.
    """
    is_known_device = devices.is_known(email=email, device_token=device_token)
    with lockout.guess(email=email, network=network, is_known_device=is_known_device, now=now):
        user = check_credentials(email=email, password=password)
        if may_enter:
            may_enter(user)
        second_factor.require(user=user, otp=otp, now=now)
    return let_in(
        user=user,
        now=now,
        device_token=device_token,
        guest_token=guest_token,
        network=network,
        device=device,
        kind=kind,
    )


@as_system("signing in")
def let_in(
    *,
    user: User,
    now: datetime,
    device_token: str = "",
    guest_token: str = "",
    network: str = "",
    device: str = "",
    kind: SessionKind = SessionKind.API,
) -> SignedIn:
    """Sign in somebody who has proved who they are, and keep the device in mind; raises InvalidCredentials.

    When the account was used before, and never on this device, its owner is told by mail.
    """
    with transaction.atomic():
        remembered = devices.remember(user=user, device_token=device_token, label=device, now=now)
        opened = open_session(
            user=user, now=now, device=device, kind=kind, network=network, known_device=remembered.device
        )
        if remembered.is_news:
            outbox.put(
                "accounts.tell_of_new_device",
                {"user_id": str(user.pk), "device": opened.session.device, "at": now.isoformat()},
            )
    merge_guest(guest_token=guest_token, user=user, now=now)
    return dataclasses.replace(opened, device_token=remembered.token)


@as_system("signing in")
def open_session(
    *,
    user: User,
    now: datetime,
    device: str = "",
    kind: SessionKind = SessionKind.API,
    network: str = "",
    known_device: KnownDevice | None = None,
) -> SignedIn:
    """Write a sign-in down and issue its tokens; raises InvalidCredentials."""
    expires_at = now + timedelta(days=settings.REFRESH_TOKEN_EXPIRE_DAYS)
    session = Session(
        user=user,
        kind=kind,
        device=device[:LONGEST_DEVICE],
        network=network[:LONGEST_NETWORK],
        known_device=known_device,
        created_at=now,
        used_at=now,
        expires_at=expires_at,
    )
    refresh_token, session.refresh_digest = tokens.issue_refresh(session.pk, expires_at)
    with transaction.atomic():
        # Between the look at the password and here somebody may have changed it, or shut the account. The row is
        # held from here on, so whoever changes it next waits, and then finds this session to end.
        unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        if not unchanged.update(last_login=now):
            raise InvalidCredentials
        session.save(force_insert=True)
        audit.record(action="session.opened", actor_id=user.pk, target=f"session {session.pk}", now=now)
    return SignedIn(user, session, tokens.issue_access(user, session), refresh_token)


@as_system("signing in")
def refresh(*, refresh_token: str, now: datetime) -> SignedIn:
    """Spend a refresh token for a new pair; raises InvalidToken, TokenReused.

    One conditional UPDATE on the session's own columns decides who spends it: of parallel requests exactly one
    wins. (A join in the condition would let PostgreSQL judge the loser by the state before it waited.)
    """
    claims = tokens.read_refresh(refresh_token)
    session = Session.objects.select_related("user").filter(pk=claims.session_id).first()
    if session is None or not session.user.is_active:
        raise tokens.InvalidToken
    next_token, next_digest = tokens.issue_refresh(session.pk, session.expires_at)
    spent = Session.objects.active(now).filter(pk=session.pk, refresh_digest=claims.digest)
    if spent.update(refresh_digest=next_digest, used_at=now):
        return SignedIn(session.user, session, tokens.issue_access(session.user, session), next_token)
    if not Session.objects.active(now).filter(pk=session.pk).exists():
        raise tokens.InvalidToken
    with transaction.atomic():
        revoke_sessions(user=session.user, now=now, because="token reused", only=session.pk)
        audit.record(action="session.token_reused", actor_id=session.user_id, target=f"session {session.pk}", now=now)
        outbox.put("accounts.warn_of_reuse", {"user_id": str(session.user_id), "device": session.device})
    raise TokenReused


def sign_out(*, session: Session, now: datetime, actor_id: uuid.UUID | None = None) -> None:
    """End one session, on its owner's word or on staff's (`actor_id`); its access token stops with it."""
    because = "ended by staff" if actor_id else "signed out"
    with transaction.atomic():
        revoke_sessions(user=session.user, now=now, because=because, only=session.pk)
        audit.record(
            action="session.closed", actor_id=actor_id or session.user_id, target=f"session {session.pk}", now=now
        )


@as_system("signing in")
def note_cookie(*, session: Session, cookie: str) -> None:
    """Write down which of Django's browser sessions hangs on a sign-in, so that it goes where the person goes."""
    Session.objects.filter(pk=session.pk).update(cookie=cookie)


def note_use(*, session: Session, now: datetime) -> None:
    """Write down that a browser's session was used just now; an app's is noted when it refreshes."""
    Session.objects.active(now).filter(pk=session.pk).update(used_at=now)


def end_session(*, user: User, session_id: uuid.UUID, now: datetime) -> None:
    """End one of a person's own sign-ins, on whichever device; raises NoSuchSession."""
    session = Session.objects.active(now).filter(user=user, pk=session_id).first()
    if session is None:
        raise NoSuchSession
    sign_out(session=session, now=now)


def sign_out_everywhere(*, user: User, now: datetime) -> None:
    """End every session of a person."""
    with transaction.atomic():
        revoke_sessions(user=user, now=now, because="signed out everywhere")
        audit.record(action="session.all_closed", actor_id=user.pk, target=f"user {user.pk}", now=now)


@as_system("signing everybody out")
def sign_out_everybody(*, now: datetime) -> int:
    """End every session of everybody, guests' too, for the day something has got out; returns how many."""
    with transaction.atomic():
        n_ended = Session.objects.active(now).update(revoked_at=now, revoked_because="everybody signed out")
        audit.record(action="session.everybody_closed", details={"count": n_ended}, now=now)
    return n_ended


def revoke_sessions(
    *, user: User, now: datetime, because: str, only: uuid.UUID | None = None, but: uuid.UUID | None = None
) -> int:
    """End sessions of a person: all, `only` one, or all `but` one; returns how many."""
    sessions = Session.objects.active(now).filter(user=user)
    if only:
        sessions = sessions.filter(pk=only)
    if but:
        sessions = sessions.exclude(pk=but)
    return sessions.update(revoked_at=now, revoked_because=because)


def revoke_versionless_sessions(*, user: User, now: datetime) -> None:
    """End sign-ins at the site, the admin and an outside provider; they carry no version that could grow old."""
    Session.objects.active(now).filter(user=user).exclude(kind=SessionKind.API).update(
        revoked_at=now, revoked_because="roles changed"
    )


def tidy_sessions(*, now: datetime) -> int:
    """Delete sessions that ended or ran out three months ago; returns how many."""
    long_ago = now - KEPT_FOR
    ended = Session.objects.filter(Q(revoked_at__lt=long_ago) | Q(expires_at__lt=long_ago))
    deleted, _ = ended.delete()
    return deleted
