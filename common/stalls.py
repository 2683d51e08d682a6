"""A client that begins a body and falls silent, or drips it, must not hold a thread of the server for ever.

Granian cuts clients that stall in their headers, but waits without end for a body, and a web process has one thread to
wait with. So a second thread looks once a second whether a body is overdue, and closes the ears of that client's
connection: the wait ends, the request is answered 408, and the thread is free. A request without a body passes by all
of this. (Another thread cannot do the reading instead: granian takes a lock at the end of a request that an unfinished
read holds, and the whole process with it.)
"""

import contextlib
import dataclasses
import errno
import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import structlog

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PATIENCE_SECONDS = 30.0
# What a body has to bring for each further second, so that a large one may take its time.
LEAST_BYTES_A_SECOND = 64 * 1024
CHUNK = 64 * 1024
LOOK_SECONDS = 1.0
CUT_SECONDS = 0.2
# Where Linux tells, in milliseconds, how long ago something was sent and received (struct tcp_info).
LAST_SENT, LAST_RECEIVED, INFO_BYTES = 44, 52, 56

log = structlog.get_logger(__name__)


class BodyTooSlow(OSError):
    """The rest of the body did not come in time."""


class WithPatience:
    """A WSGI application whose bodies come in time or not at all."""

    def __init__(self, application: Application, seconds: float = PATIENCE_SECONDS) -> None:
        self.application = application
        self.watch = Watch()
        self.seconds = seconds

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer; whoever reads the body reads it under the watch."""
        if environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = WatchedInput(environ, self.watch, self.seconds)
        return self.application(environ, start_response)


class WatchedInput:
    """`wsgi.input` that raises BodyTooSlow where the server's own would wait on."""

    def __init__(self, environ: dict[str, Any], watch: "Watch", seconds: float) -> None:
        self.address, self.port = environ.get("REMOTE_ADDR", ""), environ.get("SERVER_PORT", "")
        self.seconds = seconds
        self.until = time.monotonic() + seconds
        self.suspects: frozenset[Any] | None = None
        self.is_cut = False
        self.is_read = threading.Event()
        self._stream, self._watch = environ["wsgi.input"], watch

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or all that is left without a size; less only at the end. Raises BodyTooSlow."""
        parts = []
        while size:
            # In pieces, so that what has come in is known and counts.
            part = self._watched(self._stream.read, CHUNK if size < 0 else min(size, CHUNK))
            if not part:
                break
            parts.append(part)
            if size > 0:
                size -= len(part)
        return b"".join(parts)

    def readline(self, size: int = -1) -> bytes:
        """Return the next line. Raises BodyTooSlow."""
        return self._watched(self._stream.readline, size)

    def _watched(self, read: Callable[[int], bytes], size: int) -> bytes:
        self.is_read.clear()
        with self._watch.over(self):
            part = read(size)
        self.until += len(part) / LEAST_BYTES_A_SECOND
        if self.is_cut:
            raise BodyTooSlow("The body did not arrive in time.")
        return part


class Watch:
    """The thread that cuts connections whose body is overdue; it starts with the first body, and sleeps without one."""

    def __init__(self) -> None:
        self._waited_for: set[WatchedInput] = set()
        self._has_work = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, body: WatchedInput) -> Iterator[None]:
        """Watch over one read."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._look, name="stalled bodies", daemon=True)
                    self._thread.start()
        self._waited_for.add(body)
        self._has_work.set()
        try:
            yield
        finally:
            self._waited_for.discard(body)
            body.is_read.set()

    def _look(self) -> None:
        while self._has_work.wait():
            time.sleep(LOOK_SECONDS)
            self._has_work.clear()
            for body in tuple(self._waited_for):
                self._has_work.set()
                if body.suspects is None:
                    # Whoever comes later may have to wait behind this body, and is not the one that sends it.
                    with _unanswered(body) as connections:
                        body.suspects = frozenset(each.peer for each in connections)
                elif time.monotonic() > body.until:
                    _cut(body)


@dataclasses.dataclass(frozen=True)
class _Connection:
    """A connection that nothing was sent to since it last brought something."""

    silent_seconds: float
    peer: Any
    # A double of the server's own.
    socket: socket.socket


def _cut(body: WatchedInput) -> None:
    """End the wait for a body by closing its connection's ears.

    Which of a client's connections it is, the server does not say. So those that wait for an answer are cut one after
    the other until the body's wait is over, first the one that has been silent longest. Others of that client that
    have been silent for about as long are cut as well, or each would hold the thread in its turn.
    """
    body.is_cut = True
    n_cut = 0
    with _unanswered(body) as connections:
        for each in connections:
            if body.is_read.is_set() and each.silent_seconds < body.seconds - 2 * LOOK_SECONDS:
                break
            if body.suspects is not None and each.peer not in body.suspects:
                continue
            with contextlib.suppress(OSError):
                each.socket.shutdown(socket.SHUT_RD)
                n_cut += 1
            body.is_read.wait(CUT_SECONDS)
    log.warning("stalled_body_cut", address=body.address, connections=n_cut, ended=body.is_read.is_set())


@contextlib.contextmanager
def _unanswered(body: WatchedInput) -> Iterator[list[_Connection]]:
    """Give the connections of a body's client that wait for an answer, the one that is silent longest first."""
    found = []
    with contextlib.ExitStack() as doubles:
        for entry in Path("/dev/fd").iterdir():
            with contextlib.suppress(OSError):
                double = doubles.enter_context(_double(int(entry.name)))
                silent_seconds = _silent_seconds(double, body)
                if silent_seconds is not None:
                    found.append(_Connection(silent_seconds, double.getpeername(), double))
        yield sorted(found, key=lambda each: each.silent_seconds, reverse=True)


def _double(descriptor: int) -> socket.socket:
    """Return another socket for the same connection; raises OSError when the descriptor is none.

    Nothing but a socket is ever closed here. Whoever closes any descriptor of a file gives up all locks of the process
    on it (POSIX), and SQLite, whose locks they are, writes on: the database is damaged within seconds.
    """
    _refuse_all_but_sockets(descriptor)
    copied = os.dup(descriptor)
    # It may have become a file's in between. Then the copy stays open.
    _refuse_all_but_sockets(copied)
    return socket.socket(fileno=copied)


def _refuse_all_but_sockets(descriptor: int) -> None:
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise OSError(errno.ENOTSOCK, os.strerror(errno.ENOTSOCK))


def _silent_seconds(connection: socket.socket, body: WatchedInput) -> float | None:
    """Return how long ago a connection brought something, or None when it is none of the client's that waits.

    Raises OSError when it has ended.
    """
    if connection.family not in {socket.AF_INET, socket.AF_INET6} or connection.type != socket.SOCK_STREAM:
        return None
    if connection.getpeername()[0] != body.address or str(connection.getsockname()[1]) != body.port:
        return None
    if not hasattr(socket, "TCP_INFO"):
        return 0.0
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_BYTES)
    (sent,), (received,) = struct.unpack_from("I", info, LAST_SENT), struct.unpack_from("I", info, LAST_RECEIVED)
    return received / 1000 if received <= sent else None
