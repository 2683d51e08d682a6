"""What was shown, written down aside of the answer that showed it (common/buffers.py)."""

from collections.abc import Sequence

from django.db import IntegrityError

from common.buffers import WriteBuffer
from swipes import services
from swipes.services import Shown


def _write(shown: Sequence[Shown]) -> int:
    try:
        return services.record_impressions(shown=shown)
    except IntegrityError:
        # Somebody left between the look at who is there and the writing; the second look does not find them.
        return services.record_impressions(shown=shown)


_buffer = WriteBuffer("impressions", _write)
_buffer.flush_at_exit()


def note_shown(shown: Shown) -> None:
    """Have an impression written down."""
    _buffer.add(shown)
