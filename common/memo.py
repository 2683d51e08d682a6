"""Values that a process keeps for some seconds."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class TimedMemo(Generic[Value]):
    """Remember what `make` returned for `seconds`; `forget` drops it when this process has changed the source.

    Other processes learn of a change when their own time is up.
    """

    def __init__(self, make: Callable[[], Value], seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: tuple[float, Value] | None = None

    def get(self) -> Value:
        """Return the value, made anew when it is too old."""
        kept = self._kept
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        with self._lock:
            value = self._make()
            self._kept = (time.monotonic() + self._seconds, value)
        return value

    def forget(self) -> None:
        """Make the value anew at the next `get`."""
        self._kept = None
