"""What was shown, written down aside of the answer: a request that shows products does not wait for this row.

A process keeps at most `MOST_WAITING` impressions and writes them within a second, several in one statement. It is
lossy by declaration: a process that is killed loses its last second, and when the database does not keep up, new
impressions are dropped and counted instead of slowing the answers down.
"""

import threading
from collections.abc import Sequence
from multiprocessing.util import Finalize

import structlog
from django.conf import settings
from django.db import Error, IntegrityError, close_old_connections

from swipes import services
from swipes.services import Shown

log = structlog.get_logger(__name__)

MOST_WAITING = 2000
FLUSH_SECONDS = 0.5
BATCH = 500


class ImpressionBuffer:
    """The impressions of one process that are not written yet."""

    def __init__(self) -> None:
        self._waiting: list[Shown] = []
        self._dropped = 0
        self._lock = threading.Lock()
        # Held while rows are being written, so that whoever flushes last waits for the one before.
        self._writing = threading.Lock()
        self._news = threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, shown: Shown) -> None:
        """Take an impression; with the setting IMPRESSIONS_WAIT off it is written at once."""
        if not settings.IMPRESSIONS_WAIT:
            services.record_impressions(shown=[shown])
            return
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                self._dropped += 1
                return
            self._waiting.append(shown)
            # Begun with the first one, in the process that has it: threads do not survive a fork.
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._run, name="impressions", daemon=True)
                self._writer.start()
        self._news.set()

    def flush(self) -> int:
        """Write what waits, now; returns how many were written."""
        with self._writing:
            with self._lock:
                waiting, self._waiting = self._waiting, []
                dropped, self._dropped = self._dropped, 0
            if dropped:
                log.warning("impressions_dropped", n=dropped)
            written = 0
            for start in range(0, len(waiting), BATCH):
                try:
                    written += _write(waiting[start : start + BATCH])
                except Error as problem:
                    log.warning("impressions_lost", n=len(waiting) - start, problem=str(problem).strip()[:200])
                    break
            return written

    def _run(self) -> None:
        while True:
            self._news.wait()
            # A short pause, so that a burst becomes one statement.
            threading.Event().wait(FLUSH_SECONDS)
            self._news.clear()
            close_old_connections()
            self.flush()


def _write(shown: Sequence[Shown]) -> int:
    try:
        return services.record_impressions(shown=shown)
    except IntegrityError:
        # Somebody left between the look at who is there and the writing; the second look does not find them.
        return services.record_impressions(shown=shown)


_buffer = ImpressionBuffer()
# Not by atexit: the web server's workers are forked by multiprocessing, whose children leave without it. This runs in
# them, and in every other process too.
Finalize(None, lambda: _buffer.flush(), exitpriority=10)


def note_shown(shown: Shown) -> None:
    """Have an impression written down."""
    _buffer.add(shown)
