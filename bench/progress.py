"""What the run says while it goes on, apart from its table."""

import sys
import time

_started = time.monotonic()


def say(text: str) -> None:
    """Write one line of progress with the seconds since the start."""
    sys.stderr.write(f"[{time.monotonic() - _started:5.0f} s] {text}\n")
    sys.stderr.flush()
