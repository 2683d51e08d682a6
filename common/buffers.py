"""Rows that are written aside of an answer: a request that leaves one behind does not wait for it.

A process keeps at most `MOST_WAITING` of a kind and writes them within a second, several in one statement. It is lossy
by declaration: a process that is killed loses its last second, and when the database does not keep up, new rows are
dropped and counted instead of slowing the answers down.
"""

import threading
from collections.abc import Callable, Sequence
from multiprocessing.util import Finalize
from typing import Generic, TypeVar

import structlog
from django.conf import settings
from django.db import Error, close_old_connections

log = structlog.get_logger(__name__)

MOST_WAITING = 2000
FLUSH_SECONDS = 0.5
BATCH = 500

Item = TypeVar("Item")


class WriteBuffer(Generic[Item]):
    """What one process has to write, of one kind, and has not written yet."""

    def __init__(self, name: str, write: Callable[[Sequence[Item]], int]) -> None:
        self._name = name
        self._write = write
        self._waiting: list[Item] = []
        self._dropped = 0
        self._lock = threading.Lock()
        # Held while rows are being written, so that whoever flushes last waits for the one before.
        self._writing = threading.Lock()
        self._news = threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, item: Item) -> None:
        """Take something to write; with the setting BUFFERED_WRITES off it is written at once."""
        if not settings.BUFFERED_WRITES:
            self._write([item])
            return
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                self._dropped += 1
                return
            self._waiting.append(item)
            # Begun with the first one, in the process that has it: threads do not survive a fork.
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._writer.start()
        self._news.set()

    def flush(self) -> int:
        """Write what waits, now; returns how many were written."""
        with self._writing:
            with self._lock:
                waiting, self._waiting = self._waiting, []
                dropped, self._dropped = self._dropped, 0
            if dropped:
                log.warning(f"{self._name}_dropped", n=dropped)
            written = 0
            for start in range(0, len(waiting), BATCH):
                try:
                    written += self._write(waiting[start : start + BATCH])
                except Error as problem:
                    log.warning(f"{self._name}_lost", n=len(waiting) - start, problem=str(problem).strip()[:200])
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

    def flush_at_exit(self) -> None:
        """Have what waits written when this process ends.

        Not by atexit: the web server's workers are forked by multiprocessing, whose children leave without it. This
        runs in them, and in every other process too.
        """
        Finalize(None, self.flush, exitpriority=10)
