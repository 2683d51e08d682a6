"""The log of searches: what was looked for and how much there was, written aside of the answer (common/buffers.py)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from catalogue.models import Search
from common.buffers import WriteBuffer

KEPT = timedelta(days=90)
LONGEST_QUERY = 200
# An e-mail address that was pasted into the wrong field is nobody's business here.
ADDRESS = "@"


def note_search(*, query: str, n_found: int, is_loose: bool, now: datetime) -> None:
    """Have a search written down, of what looks like an e-mail address only that there was one."""
    shown = ADDRESS if ADDRESS in query else " ".join(query.split())[:LONGEST_QUERY]
    _buffer.add(Search(query=shown, n_found=n_found, is_loose=is_loose, searched_at=now))


def tidy(*, now: datetime) -> int:
    """Delete searches older than ninety days; returns how many."""
    deleted, _ = Search.objects.filter(searched_at__lt=now - KEPT).delete()
    return deleted


def _write(searches: Sequence[Search]) -> int:
    return len(Search.objects.bulk_create(searches))


_buffer = WriteBuffer("searches", _write)
_buffer.flush_at_exit()
