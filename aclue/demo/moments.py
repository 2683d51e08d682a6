"""When things happen: evenings more than mornings, weekends and December more than February."""

from datetime import UTC, date, datetime, time

import numpy as np

DAY = 86_400  # seconds
YEAR = 365 * DAY
LAST_HOUR = 3_600  # nothing starts in it, so that whatever starts also ends before `until`

HOUR_WEIGHTS = np.array([2, 1, 1, 0, 0, 1, 3, 6, 8, 8, 8, 9, 12, 11, 9, 8, 9, 11, 14, 18, 22, 20, 13, 6], dtype=float)
WEEKDAY_WEIGHTS = np.array([1.0, 0.95, 0.95, 1.0, 1.05, 1.25, 1.35])  # Monday first
MONTH_WEIGHTS = np.array([0.8, 0.95, 1.0, 1.0, 1.0, 0.95, 0.85, 0.85, 0.95, 1.1, 1.6, 1.8])
CHRISTMAS_RUSH = 2.2  # how much steeper the same months are for orders


def epoch(until: date | datetime) -> float:
    """Return `until` in seconds since 1970; a date stands for its first moment in UTC.

    Raises: ValueError for a datetime without a time zone, which names no moment.
    """
    if not isinstance(until, datetime):
        until = datetime.combine(until, time(), UTC)
    if until.tzinfo is None:
        raise ValueError("`until` needs a time zone.")
    return until.timestamp()


def months_of(moments: np.ndarray) -> np.ndarray:
    """Return the month of each moment, 0 for January.

    >>> months_of(np.array([0.0, 40.0 * DAY])).tolist()
    [0, 1]
    """
    months: np.ndarray = moments.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    return months


def draw_moments(since: np.ndarray, until: float, rng: np.random.Generator, *, rush: float = 1.0) -> np.ndarray:
    """Return one moment for each entry of `since`, after it and at least an hour before `until`.

    Args:
        since: (n,) epoch seconds, within the year before `until`.
        rush: power of the months' weights; above one the busy months are busier still.
    Returns: (n,) epoch seconds.
    """
    first_day = np.floor((until - YEAR) / DAY)
    days = first_day + np.arange(np.floor(until / DAY) - first_day + 1)
    weights = MONTH_WEIGHTS[months_of(days * DAY)] ** rush * WEEKDAY_WEIGHTS[(days.astype(int) + 3) % 7]
    before = np.concatenate([[0.0], np.cumsum(weights)])

    joined = np.clip(np.floor(since / DAY) - first_day, 0, len(days) - 1).astype(int)
    target = before[joined] + rng.random(len(since)) * (before[-1] - before[joined])
    day = days[np.clip(np.searchsorted(before, target, side="right") - 1, 0, len(days) - 1)]
    hour = rng.choice(24, len(since), p=HOUR_WEIGHTS / HOUR_WEIGHTS.sum())
    moments = (day + (hour + rng.random(len(since))) / 24) * DAY

    moments = np.where(moments > until - LAST_HOUR, moments - DAY, moments)
    earliest = np.minimum(since + 60, until - LAST_HOUR)
    return np.asarray(np.maximum(moments, earliest + rng.random(len(since)) * (until - LAST_HOUR - earliest) * 0.001))
