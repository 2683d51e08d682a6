"""Why a product is recommended, in a sentence that names what the person did: true, as the scores are made of it."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np

from recommendations.registry import Loaded
from recommendations.scoring import Scorer, places
from recommendations.taste import SAID, SPOKEN, WEIGHTS, Event, counted

POPULAR = "Many people like this."
TASTE = "It suits what you have told us so far."
# An echo of a category below this says too little to be a reason.
LEAST_ECHO = 0.3
# So many products of a history are left out in turn for a list; each costs a scoring of the shop.
MOST_TRIED = 12
# Below this a product, or a taste, did not matter: it would be told as 0.
LEAST_LOSS = 5e-5

Reason = tuple[str, tuple[str, ...]]


def reasons_for(rows: np.ndarray, events: Sequence[Event], scorer: Scorer, now: datetime) -> list[Reason]:
    """Return a sentence and the sources for each product (by row of the shop), from the history that chose them.

    Named is what the whole score would lose most without, as `why` tells it: of the products to which the model that
    scored an item gives the largest shares, and of those said last in its category. Each is left out in turn, and a
    product whose leaving would not lower the score is never named.
    """
    kept = list(counted(events))
    said = said_of(kept)
    echo = scorer.echo(kept, now)
    nominated: Counter[uuid.UUID] = Counter(_latest_in_categories(rows, kept, said, scorer))
    scored_by: dict[int, str] = {}
    for loaded in scorer.models:
        # Each product by the model that scored it, as the next one had no say.
        mine = places(loaded, scorer.shop).in_model[rows] >= 0
        mine &= np.array([int(row) not in scored_by for row in rows], bool)
        scored_by |= dict.fromkeys(map(int, rows[mine]), loaded.version.model_type)
        nominated.update(_largest_shares(loaded, rows[mine], kept, said, scorer, now))
    tried = [product_id for product_id, _ in nominated.most_common(MOST_TRIED)]
    found = _most_missed(rows, tried, kept, scorer, now)
    reasons = []
    for row in map(int, rows):
        sources = [scored_by.get(row, scorer.strategy)]
        if echo[row] >= LEAST_ECHO:
            sources.append("category")
        reasons.append((_sentence(row, found.get(row), said, echo[row], scorer), tuple(sources)))
    return reasons


def said_of(events: Sequence[Event]) -> dict[uuid.UUID, str]:
    """Return how to name what a person did with each product: the weightiest thing, `liked` for a like."""
    strongest: dict[uuid.UUID, Event] = {}
    for event in events:
        former = strongest.get(event.product_id)
        if event.kind in SAID and (former is None or WEIGHTS[event.kind] > WEIGHTS[former.kind]):
            strongest[event.product_id] = event
    return {product_id: SAID[event.kind] for product_id, event in strongest.items()}


def _largest_shares(
    loaded: Loaded,
    rows: np.ndarray,
    events: Sequence[Event],
    said: dict[uuid.UUID, str],
    scorer: Scorer,
    now: datetime,
) -> Iterator[uuid.UUID]:
    """Yield, for products that this model has scored, the two of the history that it gives the largest shares of each.

    Of those that were liked or bought on the whole: that somebody put away its opposite is no reason to name.
    """
    history = scorer.history(loaded, [events], now) if rows.size else None
    if history is None or not history.nnz:
        return
    others = [uuid.UUID(loaded.items.ids[item]) for item in history.indices]
    told = np.array([other in said for other in others], bool) & (history.data > 0)
    shares = np.where(told, loaded.model.shares(history, places(loaded, scorer.shop).in_model[rows]), -np.inf)
    for entries, row_shares in zip(np.argsort(-shares, axis=1)[:, :2], shares, strict=True):
        yield from (others[entry] for entry in entries if row_shares[entry] > 0)


def _latest_in_categories(
    rows: np.ndarray, events: Sequence[Event], said: dict[uuid.UUID, str], scorer: Scorer
) -> Iterator[uuid.UUID]:
    """Yield what was liked last in the category of each product; events come newest first."""
    latest: dict[int, uuid.UUID] = {}
    for event in events:
        row = scorer.shop.row(event.product_id)
        if row >= 0 and event.product_id in said and event.kind in SPOKEN and WEIGHTS[event.kind] > 0:
            latest.setdefault(int(scorer.shop.categories[row]), event.product_id)
    for row in rows:
        if (product_id := latest.get(int(scorer.shop.categories[row]))) is not None:
            yield product_id


def _most_missed(
    rows: np.ndarray, tried: Sequence[uuid.UUID], events: Sequence[Event], scorer: Scorer, now: datetime
) -> dict[int, uuid.UUID]:
    """Return, for each product that loses anything without one of those tried, the one without which it loses most."""
    if not tried:
        return {}
    shortened = [[event for event in events if event.product_id != other] for other in tried]
    scores = scorer.score([events, *shortened], now).values[:, rows]
    losses = scores[0] - scores[1:]
    for place, other in enumerate(tried):
        # What was said of the product itself is no reason for it.
        losses[place, rows == scorer.shop.row(other)] = -np.inf
    best = losses.argmax(axis=0)
    return {
        int(row): tried[place]
        for row, place, loss in zip(rows, best, losses.max(axis=0), strict=True)
        if loss > LEAST_LOSS
    }


def _sentence(row: int, found: uuid.UUID | None, said: dict[uuid.UUID, str], echo: float, scorer: Scorer) -> str:
    if found is not None and (title_row := scorer.shop.row(found)) >= 0:
        return f"Because you {said[found]} {scorer.shop.titles[title_row]}."
    if echo >= LEAST_ECHO and (name := scorer.shop.category_name(row)):
        return f"Because you liked things from {name} lately."
    return TASTE
