"""Locking accounts against guessing, so that it cannot be turned against their owners.

Guesses are counted for each account and network, and a stranger's also for the account over all networks. A few are
free; then each one has to wait longer than the one before. A device that the account is known on has a count of its
own, and whoever has just reset the password is asked about their own network alone: strangers lock neither of them out.
What the holder of a session guesses is counted for that session alone, so that it is locked by nobody else's guesses.
Addresses without an account are counted and locked alike.

A guess is counted before the password is looked at and taken back when it turns out to be none. So of many guesses at
once no more are let through than one after the other. While one is being looked at, a lock may be gone in a moment, and
whoever meets it is told to come back then.
"""

import contextlib
import hashlib
import hmac
import math
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import GuessCount, Session, SessionKind, normalise_email
from common import audit
from common.errors import DomainError

FREE_GUESSES = 5
# From everywhere together: more than a household mistypes, and far fewer than a password takes.
FREE_GUESSES_OF_STRANGERS = 20
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900))
FORGOTTEN_AFTER = timedelta(days=1)
# What is not decided by then never will be: the process that looked at it has died.
UNDECIDED_FOR = timedelta(seconds=10)
UNDECIDED_RETRY = 1
EXCUSED_FOR = timedelta(hours=1)
# The errors that say that a guess was wrong carry it; any other tells nothing about the password.
WRONG_GUESS = "INVALID_CREDENTIALS"

_TABLE = GuessCount._meta.db_table
_NEXT = f"(CASE WHEN {_TABLE}.failed_at < %(forgotten)s THEN 1 ELSE {_TABLE}.n_failures + 1 END)"
_CLAIM = f"""
    INSERT INTO {_TABLE} (key, account, n_failures, n_undecided, failed_at, locked_until)
    VALUES (%(key)s, %(account)s, 1, 1, %(now)s, %(forgotten)s)
    ON CONFLICT (key) DO UPDATE SET n_failures = {_NEXT}, failed_at = %(now)s,
        n_undecided = CASE WHEN {_TABLE}.failed_at < %(undecided)s THEN 1 ELSE {_TABLE}.n_undecided + 1 END,
        locked_until = CASE
        WHEN {_NEXT} < %(free)s THEN %(forgotten)s
        {" ".join(f"WHEN {_NEXT} = %(free)s + {step} THEN %(end_{step})s" for step in range(len(DELAYS) - 1))}
        ELSE %(end_{len(DELAYS) - 1})s END
    WHERE {_TABLE}.locked_until <= %(now)s
    RETURNING n_failures
"""


class AccountLocked(DomainError):
    """Too many wrong guesses; `retry_after` says when the next one is heard."""

    status_code = 423
    error_code = "ACCOUNT_LOCKED"
    detail = "Too many wrong tries. Please wait, or set a new password by e-mail."


@contextlib.contextmanager
def guess(
    *,
    email: str,
    network: str,
    is_known_device: bool,
    now: datetime,
    refused: str = "session.refused",
    session: Session | None = None,
) -> Iterator[None]:
    """Let one guess at somebody's password be made inside the block; raises AccountLocked instead when it may not.

    With the `session` of somebody who is signed in, network and device make no difference.
    An error of WRONG_GUESS that leaves the block counts, any other does not, and none at all means that it was right.
    A wrong one is written down as `refused` under a pseudonym of the address; a lock is too, when it begins.
    """
    account = _digest("account", normalise_email(email))
    kind, place = _counted_for(session, is_known_device, network)
    own = _digest(kind, account, place)
    n_own = _claim(own, account, FREE_GUESSES, now)
    n_all = 0
    if session is None and not is_known_device and not _is_excused(account, network, now):
        try:
            n_all = _claim(account, account, FREE_GUESSES_OF_STRANGERS, now)
        except AccountLocked:
            _take_back(own, now)
            raise
    try:
        yield
    except BaseException as failure:
        if getattr(failure, "error_code", "") == WRONG_GUESS:
            _decide(*([own, account] if n_all else [own]))
            target = audit.address_target(normalise_email(email))
            audit.record(action=refused, target=target, network=network, now=now)
            _tell_of_lock(account, n_own, n_all, now)
        else:
            _take_back(own, now)
            if n_all:
                _take_back(account, now)
        raise
    GuessCount.objects.filter(key=own).delete()
    if n_all:
        _take_back(account, now)


def excuse(*, email: str, network: str, now: datetime) -> None:
    """Hear somebody who has just proved, by a link in their mail, that the account is theirs.

    For an hour their network is asked about its own wrong guesses alone, from the first one on.
    """
    account = _digest("account", normalise_email(email))
    with transaction.atomic():
        GuessCount.objects.filter(key=_digest("network", account, network)).delete()
        GuessCount.objects.update_or_create(
            key=_digest("excused", account, network),
            defaults={"account": account, "n_failures": 0, "failed_at": now, "locked_until": now + EXCUSED_FOR},
        )


def lift_lockout(*, email: str, now: datetime, actor_id: uuid.UUID | None = None) -> int:
    """Forget all wrong guesses at an account, on staff's word; returns how many counts there were."""
    account = _digest("account", normalise_email(email))
    with transaction.atomic():
        n_counts, _ = GuessCount.objects.filter(account=account).delete()
        audit.record(action="account.unlocked", actor_id=actor_id, target=f"account {account[:16]}", now=now)
    return n_counts


def tidy_guesses(*, now: datetime) -> int:
    """Forget counts without a wrong guess for a day; returns how many."""
    deleted, _ = GuessCount.objects.filter(failed_at__lt=now - FORGOTTEN_AFTER).delete()
    return deleted


def _counted_for(session: Session | None, is_known_device: bool, network: str) -> tuple[str, str]:
    """Return what a guess is counted for beside the account: the session, else the network, by devices known or not."""
    if session is None:
        return "known" if is_known_device else "network", network
    # Another provider's token may open a session each: together they have one count.
    return "session", "outside" if session.kind == SessionKind.OUTSIDE else str(session.pk)


def _claim(key: str, account: str, free: int, now: datetime) -> int:
    """Count a guess, in one statement; returns how many there are. Raises AccountLocked when it may not be made."""
    as_stored = connection.ops.adapt_datetimefield_value
    values = {
        "key": key,
        "account": account,
        "free": free,
        "now": as_stored(now),
        "forgotten": as_stored(now - FORGOTTEN_AFTER),
        "undecided": as_stored(now - UNDECIDED_FOR),
        **{f"end_{step}": as_stored(now + delay) for step, delay in enumerate(DELAYS)},
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        row = cursor.fetchone()
    if row is not None:
        return int(row[0])
    count = GuessCount.objects.filter(key=key).first()
    if count is None or (count.n_undecided and now - count.failed_at < UNDECIDED_FOR):
        raise AccountLocked(retry_after=UNDECIDED_RETRY)
    raise AccountLocked(retry_after=max(1, math.ceil((count.locked_until - now).total_seconds())))


def _take_back(key: str, now: datetime) -> None:
    """Make a guess not to have been: the count goes down, and as it was open before, it is open again."""
    # Open since long ago, and not since now: another sign-in of this moment may have looked at the clock before us.
    GuessCount.objects.filter(key=key).update(
        n_failures=Greatest(F("n_failures") - 1, 0),
        n_undecided=Greatest(F("n_undecided") - 1, 0),
        locked_until=now - FORGOTTEN_AFTER,
    )


def _decide(*keys: str) -> None:
    """Let a guess that has turned out to be wrong stay counted."""
    GuessCount.objects.filter(key__in=keys).update(n_undecided=Greatest(F("n_undecided") - 1, 0))


def _is_excused(account: str, network: str, now: datetime) -> bool:
    return GuessCount.objects.filter(key=_digest("excused", account, network), locked_until__gt=now).exists()


def _tell_of_lock(account: str, n_own: int, n_all: int, now: datetime) -> None:
    if n_own >= FREE_GUESSES or n_all >= FREE_GUESSES_OF_STRANGERS:
        audit.record(
            action="account.locked",
            target=f"account {account[:16]}",
            details={"from_one_network": n_own, "from_everywhere": n_all},
            now=now,
        )


def _digest(*parts: str) -> str:
    """Return a key that tells nothing of its parts: there are few enough addresses to try all known ones."""
    words = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(settings.SECRET_KEY.encode(), b"lockout\x1f" + words, hashlib.sha256).hexdigest()
