"""The end of an account, and of everything that is kept about a person."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from common import audit, personal
from common.scope import as_system


@as_system("erasing a person")
def erase_person(*, user_id: uuid.UUID, now: datetime) -> bool:
    """Erase a person from every table of every app; returns whether they were there.

    What remains is an audit entry that somebody, under a pseudonym, has left.
    """
    with transaction.atomic():
        user = held(user_id).first()
        if user is None:
            return False
        target = audit.address_target(user.email) if user.email else ""
        audit.record(action=audit.ERASED, actor_id=user_id, target=target, now=now, network="")
        personal.erase(user_id, now)
        transaction.on_commit(_empty_the_log_of_writes)
    return True


def erase_people(*, user_ids: Sequence[uuid.UUID], now: datetime) -> int:
    """Erase several people, each in a transaction of their own; returns how many were there."""
    return sum(erase_person(user_id=user_id, now=now) for user_id in user_ids)


def held(user_id: uuid.UUID) -> QuerySet[User]:
    """Return a person's row, held until the end against others who would erase or merge it.

    Not against rows that are being written for the person: those who write them hold a sitting, say, that is to be
    moved or deleted, and each would wait for the other. `accounts.personal` waits for them before the row goes.
    """
    people = User.objects.filter(pk=user_id)
    if connection.features.has_select_for_no_key_update:
        return people.select_for_update(no_key=True)
    return people.select_for_update()


def _empty_the_log_of_writes() -> None:
    """Let SQLite forget the pages as they were before: its file overwrites what is deleted, its log keeps it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
