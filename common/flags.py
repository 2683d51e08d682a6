"""Switches: the environment says how they stand, and staff may say otherwise while aclue runs."""

import dataclasses
import time
import uuid
from datetime import datetime
from typing import Any

import structlog
from django.apps import apps as django_apps
from django.conf import settings
from django.db import DatabaseError, transaction

from common import audit
from common.errors import Invalid
from common.models import Flag

log = structlog.get_logger(__name__)

# For how long a process goes by what it has read.
LOOK_SECONDS = 2.0

# What each does. A name is a setting too.
MEANINGS = {
    "ENABLE_REGISTRATION": "New accounts are taken.",
    "ENABLE_ML_RECOMMENDATIONS": "Models are trained and recommend; off, people get what is popular.",
    "ENABLE_SOCIAL_LOGIN": "People may sign in through Google, Apple and Facebook.",
    "ENABLE_AFFILIATE_TRACKING": "Clicks on merchants' links are counted and carry the shop's tag.",
    "MAINTENANCE": "The site and the API answer 503; health checks and the admin stay open.",
}


@dataclasses.dataclass(frozen=True)
class State:
    """How one switch stands, and on whose word."""

    name: str
    meaning: str
    environment: bool
    by_staff: bool | None

    @property
    def is_on(self) -> bool:
        """What counts."""
        return self.environment if self.by_staff is None else self.by_staff


class NoSuchFlag(Invalid):
    """There is no switch of this name."""

    detail = "There is no switch of this name."


def is_on(name: str) -> bool:
    """Return how a switch stands: by staff's word if they have given one, else by the environment's."""
    by_staff = _by_staff().get(name)
    return bool(getattr(settings, name)) if by_staff is None else by_staff


def states() -> list[State]:
    """Return every switch as it stands now."""
    rows = dict(Flag.objects.values_list("name", "is_on"))
    return [state_of(name, rows.get(name)) for name in MEANINGS]


def state_of(name: str, by_staff: bool | None) -> State:
    """Return how a switch stands when staff have said `by_staff`."""
    return State(name, MEANINGS[name], bool(getattr(settings, name)), by_staff)


def write_rows(*, using: str, apps: Any = django_apps, **_: Any) -> None:
    """Give each switch its row, and drop those of former ones (receiver of post_migrate)."""
    try:
        table = apps.get_model("common", "Flag")
    except LookupError:
        return
    if not table._meta.get_field("is_on").null:
        return
    rows = table.objects.using(using)
    rows.exclude(name__in=MEANINGS).delete()
    rows.bulk_create([table(name=name, is_on=None) for name in MEANINGS], ignore_conflicts=True)


def switch(*, name: str, is_on: bool | None, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Switch on or off, or with None go by the environment's word again; counts within LOOK_SECONDS everywhere.

    Raises NoSuchFlag.
    """
    if name not in MEANINGS:
        raise NoSuchFlag(loc=("body", "name"))
    with transaction.atomic():
        Flag.objects.update_or_create(name=name, defaults={"is_on": is_on, "changed_at": now, "changed_by": actor_id})
        audit.record(
            action="flag.switched", actor_id=actor_id, target=f"flag {name}", details={"is_on": is_on}, now=now
        )
    forget()


def forget() -> None:
    """Look again at the next question."""
    _kept.until = 0.0


def assume(rows: dict[str, bool]) -> None:
    """Go by these rows as if they had just been read, for tests."""
    _kept.rows, _kept.until = rows, time.monotonic() + LOOK_SECONDS


class _Kept:
    """What this process has read last, and until when it goes by it."""

    rows: dict[str, bool] = {}
    until = 0.0


_kept = _Kept()


def _by_staff() -> dict[str, bool]:
    now = time.monotonic()
    if now >= _kept.until:
        try:
            words = Flag.objects.exclude(is_on=None).values_list("name", "is_on")
            _kept.rows = {name: bool(is_on) for name, is_on in words}
        except DatabaseError as problem:
            # The database being away is no reason to ask it with each request; what was last known stands.
            log.warning("flags_not_read", error=str(problem).strip()[:200])
        _kept.until = now + LOOK_SECONDS
    return _kept.rows
