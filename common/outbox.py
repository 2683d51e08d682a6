"""What must happen after a commit is a row of that commit.

`put` writes the row. The relay (`manage.py relay`) sends due rows to the broker and sends them again until
somebody closes them. `consumer` makes a function the task that carries out such a row: its effects and the
closing of the row are one transaction, so a task delivered twice, or killed half-way, has its effect once.
The broker may lose whatever it likes.
"""

import functools
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import shared_task
from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from structlog.contextvars import bound_contextvars, get_contextvars

from common import audit
from common.models import OutboxTask, Severity

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 10
LONGEST_WAIT = timedelta(hours=1)
KEPT_FOR = timedelta(days=7)
# Long work says this often (at least) that it is still at it, or its row is sent again.
SILENCE = timedelta(seconds=60)
# The relay listens on this PostgreSQL channel; on SQLite it watches the file's data version instead.
CHANNEL = "aclue_outbox"


def put(task: str, arguments: dict[str, Any] | None = None, *, due_at: datetime | None = None) -> OutboxTask:
    """Write down that `task` is to run with `arguments` once the present transaction has committed.

    Raises RuntimeError outside a transaction: the work and its consequence stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"outbox.put({task!r}) needs a transaction around it")
    now = timezone.now()
    row = OutboxTask.objects.create(
        task=task,
        arguments=arguments or {},
        request_id=get_contextvars().get("request_id", ""),
        created_at=now,
        due_at=due_at or now,
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Delivered with the commit, dropped with a rollback.
            cursor.execute(f"NOTIFY {CHANNEL}")
    return row


def claim_due(*, now: datetime, resend_after: timedelta, limit: int = 100) -> list[OutboxTask]:
    """Return rows to send now, already marked so that no other relay sends them before `resend_after`.

    The claim commits before anything is sent: a consumer that is quicker than the relay finds a free row.
    A row that has used up its attempts becomes a dead letter.
    """
    due = OutboxTask.objects.due(now).order_by("due_at", "id")
    if not due.exists():
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        claimed = []
        for row in due[:limit]:
            if row.attempts >= MOST_ATTEMPTS:
                _bury(row, now)
                continue
            row.attempts += 1
            row.due_at = now + min(resend_after * 2 ** (row.attempts - 1), LONGEST_WAIT)
            claimed.append(row)
        OutboxTask.objects.bulk_update(claimed, ["attempts", "due_at"])
    return claimed


def give_back(row: OutboxTask, *, due_at: datetime) -> None:
    """Return a claimed row that the broker did not take; the failed sending costs it no attempt."""
    OutboxTask.objects.open().filter(pk=row.pk).update(attempts=row.attempts - 1, due_at=due_at)


def retry(row: OutboxTask, *, now: datetime, actor_id: uuid.UUID | None) -> bool:
    """Give a dead letter a new life with all its attempts; returns False for one that is not dead."""
    with transaction.atomic():
        if not OutboxTask.objects.dead().filter(pk=row.pk).update(dead_at=None, attempts=0, due_at=now):
            return False
        audit.record(
            action="work.retried", actor_id=actor_id, target=f"work {row.pk}", details={"task": row.task}, now=now
        )
    return True


def about(**arguments: str) -> QuerySet[OutboxTask]:
    """Return open work and dead letters with all these arguments, such as a person's `user_id` or an `address`."""
    given = {f"arguments__{name}": value for name, value in arguments.items()}
    return OutboxTask.objects.filter(done_at=None, **given)


def forget(*tasks: str, **arguments: str) -> int:
    """Drop work with all these arguments, of these tasks or of all; returns how much there was.

    Work that is being done is waited for, and what it leaves behind is there to be seen.
    """
    waiting = about(**arguments)
    if tasks:
        waiting = waiting.filter(task__in=tasks)
    deleted, _ = waiting.delete()
    return deleted


def tidy(*, now: datetime) -> int:
    """Delete rows done long ago; returns how many."""
    deleted, _ = OutboxTask.objects.filter(done_at__lt=now - KEPT_FOR).delete()
    return deleted


def consumer(name: str) -> Callable[[Callable[..., None]], Any]:
    """Make a function the Celery task `name`, run once for each outbox row.

    The function gets the row's arguments as keywords and runs in one transaction with the row's closing.
    """

    def decorate(work: Callable[..., None]) -> Any:
        @shared_task(name=name)
        @functools.wraps(work)
        def carry_out(outbox_id: str) -> None:
            _carry_out(uuid.UUID(outbox_id), work)

        return carry_out

    return decorate


class NotNow(Exception):
    """Long work cannot be done just now: its row is sent again at `due_at`, and this try does not count."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__(f"not before {due_at:%H:%M:%S}")
        self.due_at = due_at


def long_consumer(name: str) -> Callable[[Callable[..., None]], Any]:
    """Make a function the Celery task `name` for work that takes longer than a transaction should.

    It gets the row's arguments as keywords and `keep`, to be called from time to time so that the row is not sent
    again meanwhile. It has transactions of its own, so it must bear being started twice, also at once; it may raise
    NotNow. Its row is closed when it returns.
    """

    def decorate(work: Callable[..., None]) -> Any:
        @shared_task(name=name)
        @functools.wraps(work)
        def carry_out(outbox_id: str) -> None:
            _carry_out_long(uuid.UUID(outbox_id), work)

        return carry_out

    return decorate


def _carry_out_long(outbox_id: uuid.UUID, work: Callable[..., None]) -> None:
    row = OutboxTask.objects.open().filter(pk=outbox_id).first()
    if row is None:
        log.info("outbox_nothing_to_do", outbox_id=str(outbox_id))
        return
    here = OutboxTask.objects.open().filter(pk=outbox_id)

    def keep() -> None:
        here.update(due_at=timezone.now() + SILENCE)

    try:
        with bound_contextvars(request_id=row.request_id, outbox_id=str(outbox_id)):
            keep()
            work(keep=keep, **row.arguments)
    except NotNow as later:
        # The broker may deliver one sending several times, so there may be no attempt left to give back.
        here.update(due_at=later.due_at, attempts=Greatest(F("attempts") - 1, 0))
    except Exception as failure:
        _note_failure(outbox_id, failure)
        raise
    else:
        here.update(done_at=timezone.now(), error="", arguments={})


def _carry_out(outbox_id: uuid.UUID, work: Callable[..., None]) -> None:
    try:
        with transaction.atomic():
            rows = OutboxTask.objects.open().filter(pk=outbox_id)
            if connection.features.has_select_for_update_skip_locked:
                # A twin at work holds the row: it will close it, or fail and leave it to be sent again.
                rows = rows.select_for_update(skip_locked=True)
            row = rows.first()
            if row is None:
                log.info("outbox_nothing_to_do", outbox_id=str(outbox_id))
                return
            with bound_contextvars(request_id=row.request_id, outbox_id=str(outbox_id)):
                work(**row.arguments)
            row.done_at = timezone.now()
            row.error = ""
            row.arguments = {}  # they may be about a person; done work needs them no longer
            row.save(update_fields=["done_at", "error", "arguments"])
    except Exception as failure:
        _note_failure(outbox_id, failure)
        raise


def _note_failure(outbox_id: uuid.UUID, failure: Exception) -> None:
    """Keep the reason for staff; the relay sends the row again when its time has come."""
    try:
        OutboxTask.objects.open().filter(pk=outbox_id).update(error=f"{type(failure).__name__}: {failure}"[:2000])
    except DatabaseError:
        log.warning("outbox_failure_not_noted", outbox_id=str(outbox_id))


def _bury(row: OutboxTask, now: datetime) -> None:
    row.dead_at = now
    row.save(update_fields=["dead_at"])
    audit.report(
        name="outbox.dead_letter",
        now=now,
        severity=Severity.ERROR,
        # Not the error: a mail server's answer names whom the mail was for, and this row outlives them.
        message=f"{row.task} was given up after {row.attempts} tries; why is written at the task.",
        details={"outbox_id": str(row.pk)},
    )
