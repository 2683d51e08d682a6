"""The second factor: a code from an authenticator app (TOTP, RFC 6238), or one of ten recovery codes."""

import contextlib
import dataclasses
import hmac
import io
import secrets
import uuid
from collections.abc import Iterator
from datetime import datetime

import pyotp
import segno
import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from accounts.models import Authenticator, RecoveryCode, Session, User
from accounts.roles import STAFF_ROLES
from accounts.sealing import digest_of, seal, unseal
from accounts.services import lockout, proving
from accounts.services.passwords import CurrentPasswordRequired
from common import audit, outbox
from common.errors import Conflict, DomainError, Forbidden, Invalid

log = structlog.get_logger(__name__)

PURPOSE = "second factor"
STEP_SECONDS = 30
DIGITS = 6
# Clocks differ, and typing takes its time: the step before and the one after count too.
WINDOW = (-1, 0, 1)
N_RECOVERY_CODES = 10
# Without the letters and digits that are taken for each other: 16 of them have 79 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH, GROUP = 16, 4


class OtpRequired(DomainError):
    """Address and password are right; the code from the person's app is due."""

    status_code = 401
    error_code = "OTP_REQUIRED"
    detail = "The code from your authenticator app is needed too."


class WrongOtp(DomainError):
    """The code at a sign-in is wrong, or was used before."""

    status_code = 401
    error_code = "INVALID_CREDENTIALS"
    detail = "The code is wrong or was used before."


class OtpInvalid(Invalid):
    """The code that goes with a change of the second factor is wrong, or was used before."""

    error_code = "INVALID_OTP"
    detail = "The code is wrong or was used before."


class FactorOn(Conflict):
    """There is a second factor already."""

    error_code = "SECOND_FACTOR_ON"
    detail = "A second factor is on already. Switch it off first to set up another."


class FactorOff(Conflict):
    """There is no second factor that this could be done to."""

    error_code = "SECOND_FACTOR_OFF"
    detail = "There is no second factor. Set one up first."


class FactorUnreadable(Forbidden):
    """The secret was sealed under another SECRET_KEY, so no code can be checked; recovery codes still can."""

    error_code = "SECOND_FACTOR_UNREADABLE"
    detail = "Codes from your app cannot be checked any more. Use a recovery code, or ask support."


class FactorRequired(Forbidden):
    """A role of the person takes a second factor, and they have none: until then they may only set one up."""

    error_code = "SECOND_FACTOR_REQUIRED"
    detail = "Your role takes a second factor. Set one up first."


class NoFactorForGuests(Forbidden):
    """Nobody signs in as a guest again, so there is nothing that a second factor could guard."""

    detail = "A second factor takes an account."


@dataclasses.dataclass(frozen=True)
class Setup:
    """What an authenticator app needs, as an address, as a picture of it, and to be typed."""

    uri: str
    qr_svg: str
    secret: str

    @property
    def spaced_secret(self) -> str:
        """The secret in groups of four, as people type it; apps pass over the spaces."""
        return " ".join(self.secret[start : start + GROUP] for start in range(0, len(self.secret), GROUP))


def begin_setup(*, user: User, now: datetime) -> Setup:
    """Draw a secret for the person's app; it takes the place of one that was not confirmed.

    Raises NoFactorForGuests, FactorOn.
    """
    if user.is_guest:
        raise NoFactorForGuests
    secret = pyotp.random_base32()
    values = {"sealed_secret": seal(secret, purpose=PURPOSE), "created_at": now, "last_step": 0}
    with transaction.atomic():
        if not Authenticator.objects.filter(pk=user.pk, confirmed_at=None).update(**values):
            _, is_new = Authenticator.objects.get_or_create(user_id=user.pk, defaults=values)
            if not is_new:
                raise FactorOn
        audit.record(action="second_factor.begun", actor_id=user.pk, target=f"user {user.pk}", now=now)
    return _setup_of(user, secret)


def pending_setup(user: User) -> Setup | None:
    """Return what was begun and not confirmed, to be shown again; None without, or under another SECRET_KEY."""
    factor = Authenticator.objects.filter(pk=user.pk, confirmed_at=None).first()
    if factor is None:
        return None
    try:
        return _setup_of(user, _secret_of(factor))
    except FactorUnreadable:
        return None


def confirm(*, user: User, otp: str, now: datetime) -> list[str]:
    """Switch the factor on once the app has shown that it knows the secret; returns ten recovery codes, only now.

    Raises FactorOff, FactorOn, OtpInvalid.
    """
    factor = Authenticator.objects.filter(pk=user.pk).first()
    if factor is None:
        raise FactorOff
    if factor.confirmed_at is not None:
        raise FactorOn
    step = _step_of(_secret_of(factor), _tidied(otp), now)
    if step is None:
        raise OtpInvalid(loc=("body", "otp"))
    with transaction.atomic():
        # The secret is named again: of a confirmation and a new set-up at once, the code must belong to what stays.
        here = Authenticator.objects.filter(pk=user.pk, confirmed_at=None, sealed_secret=factor.sealed_secret)
        if not here.update(confirmed_at=now, last_step=step):
            raise FactorOn
        codes = _draw_recovery_codes(user, now)
        audit.record(action="second_factor.on", actor_id=user.pk, target=f"user {user.pk}", now=now)
        outbox.put("accounts.second_factor_on", {"user_id": str(user.pk)})
    return codes


def require(*, user: User, otp: str, now: datetime) -> None:
    """Let through who has no second factor or brings a right code, which is spent by it.

    To be asked after the password alone: what it answers tells that there is an account. Raises OtpRequired,
    WrongOtp, FactorUnreadable.
    """
    if not has_factor(user):
        return
    if not _tidied(otp):
        raise OtpRequired
    if not _spend(user, otp, now):
        raise WrongOtp


def disable(
    *, user: User, otp: str, now: datetime, password: str = "", session: Session | None = None, network: str = ""
) -> None:
    """Switch one's second factor off.

    Raises FactorOff, NoPassword, CurrentPasswordRequired, OtpInvalid, FactorUnreadable, AccountLocked.
    """
    with _proved(user, password, session, network, now), transaction.atomic():
        _spend_or_refuse(user, otp, now)
        _take_away(user)
        audit.record(action="second_factor.off", actor_id=user.pk, target=f"user {user.pk}", now=now)
        outbox.put("accounts.second_factor_off", {"user_id": str(user.pk), "by_staff": False})


def renew_recovery_codes(
    *, user: User, otp: str, now: datetime, password: str = "", session: Session | None = None, network: str = ""
) -> list[str]:
    """Draw ten new recovery codes in place of the former ones.

    Raises FactorOff, NoPassword, CurrentPasswordRequired, OtpInvalid, FactorUnreadable, AccountLocked.
    """
    with _proved(user, password, session, network, now), transaction.atomic():
        _spend_or_refuse(user, otp, now)
        codes = _draw_recovery_codes(user, now)
        audit.record(action="second_factor.codes_renewed", actor_id=user.pk, target=f"user {user.pk}", now=now)
    return codes


def remove(*, user: User, now: datetime, actor_id: uuid.UUID | None) -> bool:
    """Take a person's factor away on staff's word, for the day their phone and their codes are lost.

    Returns whether there was one; the owner is told.
    """
    with transaction.atomic():
        if not _take_away(user):
            return False
        audit.record(action="second_factor.removed", actor_id=actor_id, target=f"user {user.pk}", now=now)
        outbox.put("accounts.second_factor_off", {"user_id": str(user.pk), "by_staff": True})
    return True


def has_factor(user: User) -> bool:
    """Return whether a sign-in of this person takes a code."""
    return Authenticator.objects.filter(pk=user.pk, confirmed_at__isnull=False).exists()


def n_codes_left(user: User) -> int:
    """Return how many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def is_due(user: User) -> bool:
    """Return whether a role of the person takes a second factor and they have none (SECOND_FACTOR_ROLES)."""
    demanding = set(settings.SECOND_FACTOR_ROLES)
    if not demanding or user.is_guest or (demanding <= set(STAFF_ROLES) and not user.is_staff):
        return False
    return not demanding.isdisjoint(user.role_names()) and not has_factor(user)


@contextlib.contextmanager
def _proved(user: User, password: str, session: Session | None, network: str, now: datetime) -> Iterator[None]:
    """Ask for the password, and count it or the code of the block when one is wrong.

    Who has stolen a session must not try them all here. The password comes first, before the factor is touched, and
    outside of any transaction: a hash takes its time.
    """
    if not has_factor(user):
        raise FactorOff
    loc = ("body", "password")
    takes_password = proving.takes_password(user=user, session=session, password=password, now=now, loc=loc)
    try:
        with lockout.guess(
            email=user.email or "",
            network=network,
            is_known_device=False,
            now=now,
            refused="second_factor.refused",
            session=session,
        ):
            if takes_password and not user.check_password(password):
                raise proving.WrongPassword
            yield
    except proving.WrongPassword:
        raise CurrentPasswordRequired(loc=loc) from None
    except WrongOtp:
        raise OtpInvalid(loc=("body", "otp")) from None


def _spend_or_refuse(user: User, otp: str, now: datetime) -> None:
    """Spend a code together with the change that it allows."""
    if not _spend(user, otp, now):
        raise WrongOtp


def _spend(user: User, otp: str, now: datetime) -> bool:
    """Return whether a code is right and was not spent before, also by somebody at this very moment.

    One conditional UPDATE on the row's own columns decides: who waited for the winner's lock finds the step taken.
    """
    otp = _tidied(otp)
    if not (len(otp) == DIGITS and otp.isascii() and otp.isdigit()):
        return _spend_recovery_code(user, otp, now)
    factor = Authenticator.objects.filter(pk=user.pk, confirmed_at__isnull=False).first()
    step = None if factor is None else _step_of(_secret_of(factor), otp, now)
    if factor is None or step is None:
        return False
    here = Authenticator.objects.filter(pk=user.pk, sealed_secret=factor.sealed_secret, last_step__lt=step)
    return bool(here.update(last_step=step))


def _spend_recovery_code(user: User, code: str, now: datetime) -> bool:
    with transaction.atomic():
        here = RecoveryCode.objects.filter(user=user, digest=digest_of(code), used_at=None)
        if not here.update(used_at=now):
            return False
        left = n_codes_left(user)
        audit.record(
            action="second_factor.recovery_code_used",
            actor_id=user.pk,
            target=f"user {user.pk}",
            details={"left": left},
            now=now,
        )
        outbox.put("accounts.recovery_code_used", {"user_id": str(user.pk), "left": left})
    return True


def _take_away(user: User) -> bool:
    RecoveryCode.objects.filter(user=user).delete()
    deleted, _ = Authenticator.objects.filter(pk=user.pk).delete()
    return bool(deleted)


def _draw_recovery_codes(user: User, now: datetime) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(N_RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user_id=user.pk, digest=digest_of(code), created_at=now) for code in codes
    )
    return ["-".join(code[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP)) for code in codes]


def _step_of(secret: str, otp: str, now: datetime) -> int | None:
    """Return the 30-second step whose code this is; None when it is none of those that count now."""
    app = pyotp.HOTP(secret, digits=DIGITS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present + offset for offset in WINDOW):
        if hmac.compare_digest(app.at(step).encode(), otp.encode("utf-8", "surrogatepass")):
            return step
    return None


def _secret_of(factor: Authenticator) -> str:
    try:
        return unseal(factor.sealed_secret, purpose=PURPOSE)
    except InvalidToken:
        log.error("second_factor_unreadable", user_id=str(factor.pk), hint="it was sealed under another SECRET_KEY")
        raise FactorUnreadable from None


def _setup_of(user: User, secret: str) -> Setup:
    uri = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=user.email, issuer_name=settings.PROJECT_NAME
    )
    picture = io.BytesIO()
    # Without a size of its own: it is drawn as large as its place.
    segno.make(uri, error="m").save(
        picture, kind="svg", border=4, light="#ffffff", omitsize=True, xmldecl=False, nl=False
    )
    return Setup(uri, picture.getvalue().decode(), secret)


def _tidied(otp: str) -> str:
    """Return a code as it is kept: without the spaces and hyphens that people copy, in small letters."""
    return "".join(otp.split()).replace("-", "").lower()
