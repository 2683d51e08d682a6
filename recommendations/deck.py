"""The deck: cards the person has not answered, within the session's wishes; at first to learn, then to please."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from catalogue.reads import products_by_id
from recommendations.answers import tells_something
from recommendations.ranking import best_rows, known
from recommendations.registry import registry
from recommendations.scoring import Scorer
from recommendations.shop import Shop, Wishes, shop
from recommendations.taste import SETTLED, Event, events_of
from swipes.models import Swipe, SwipeSession

POPULAR = "popular:plain"
# The answers after which half of a taste is known, and those that make a short list worth showing.
HALF_SURE = 10
READY = 12
# Every so many cards one comes from the category that has been asked about least, so that a taste is never closed.
EXPLORED_EVERY = 5
SPARE = 5


class Deck(NamedTuple):
    """Cards dealt now, on whose choice, and how sure we are of the taste."""

    products: list[dict[str, Any]]
    policy: str
    n_answers: int
    sureness: float
    shortlist_ready: bool


def deal_deck(session: SwipeSession, limit: int, now: datetime) -> Deck:
    """Return the next cards of a session."""
    answered = list(Swipe.objects.by(session.user).order_by().values_list("product_id", "session_id"))
    n_answers = sum(session_id == session.pk for _, session_id in answered)
    events = events_of(session.user_id)
    stall = shop()
    left = stall.suits(wishes_of(session))
    left[known(stall.rows(product_id for product_id, _ in answered))] = False
    # Nor what was bought or put away elsewhere.
    left[known(stall.rows(event.product_id for event in events if event.kind in SETTLED))] = False
    scorer = Scorer(stall, registry())
    if scorer.models and tells_something(events):
        values = scorer.score([events], now).values[0]
        rows, policy = _with_news(values, left, stall, events, limit + SPARE), f"deck:{scorer.label}"
    else:
        rows, policy = best_rows(stall.popularity, left, limit + SPARE).tolist(), POPULAR
    return Deck(
        products=_dealt([stall.ids[row] for row in rows], limit),
        policy=policy,
        n_answers=n_answers,
        sureness=round(n_answers / (n_answers + HALF_SURE), 3),
        shortlist_ready=n_answers >= READY,
    )


def strangers_deck(limit: int, *, without: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """Return the best liked products for somebody we know nothing of."""
    stall = shop()
    left = stall.suits(Wishes())
    left[known(stall.rows(without))] = False
    return _dealt([stall.ids[row] for row in best_rows(stall.popularity, left, limit + SPARE)], limit)


def wishes_of(session: SwipeSession) -> Wishes:
    """Return what a session asks for."""
    return Wishes(
        category=str(session.category_id or ""),
        price_min=None if session.budget_min is None else float(session.budget_min),
        price_max=None if session.budget_max is None else float(session.budget_max),
        occasion=session.occasion,
    )


def _with_news(values: np.ndarray, left: np.ndarray, stall: Shop, events: Sequence[Event], n: int) -> list[int]:
    """Return the best rows, every fifth of them the best liked one of a category that was asked about least."""
    pleasing = best_rows(values, left, n).tolist()
    asked = Counter({int(category): 0 for category in np.unique(stall.categories[left])})
    for row in known(stall.rows(event.product_id for event in events)):
        asked[int(stall.categories[row])] += 1
    rows: list[int] = []
    waiting = iter(pleasing)
    while len(rows) < n:
        news = (len(rows) + 1) % EXPLORED_EVERY == 0
        row = _least_asked(stall, left, asked, rows) if news else next((r for r in waiting if r not in rows), None)
        if row is None:
            break
        asked[int(stall.categories[row])] += 1
        rows.append(int(row))
    return rows + [int(row) for row in waiting if row not in rows][: n - len(rows)]


def _least_asked(stall: Shop, left: np.ndarray, asked: Counter[int], rows: list[int]) -> int | None:
    """Return the best liked card of the category with the fewest questions; equals by the popularity of that card."""
    open_ = left.copy()
    open_[rows] = False
    best = {
        int(stall.categories[row]): row
        for row in reversed(best_rows(stall.popularity, open_, int(open_.sum())).tolist())
    }
    if not best:
        return None
    return int(min(best.items(), key=lambda item: (asked[item[0]], -stall.popularity[item[1]], item[1]))[1])


def _dealt(product_ids: Sequence[uuid.UUID], limit: int) -> list[dict[str, Any]]:
    """Return products on show; what was sold out a moment ago is passed by."""
    return [product for product in products_by_id(product_ids) if product["in_stock"]][:limit]
