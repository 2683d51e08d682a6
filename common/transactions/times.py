"""Dates as exports write them. Whether the day or the month comes first is never guessed."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

_TIME = r"(?:[T ] *(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
_HALF = r"(?: ?(?P<half>[AP]M))?"
_ZONE = r"(?: ?(?P<zone>Z|UTC|[+-]\d\d(?::?\d\d)?))?"
_DATES = (
    r"(?P<year>\d{4})(?P<between>[-/.])(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    r"(?P<day>\d{1,2})[- ](?P<name>[A-Z]{3,9})[- ](?P<year>\d{4}|\d\d)",
    r"(?P<first>\d{1,2})(?P<between>[-/.])(?P<next>\d{1,2})(?P=between)(?P<year>\d{4}|\d\d)",
)
_FORMATS = tuple(re.compile(date + _TIME + _HALF + _ZONE, re.ASCII | re.IGNORECASE) for date in _DATES)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Beyond these a year is a slip of the pen, and moving it to UTC could leave the calendar.
_EARLIEST, _LATEST = 1900, 2199


class UnclearTime(ValueError):
    """One of the texts is no moment, or may be two; `position` says which text."""

    def __init__(self, position: int, what: str) -> None:
        super().__init__(what)
        self.position = position


def read_times(texts: Sequence[str], day_first: bool | None = None) -> list[datetime]:
    """Return the moments that texts of one column name, in UTC; those without a zone are UTC.

    Takes ISO 8601, 2011/2/1 8:26, 1 Feb 2011 and, for the whole column alike, 01/02/2011 with the day or the month
    first: `day_first` says which, or else any date of the column that can be read in one way only.
    Raises: UnclearTime for what is no date, and when nothing or too much tells which of day and month comes first.

    >>> read_times(["2011-02-01 08:26", "20110201", "2011-02-01T08:26:00+01:00"])[2].isoformat()
    '2011-02-01T07:26:00+00:00'
    >>> [moment.month for moment in read_times(["01/02/2011", "31/01/2011"])]
    [2, 1]
    """
    matches = [_match(position, text) for position, text in enumerate(texts)]
    if day_first is None:
        day_first = _is_day_first(matches)
    moments = []
    for position, match in enumerate(matches):
        try:
            moments.append(_moment(match.groupdict(), day_first))
        except (ValueError, OverflowError):
            raise UnclearTime(position, f"{texts[position]!r} is not a date and time") from None
    return moments


def _match(position: int, text: str) -> re.Match[str]:
    for form in _FORMATS:
        if match := form.fullmatch(text):
            return match
    raise UnclearTime(position, f"{text!r} is not a date and time")


def _is_day_first(matches: Sequence[re.Match[str]]) -> bool:
    """Return which of day and month comes first, told by a number above 12 in either place."""
    day_first = month_first = unclear = None
    for position, match in enumerate(matches):
        if "first" not in match.re.groupindex:
            continue
        first, second = int(match["first"]), int(match["next"])
        if first > 12 and day_first is None:
            day_first = position
        elif second > 12 and month_first is None:
            month_first = position
        elif first != second and unclear is None:
            unclear = position
    if day_first is not None and month_first is not None:
        position, other = max(day_first, month_first), min(day_first, month_first)
        raise UnclearTime(
            position, f"{matches[position].string!r} and {matches[other].string!r} put day and month in different order"
        )
    if unclear is not None and day_first is None and month_first is None:
        text = matches[unclear].string
        raise UnclearTime(unclear, f"{text!r} does not tell which is the day and which the month, nor does any other")
    return day_first is not None


def _moment(parts: dict[str, str | None], day_first: bool) -> datetime:
    if name := parts.get("name"):
        month = _MONTHS.index(name[:3].lower()) + 1
        day = int(parts["day"] or 0)
    elif first := parts.get("first"):
        day, month = int(first), int(parts["next"] or 0)
        if not day_first:
            day, month = month, day
    else:
        day, month = int(parts["day"] or 0), int(parts["month"] or 0)
    written = parts["year"] or ""
    year = int(written) if len(written) == 4 else 2000 + int(written)
    if not _EARLIEST <= year <= _LATEST:
        raise ValueError("not our centuries")
    fraction = int((parts["fraction"] or "").ljust(6, "0")[:6])
    minute, second = int(parts["minute"] or 0), int(parts["second"] or 0)
    moment = datetime(year, month, day, _hour(parts), minute, second, fraction, tzinfo=_zone(parts["zone"]))
    return moment.astimezone(UTC)


def _hour(parts: dict[str, str | None]) -> int:
    hour = int(parts["hour"] or 0)
    half = (parts["half"] or "").upper()
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no hour of half a day")
    return hour % 12 + (12 if half == "PM" else 0)


def _zone(zone: str | None) -> timezone:
    if zone is None or zone.upper() in {"Z", "UTC"}:
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if zone[0] == "-" else away)
