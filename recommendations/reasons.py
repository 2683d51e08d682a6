"""Why a product is recommended, in a sentence that names what the person did: true, as the scores are made of it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from scipy.sparse import csr_matrix

from recommendations.models import ModelType
from recommendations.registry import Loaded
from recommendations.scoring import Scorer, places
from recommendations.taste import SAID, WEIGHTS, Event, counted

POPULAR = "Many people like this."
TASTE = "It suits what you have told us so far."
# An echo of a category below this says too little to be a reason.
LEAST_ECHO = 0.3

Reason = tuple[str, tuple[str, ...]]


def reasons_for(rows: np.ndarray, events: Sequence[Event], scorer: Scorer, now: datetime) -> list[Reason]:
    """Return a sentence and the sources for each product (by row of the shop), from the history that chose them."""
    kept = list(counted(events))
    said = said_of(kept)
    echo = scorer.echo(kept, now)
    found: dict[int, uuid.UUID] = {}
    scored_by: dict[int, str] = {}
    for loaded in scorer.models:
        # Each product by the model that scored it, as the next one had no say.
        mine = places(loaded, scorer.shop).in_model[rows] >= 0
        mine &= np.array([int(row) not in scored_by for row in rows], bool)
        scored_by |= dict.fromkeys(map(int, rows[mine]), loaded.version.model_type)
        found |= _strongest(loaded, rows[mine], kept, said, scorer, now)
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


def _strongest(
    loaded: Loaded,
    rows: np.ndarray,
    events: Sequence[Event],
    said: dict[uuid.UUID, str],
    scorer: Scorer,
    now: datetime,
) -> dict[int, uuid.UUID]:
    """Return, for products that this model has scored, which product of the history did most for each.

    Of those that were liked or bought on the whole: that somebody put away its opposite is no reason to name. And none
    where the score would be no lower without it.
    """
    history = scorer.history(loaded, [events], now) if rows.size else None
    if history is None or not history.nnz:
        return {}
    others = [uuid.UUID(loaded.items.ids[item]) for item in history.indices]
    told = np.array([other in said for other in others], bool) & (history.data > 0)
    items = places(loaded, scorer.shop).in_model[rows]
    shares = np.where(told, loaded.model.shares(history, items), -np.inf)
    best = shares.argmax(axis=1)
    counts = shares.max(axis=1) > 0
    if loaded.version.model_type == ModelType.TREND:
        counts &= _lowers(loaded, history, items, best)
    return {int(row): others[entry] for row, entry in zip(rows[counts], best[counts], strict=True)}


def _lowers(loaded: Loaded, history: csr_matrix, items: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """Return, for each item and an entry of the history, whether the item scores lower without that entry: (k,) bool.

    EASE's shares are just that, and ALS's have its sign. Trend's are divided by how much is said on the whole, and what
    speaks for all things alike may speak least for this one.
    """
    left_out, which = np.unique(entries, return_inverse=True)
    weights = np.tile(history.data, (len(left_out), 1))
    weights[np.arange(len(left_out)), left_out] = 0
    starts = np.arange(len(left_out) + 1) * history.nnz
    columns = np.tile(history.indices, len(left_out))
    shortened = csr_matrix((weights.ravel(), columns, starts), shape=(len(left_out), history.shape[1]))
    return loaded.model.score(shortened)[which, items] < loaded.model.score(history)[0, items]


def _sentence(row: int, found: uuid.UUID | None, said: dict[uuid.UUID, str], echo: float, scorer: Scorer) -> str:
    if found is not None and (title_row := scorer.shop.row(found)) >= 0:
        return f"Because you {said[found]} {scorer.shop.titles[title_row]}."
    if echo >= LEAST_ECHO and (name := scorer.shop.category_name(row)):
        return f"Because you liked things from {name} lately."
    return TASTE
