"""What to recommend to a person now: from their last events to a ranked list with reasons.

The chain: stored picks while nothing has happened since > the models, folded in live > what is popular, unseen >
what is popular, seen. Filters are hard on every link; an answer is empty only where nothing suits them.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from common.feedback import Kind
from recommendations.ml.rerank import diverse
from recommendations.models import Pick
from recommendations.ranking import best_rows, known
from recommendations.reasons import POPULAR, reasons_for
from recommendations.registry import registry
from recommendations.scoring import Scorer, places
from recommendations.shop import Shop, Wishes, shop
from recommendations.taste import SETTLED, Event, counted, events_of, mark_of, whole_history

MOST = 100
PICKS_LAST = timedelta(hours=24)
# A few more than asked for, in case one has just left the shop.
SPARE = 10
# Diversity chooses among so many times the asked number.
POOL = 5


class Asked(NamedTuple):
    """What an answer is to be like."""

    limit: int = 10
    wishes: Wishes = Wishes()
    exclude: frozenset[uuid.UUID] = frozenset()
    diversity: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether any list made for the person will do."""
        return not any(self.wishes) and not self.exclude and not self.diversity


class Chosen(NamedTuple):
    """One recommended product and why."""

    product_id: uuid.UUID
    score: float
    reason: str
    sources: tuple[str, ...]


class Answer(NamedTuple):
    """A ranked list, a little longer than asked for, and which link of the chain made it."""

    chosen: list[Chosen]
    strategy: str
    model_version: str
    mark: str


def recommend(user_id: uuid.UUID, asked: Asked, now: datetime, *, anew: bool = False) -> Answer:
    """Return what to show to a person now, `anew` also where a list is kept; a swipe that is committed counts."""
    events = events_of(user_id)
    scorer = Scorer(shop(), registry())
    mark = mark_of(events)
    if asked.is_plain and not anew and scorer.is_on:
        label = scorer.label if tells_something(events) else ""
        if stored := _stored(user_id, mark, label, asked, scorer.shop, now):
            return stored
    return answer_block([events], asked, scorer, now)[0]._replace(mark=mark)


def answer_block(people: Sequence[Sequence[Event]], asked: Asked, scorer: Scorer, now: datetime) -> list[Answer]:
    """Return the answers for several people at once, each from the events given."""
    values = scorer.score(people, now).values if scorer.models else None
    answers = []
    for number, events in enumerate(people):
        judged = values[number] if values is not None and tells_something(events) else None
        answers.append(_answer(list(events), asked, judged, scorer, now))
    return answers


def tells_something(events: Sequence[Event]) -> bool:
    """Return whether a history says anything of a taste; a row of skips does not."""
    return any(event.kind != Kind.SKIPPED for event in events)


def _answer(events: list[Event], asked: Asked, values: np.ndarray | None, scorer: Scorer, now: datetime) -> Answer:
    stall = scorer.shop
    suits = stall.suits(asked.wishes)
    suits[known(stall.rows(asked.exclude))] = False
    met = whole_history(events)
    never = known(stall.rows(event.product_id for event in met if event.kind == Kind.NEVER_AGAIN))
    suits[never] = False
    fresh = suits.copy()
    fresh[known(stall.rows(_seen(met)))] = False
    wanted = asked.limit + SPARE
    chosen: list[Chosen] = []
    strategy, label = "popular", ""
    if values is not None:
        rows = best_rows(values, fresh, wanted if not asked.diversity else max(wanted * POOL, 50))
        if asked.diversity and scorer.content is not None:
            rows = _varied(rows, values, asked.diversity, wanted, scorer)
        rows = rows[:wanted]
        if rows.size:
            strategy, label = scorer.strategy, scorer.label
            for row, (reason, sources) in zip(rows, reasons_for(rows, events, scorer, now), strict=True):
                chosen.append(Chosen(stall.ids[row], round(float(values[row]), 4), reason, sources))
    for left in (fresh, suits):
        if len(chosen) < wanted:
            left = left.copy()
            left[known(stall.rows(one.product_id for one in chosen))] = False
            rows = best_rows(stall.popularity, left, wanted - len(chosen))
            chosen += [Chosen(stall.ids[row], 0.0, POPULAR, ("popular",)) for row in rows]
    return Answer(chosen, strategy, label, "")


def _seen(events: Sequence[Event]) -> set[uuid.UUID]:
    """Return what is not news to a person: bought, answered with a like or dislike, put away."""
    answered = {Kind.LOVED, Kind.LIKED}
    return {event.product_id for event in counted(events) if event.kind in SETTLED or event.kind in answered}


def _varied(rows: np.ndarray, values: np.ndarray, diversity: float, n: int, scorer: Scorer) -> np.ndarray:
    assert scorer.content is not None
    items = places(scorer.content, scorer.shop).in_model[rows]
    # What the words' model has not read is like nothing.
    vectors = scorer.content.model.vectors_[np.maximum(items, 0)].multiply((items >= 0)[:, None]).tocsr()
    return rows[diverse(values[rows], vectors, n=n, diversity=diversity)]


def _stored(user_id: uuid.UUID, mark: str, label: str, asked: Asked, stall: Shop, now: datetime) -> Answer | None:
    """Return what was picked for a person, while neither they nor the version `label` have changed since.

    No version at all picks what is popular. Where so many of the picks have left the shop that the list would come out
    short, there is none.
    """
    kept = Pick.objects.filter(user_id=user_id, mark=mark, model_version=label, made_at__gte=now - PICKS_LAST)
    pick = kept.first()
    if pick is None:
        return None
    picked = [
        Chosen(uuid.UUID(product_id), score, reason, tuple(sources))
        for product_id, score, reason, sources in pick.products
    ]
    rows = stall.rows(one.product_id for one in picked)
    chosen = [one for one, row in zip(picked, rows, strict=True) if row >= 0 and stall.on_show[row]]
    if len(chosen) < min(asked.limit, len(picked)):
        return None
    return Answer(chosen, "stored", label, mark)
