"""What led to a recommendation: each product of the history left out in turn, and the score worked out without it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from recommendations.reasons import LEAST_LOSS, said_of
from recommendations.scoring import CATEGORY_WEIGHT, Scorer
from recommendations.taste import Event, counted

MOST_NAMED = 10
BLOCK = 32


class Because(NamedTuple):
    """A product of the history, what was done with it, and what the score would lose without it."""

    product_id: uuid.UUID
    title: str
    said: str
    weight: float


class Why(NamedTuple):
    """The score of one product for one person, taken apart."""

    score: float | None
    because: list[Because]
    against: list[Because]
    tastes: list[tuple[str, float]]


def why(product_id: uuid.UUID, events: Sequence[Event], scorer: Scorer, now: datetime) -> Why:
    """Return what spoke for and against a product; empty where no model can judge it.

    What was said of the product itself is in its score, as in that of every list, and is no reason for it.
    """
    row = scorer.shop.row(product_id)
    kept = list(counted(events))
    if row < 0 or not kept or not scorer.models:
        return Why(None, [], [], [])
    score = _score(kept, row, scorer, now)
    if score is None:
        return Why(None, [], [], [])
    weights = leave_one_out(row, kept, scorer, now)
    said = said_of(kept)
    # In order of what they weigh, not of what is told of it: what is alike in four places is still first and second.
    named = [
        Because(other, scorer.shop.titles[other_row], said.get(other, "answered"), round(weight, 4))
        for other, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0]))
        if abs(weight) > LEAST_LOSS and other != product_id and (other_row := scorer.shop.row(other)) >= 0
    ]
    echo = float(scorer.echo(kept, now)[row]) * CATEGORY_WEIGHT
    tastes = [(scorer.shop.category_name(row), round(echo, 4))] if abs(echo) > LEAST_LOSS else []
    return Why(
        score=round(score, 4),
        because=[one for one in named if one.weight > 0 and one.product_id in said][:MOST_NAMED],
        against=[one for one in reversed(named) if one.weight < 0][:MOST_NAMED],
        tastes=tastes,
    )


def leave_one_out(row: int, events: Sequence[Event], scorer: Scorer, now: datetime) -> dict[uuid.UUID, float]:
    """Return, for each product of a history, the score of a product (by row) less its score without that one."""
    full = _score(events, row, scorer, now) or 0.0
    others = list(dict.fromkeys(event.product_id for event in events))
    weights: dict[uuid.UUID, float] = {}
    for start in range(0, len(others), BLOCK):
        block = others[start : start + BLOCK]
        shortened = [[event for event in events if event.product_id != other] for other in block]
        scores = scorer.score(shortened, now).values[:, row]
        weights |= {other: full - float(score) for other, score in zip(block, scores, strict=True)}
    return weights


def _score(events: Sequence[Event], row: int, scorer: Scorer, now: datetime) -> float | None:
    value = scorer.score([events], now).values[0, row]
    return float(value) if np.isfinite(value) else None
