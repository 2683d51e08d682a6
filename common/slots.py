"""Places for work that takes a processor for long: so many at a time on one machine, whichever process does it.

A place is a lock on a file. The kernel frees it when its holder dies, however it dies.

A web process answers rather than waits, as a thread that waits reads nothing for others. But of two people who come at
the same moment the second need not be sent away: a process that has refused nobody lately waits once, for half a
second. In a flood it refuses all the time, so that there it has no patience.
"""

import contextlib
import fcntl
import functools
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from common.errors import TooMany

LOOK_SECONDS = 0.005
# A web process answers rather than waits; a command or a task has the time.
WEB_SECONDS, OTHER_SECONDS = 0.1, 60.0
PATIENT_SECONDS, CALM_SECONDS = 0.5, 5.0
# What is left of the processor when others want it too (nice(1)).
BACKGROUND = 15

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class _Process:
    """How this process goes about places."""

    answers_requests = False
    # A web process has two threads. One of them may hold or await a place; the other one serves the rest meanwhile.
    turn = threading.Lock()
    # When it may wait again (time.monotonic).
    is_patient_from = 0.0


class _Thread(threading.local):
    """Whether this thread holds a place already."""

    holds = False


_thread = _Thread()


def serve_requests() -> None:
    """Let this process wait as briefly as one that answers requests has to."""
    _Process.answers_requests = True


@contextlib.contextmanager
def slot(folder: Path, *, n_slots: int) -> Iterator[None]:
    """Hold one of `n_slots` places, or go on with the one that is held already; raises TooMany when none gets free."""
    if _thread.holds:
        yield
        return
    with _turn():
        held = _take(folder, n_slots)
        _thread.holds = True
        try:
            yield
        finally:
            _thread.holds = False
            os.close(held)


def is_waiting() -> bool:
    """Return whether this process holds or awaits a place, so that another thread of it need not try."""
    return _Process.answers_requests and _Process.turn.locked() and time.monotonic() < _Process.is_patient_from


def note_refusal() -> None:
    """Take it that there are more who want a place than can have one: for a while nobody waits for long."""
    _Process.is_patient_from = time.monotonic() + CALM_SECONDS


def in_background(work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
    """Do work that lets go of the interpreter lock; in a web process with what others leave of the processor."""
    if not _Process.answers_requests:
        return work(*args, **kwargs)
    return _background(os.getpid()).submit(work, *args, **kwargs).result()


@functools.cache
def _background(process_id: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="background", initializer=_step_back)


def _step_back() -> None:
    # Linux alone has a priority for each thread; and whoever has lowered it may not raise it again, hence a thread.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _Process.turn.acquire(timeout=0 if _Process.answers_requests else -1) and not (
        _spend_patience() and _Process.turn.acquire(timeout=PATIENT_SECONDS)
    ):
        note_refusal()
        raise TooMany(retry_after=1)
    try:
        yield
    finally:
        _Process.turn.release()


def _spend_patience() -> bool:
    """Return whether this process may wait for somebody now; it may not for the next one."""
    is_patient = time.monotonic() >= _Process.is_patient_from
    _Process.is_patient_from = time.monotonic() + CALM_SECONDS
    return is_patient


def _seconds_to_wait() -> float:
    if not _Process.answers_requests:
        return OTHER_SECONDS
    return PATIENT_SECONDS if _spend_patience() else WEB_SECONDS


def _take(folder: Path, n_slots: int) -> int:
    # Not everybody tries the same one first.
    first = random.randrange(n_slots)  # noqa: S311
    until: float | None = None
    while True:
        for number in range(n_slots):
            held = _try(folder / f"{(first + number) % n_slots}.lock")
            if held is not None:
                return held
        if until is None:
            until = time.monotonic() + _seconds_to_wait()
        if time.monotonic() >= until:
            note_refusal()
            raise TooMany(retry_after=1)
        time.sleep(LOOK_SECONDS)


def _try(path: Path) -> int | None:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    except BaseException:
        os.close(file)
        raise
    return file
