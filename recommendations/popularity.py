"""How often what was done with each product, counted from all feedback, and what that is worth."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Max
from django.db.models.functions import TruncDate, TruncHour

from common.feedback import Kind
from recommendations.taste import sources

# What one act says for a product in everybody's eyes: buying says most, a dislike less than a like, as tastes differ.
WORTH = {
    Kind.LOVED: 2.0,
    Kind.LIKED: 1.0,
    Kind.DISLIKED: -0.5,
    Kind.NEVER_AGAIN: -0.5,
    Kind.CLICKED: 0.2,
    Kind.ADDED_TO_CART: 1.0,
    Kind.WISHED: 1.0,
    Kind.BOUGHT: 3.0,
}


class Counted(NamedTuple):
    """How often something was done with a product on one day (or in one hour)."""

    product_id: uuid.UUID
    kind: Kind
    at: date | datetime
    n: int


def counted_feedback(*, since: datetime, hourly: bool) -> Iterator[Counted]:
    """Yield what was done since a moment, counted by product, kind and day (or hour)."""
    step = TruncHour if hourly else TruncDate
    for source in sources():
        rows = source().filter(occurred_at__gte=since).annotate(step=step("occurred_at"))
        for product_id, kind, at, n in rows.values_list("product_id", "kind", "step").annotate(n=Count("pk")):
            yield Counted(product_id, Kind(kind), at, n)


def newest_feedback() -> datetime | None:
    """Return when the newest feedback was given; None without any."""
    newest = [source().aggregate(newest=Max("occurred_at"))["newest"] for source in sources()]
    return max((at for at in newest if at is not None), default=None)


def faded(age: float, half_life: float) -> float:
    """Return what is left of one after an age, both in the same unit."""
    return float(0.5 ** (max(age, 0.0) / half_life))


def day_of(at: date | datetime) -> date:
    """Return the day of a moment, or the day itself."""
    return at.date() if isinstance(at, datetime) else at
