"""Time as the wire writes it. Services take `now` as an argument; views and tasks ask the clock."""

from datetime import UTC, datetime


def timestamp(moment: datetime | None = None) -> str:
    """Return a moment (now by default) as ISO 8601 UTC with Z.

    >>> timestamp(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    '2026-11-20T09:30:00Z'
    """
    moment = moment or datetime.now(UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
