"""Who may train a type of model now: one process, known by a lease that it renews and a number that only grows."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import Error as DatabaseProblem
from django.db import connection
from django.db.models import F, Q, QuerySet

from common.processes import is_dead, name_of
from recommendations.models import TrainingLease

log = structlog.get_logger(__name__)

LENGTH = timedelta(seconds=60)
RENEW_SECONDS = 5.0


class LeaseBusy(Exception):
    """Somebody else trains this type; `until` is when to ask again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"leased until {until:%H:%M:%S}")
        self.until = until


class LeaseLost(Exception):
    """Another process has taken over; what was learnt here must not be published."""


class Lease:
    """A held lease."""

    def __init__(self, model_type: str, fence: int) -> None:
        self.model_type = model_type
        self.fence = fence
        self.is_lost = False

    def check(self) -> None:
        """Raises LeaseLost when the lease is another's; inside a transaction it stays ours until the commit."""
        if self.is_lost or not self._held().select_for_update().exists():
            raise LeaseLost(self.model_type)

    def renew(self, now: datetime) -> None:
        """Put the end off; raises LeaseLost."""
        if not self._held().update(until=now + LENGTH):
            self.is_lost = True
            raise LeaseLost(self.model_type)

    def is_ours(self) -> bool:
        """Return whether nobody else has taken it just now; `check` promises it until a commit."""
        return not self.is_lost and self._held().exists()

    def release(self) -> None:
        """Let others have it; without a database it runs out by itself."""
        try:
            self._held().update(until=None, run_id=None)
        except DatabaseProblem as problem:
            log.warning("lease_not_released", model_type=self.model_type, problem=str(problem)[:200])

    def _held(self) -> QuerySet[TrainingLease]:
        return TrainingLease.objects.filter(model_type=self.model_type, fence=self.fence)


@contextmanager
def leased(
    model_type: str, *, run_id: uuid.UUID, clock: Callable[[], datetime], keep: Callable[[], None]
) -> Iterator[Lease]:
    """Hold the lease of a type while the block runs, renewed by a thread. Raises LeaseBusy."""
    lease = acquire(model_type, run_id=run_id, now=clock())
    ended = threading.Event()
    renewing = threading.Thread(target=_renew_until, args=(ended, lease, clock, keep), daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        ended.set()
        renewing.join()
        lease.release()


def is_at_work(run_id: uuid.UUID, now: datetime) -> bool:
    """Return whether a process that may be alive holds a lease for a run."""
    held = TrainingLease.objects.filter(run_id=run_id, until__gt=now).values_list("holder", flat=True)
    return not all(map(is_dead, held))


def acquire(model_type: str, *, run_id: uuid.UUID, now: datetime) -> Lease:
    """Take the lease of a type when it is free, has run out, or its holder on this machine is dead.

    One conditional UPDATE decides between several who try. Raises LeaseBusy.
    """
    kept, _ = TrainingLease.objects.get_or_create(model_type=model_type)
    if kept.until is not None and kept.until > now and not is_dead(kept.holder):
        raise LeaseBusy(kept.until)
    unchanged = Q(model_type=model_type, fence=kept.fence)
    taken = TrainingLease.objects.filter(unchanged).update(
        fence=F("fence") + 1, run_id=run_id, holder=name_of(os.getpid()), until=now + LENGTH
    )
    if not taken:
        raise LeaseBusy(now + LENGTH)
    return Lease(model_type, kept.fence + 1)


def _renew_until(ended: threading.Event, lease: Lease, clock: Callable[[], datetime], keep: Callable[[], None]) -> None:
    try:
        while not ended.wait(RENEW_SECONDS):
            try:
                lease.renew(clock())
                keep()
            except LeaseLost:
                return
            except DatabaseProblem as problem:
                log.warning("lease_not_renewed", model_type=lease.model_type, problem=str(problem)[:200])
                connection.close()  # a broken one stays broken; the next try opens another
    finally:
        connection.close()  # this thread's own
