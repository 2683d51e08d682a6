"""Keys by which programs act for a person: made, found, counted as used and revoked here."""

import dataclasses
import secrets
import string
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import ApiKey, User
from accounts.scopes import SCOPES
from accounts.sealing import digest_of, draw_token
from common import audit, outbox
from common.errors import Conflict, Forbidden, Invalid, NotFound
from common.scope import as_system

MOST_KEYS = 20
PREFIX = "aclue"
HINT_LENGTH = 8
LONGEST = 100
USE_NOTED_EVERY = timedelta(minutes=1)


class TooManyKeys(Conflict):
    """A person has as many keys as one may have."""

    error_code = "TOO_MANY_KEYS"
    detail = f"There are {MOST_KEYS} keys already. Revoke one that is not needed any more."


class NoSuchKey(NotFound):
    """The key is not there, is revoked, or is somebody else's."""

    detail = "There is no such key."


class NoKeyForGuests(Forbidden):
    """A guest is nobody that a program could act for."""

    detail = "A key takes an account."


@dataclasses.dataclass(frozen=True)
class MadeKey:
    """A new key with its secret, which is told now and never again."""

    row: ApiKey
    key: str


def make_key(
    *, user: User, name: str, scopes: Sequence[str], now: datetime, expires_at: datetime | None = None
) -> MadeKey:
    """Make a key for a program that acts for `user`; its owner is told by mail.

    Raises NoKeyForGuests, Invalid for an unknown scope or a time that is past, TooManyKeys.
    """
    if user.is_guest:
        raise NoKeyForGuests
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise Invalid(f"Unknown scope: {', '.join(unknown)}.", loc=("body", "scopes"))
    if expires_at is not None and expires_at <= now:
        raise Invalid("This moment is past.", loc=("body", "expires_at"))
    hint = f"{PREFIX}_{''.join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(HINT_LENGTH))}"
    key = f"{hint}_{draw_token()}"
    row = ApiKey(
        user=user,
        name=name,
        hint=hint,
        digest=digest_of(key),
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now,
        expires_at=expires_at,
    )
    with transaction.atomic():
        # The owner's row is locked, so that of two requests at once both see each other's key.
        User.objects.select_for_update().get(pk=user.pk)
        if ApiKey.objects.filter(user=user, revoked_at=None).count() >= MOST_KEYS:
            raise TooManyKeys
        row.save(force_insert=True)
        audit.record(
            action="api_key.made",
            actor_id=user.pk,
            target=f"api_key {row.pk}",
            details={"hint": hint, "scopes": row.scopes},
            now=now,
        )
        outbox.put("accounts.api_key_made", {"user_id": str(user.pk), "key_id": str(row.pk)})
    return MadeKey(row, key)


def revoke_key(*, user: User, key_id: uuid.UUID, now: datetime, actor_id: uuid.UUID | None = None) -> None:
    """End a person's key, on their word or on staff's (`actor_id`); it opens nothing from here on. Raises NoSuchKey."""
    with transaction.atomic():
        if not ApiKey.objects.filter(pk=key_id, user=user, revoked_at=None).update(revoked_at=now):
            raise NoSuchKey
        audit.record(action="api_key.revoked", actor_id=actor_id or user.pk, target=f"api_key {key_id}", now=now)


def revoke_all_keys(*, user: User, now: datetime, because: str, actor_id: uuid.UUID | None = None) -> int:
    """End every key of a person; returns how many. Call it inside the transaction of what makes it necessary."""
    n_keys = ApiKey.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    if n_keys:
        audit.record(
            action="api_key.all_revoked",
            actor_id=actor_id,
            target=f"user {user.pk}",
            details={"count": n_keys, "because": because},
            now=now,
        )
    return n_keys


@as_system("signing in")
def find_key(*, raw: str, now: datetime) -> ApiKey | None:
    """Return the key that `raw` is, its owner with it, when it still opens anything; None otherwise."""
    if not raw.startswith(f"{PREFIX}_") or len(raw) > LONGEST:
        return None
    return ApiKey.objects.active(now).select_related("user").filter(digest=digest_of(raw)).first()


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Write down that a key is in use, at most once a minute: a busy program must not write with each read."""
    long_ago = now - USE_NOTED_EVERY
    if key.used_at is None or key.used_at <= long_ago:
        unnoted = Q(used_at=None) | Q(used_at__lte=long_ago)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(used_at=now)
