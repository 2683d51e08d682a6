"""The relay: the one process that carries outbox rows to the broker; it seals the audit log on its way."""

import contextlib
import time
from datetime import timedelta

import structlog
from celery import Celery
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from structlog.contextvars import bound_contextvars

from common import audit_chain, outbox
from common.models import OutboxTask

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
WATCH_SECONDS = 0.05
BROKER_PAUSE = timedelta(seconds=2)


class Relay:
    """Send due rows, wait for the next commit (or a second), and start again, until told to stop."""

    def __init__(self, app: Celery, *, resend_after: timedelta) -> None:
        self.app = app
        self.resend_after = resend_after
        self.stopping = False
        self._seen_version = -1

    def stop(self) -> None:
        """End after the present round."""
        self.stopping = True

    def run(self) -> None:
        """Work until `stop` is called; a database or broker that is away only makes it wait."""
        while not self.stopping:
            try:
                sent = self.send_due()
                audit_chain.seal(now=timezone.now())
                if not sent:
                    self._wait()
            except (OperationalError, InterfaceError) as problem:
                log.warning("relay_database_away", error=str(problem).strip()[:200])
                connection.close()
                time.sleep(POLL_SECONDS)

    def send_due(self) -> int:
        """Send every row that is due; returns how many the broker took."""
        rows = outbox.claim_due(now=timezone.now(), resend_after=self.resend_after)
        for position, row in enumerate(rows):
            try:
                self._send(row)
            except (BrokerError, OSError) as problem:
                log.warning("relay_broker_away", error=str(problem)[:200], waiting=len(rows) - position)
                for unsent in rows[position:]:
                    outbox.give_back(unsent, due_at=timezone.now() + BROKER_PAUSE)
                return position
        return len(rows)

    def _send(self, row: OutboxTask) -> None:
        with bound_contextvars(request_id=row.request_id):
            self.app.send_task(row.task, kwargs={"outbox_id": str(row.pk)}, retry=False)

    def _wait(self) -> None:
        if connection.vendor == "postgresql":
            self._wait_for_notification()
        else:
            self._wait_for_change()

    def _wait_for_notification(self) -> None:
        connection.ensure_connection()
        assert connection.connection is not None
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {outbox.CHANNEL}")
        with contextlib.closing(connection.connection.notifies(timeout=POLL_SECONDS, stop_after=1)) as notes:
            for _ in notes:
                return

    def _wait_for_change(self) -> None:
        """Watch SQLite's data version, which another connection's commit changes, instead of the table."""
        until = time.monotonic() + POLL_SECONDS
        while not self.stopping and time.monotonic() < until:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA data_version")
                version = int(cursor.fetchone()[0])
            if version != self._seen_version:
                self._seen_version = version
                return
            time.sleep(WATCH_SECONDS)
