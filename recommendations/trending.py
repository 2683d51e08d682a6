"""What is asked for most just now: counted by the hour, fading with time."""

import functools
import uuid
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from catalogue.models import Product
from common.memo import TimedMemo
from common.scope import as_system
from recommendations.popularity import WORTH, counted_feedback, faded

WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
# Within a window what was done at its beginning counts an eighth of what is done now.
HALF_LIVES = 3.0
MOST = 500
KEPT_SECONDS = 60.0


@as_system("what is trending")
def trending(*, window: str, now: datetime) -> list[uuid.UUID]:
    """Return the products most asked for within a window, the hottest first; equals in the order of their ids."""
    span = WINDOWS[window]
    hourly = span <= timedelta(days=7)
    scores: dict[uuid.UUID, float] = defaultdict(float)
    for row in counted_feedback(since=now - span, hourly=hourly):
        age = (now - _moment(row.at)) / span
        scores[row.product_id] += row.n * WORTH.get(row.kind, 0.0) * faded(age, 1 / HALF_LIVES)
    hot = sorted((-score, product_id) for product_id, score in scores.items() if score > 0)
    return [product_id for _, product_id in hot[:MOST]]


def _on_show(window: str) -> list[uuid.UUID]:
    hot = trending(window=window, now=timezone.now())
    on_show = set(Product.objects.active().filter(pk__in=hot).values_list("pk", flat=True))
    return [product_id for product_id in hot if product_id in on_show]


def _moment(at: date | datetime) -> datetime:
    """Return a moment for an hour or for a day, whose middle stands for all of it."""
    return at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, 12, tzinfo=UTC)


_memos = {window: TimedMemo(functools.partial(_on_show, window), KEPT_SECONDS) for window in WINDOWS}


def trending_now(window: str) -> list[uuid.UUID]:
    """Return what is trending and on show, at most a minute old."""
    return _memos[window].get()


def forget() -> None:
    """Count anew at the next request."""
    for memo in _memos.values():
        memo.forget()
