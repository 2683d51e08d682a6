"""What a person's swipes say, in plain counts."""

import math
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q

from accounts.models import User
from catalogue.prices import price_band
from catalogue.shelves import shelves
from swipes.models import LIKES, Direction, Swipe, SwipeSession

MOST_SWIPES = 5000
MOST_GROUPS = 12
MOST_SESSIONS = 30
Z_95 = 1.96


class Answered(NamedTuple):
    """The latest answer to one product."""

    direction: str
    category_id: uuid.UUID
    brand: str
    price: Decimal


def taste_of(user: User) -> dict[str, Any]:
    """Return totals, like rate, taste by category, brand and price band, and the trend over sessions."""
    answers = _latest_answers(user)
    counts = Counter(answer.direction for answer in answers)
    likes, dislikes = _likes(counts), counts[Direction.LEFT]
    return {
        "total_swipes": len(answers),
        "likes": counts[Direction.RIGHT],
        "super_likes": counts[Direction.UP],
        "dislikes": dislikes,
        "skips": counts[Direction.DOWN],
        "like_rate": rate(likes, dislikes),
        "categories": _grouped(answers, _category_name),
        "brands": _grouped((answer for answer in answers if answer.brand), lambda answer: answer.brand),
        "price_bands": _grouped(answers, lambda answer: price_band(answer.price)),
        "trend": _trend(user),
    }


def rate(likes: int, dislikes: int) -> float | None:
    """Return the share of likes among clear answers; None without one.

    >>> rate(3, 1), rate(0, 0)
    (0.75, None)
    """
    return round(likes / (likes + dislikes), 4) if likes + dislikes else None


def confidence(likes: int, dislikes: int) -> float:
    """Return how far a like rate can be trusted, from 0 to 1: one minus the width of its Wilson 95 % interval.

    Wilson (1927): the half-width is z / (1 + z²/n) * sqrt(p(1-p)/n + z²/4n²).

    >>> confidence(0, 0), confidence(8, 2), confidence(80, 20)
    (0.0, 0.5468, 0.8445)
    """
    n = likes + dislikes
    if n == 0:
        return 0.0
    p = likes / n
    half_width = Z_95 / (1 + Z_95**2 / n) * math.sqrt(p * (1 - p) / n + Z_95**2 / (4 * n * n))
    return round(1 - 2 * half_width, 4)


def _latest_answers(user: User) -> list[Answered]:
    rows = Swipe.objects.by(user).order_by("-updated_at", "pk")[:MOST_SWIPES]
    latest: dict[uuid.UUID, Answered] = {}
    for product_id, direction, category_id, brand, price in rows.values_list(
        "product_id", "direction", "product__category_id", "product__brand", "product__price"
    ):
        latest.setdefault(product_id, Answered(direction, category_id, brand, price))
    return list(latest.values())


def _grouped(answers: Iterable[Answered], name_of: Callable[[Answered], str]) -> list[dict[str, Any]]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        groups[name_of(answer)][answer.direction] += 1
    described: list[dict[str, Any]] = [
        {
            "name": name,
            "likes": _likes(counts),
            "dislikes": counts[Direction.LEFT],
            "like_rate": rate(_likes(counts), counts[Direction.LEFT]),
            "confidence": confidence(_likes(counts), counts[Direction.LEFT]),
        }
        for name, counts in groups.items()
    ]
    described.sort(key=lambda group: (-group["likes"], group["dislikes"], group["name"]))
    return described[:MOST_GROUPS]


def _likes(counts: Counter[str]) -> int:
    return sum(counts[direction] for direction in LIKES)


def _category_name(answer: Answered) -> str:
    shelf = shelves().by_id.get(answer.category_id)
    return shelf.name if shelf else "other"


def _trend(user: User) -> list[dict[str, Any]]:
    sessions = SwipeSession.objects.filter(user=user).annotate(
        n_likes=Count("swipes", filter=Q(swipes__direction__in=LIKES)),
        n_dislikes=Count("swipes", filter=Q(swipes__direction=Direction.LEFT)),
        n_swipes=Count("swipes"),
    )
    return [
        {
            "session_id": session.pk,
            "started_at": session.created_at,
            "swipes": session.n_swipes,
            "like_rate": rate(session.n_likes, session.n_dislikes),
        }
        for session in reversed(sessions.order_by("-created_at", "pk")[:MOST_SESSIONS])
    ]
