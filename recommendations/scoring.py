"""How well each product of the shop suits each of some people: one function of their histories, used live, in batches,
for reasons and for explanations alike.

    score = standardised score of the main model        what people with such histories go on to like
          + CATEGORY_WEIGHT x category's echo            what they said outright of its category lately
          - SKIP_WEIGHT x freshness of a skip            a card put aside comes back later

A product that the main model has not met is scored by its words instead.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from common import flags
from common.feedback import Kind
from recommendations.ml.interactions import SECONDS_A_DAY, IdMap, Interactions
from recommendations.models import ModelType
from recommendations.registry import Loaded, Registry
from recommendations.shop import Shop
from recommendations.taste import SPOKEN, WEIGHTS, Event, counted

# One of these judges, whichever the gate found best; words judge what it has not met.
MAIN = (ModelType.TREND, ModelType.EASE, ModelType.ALS)
# In standard deviations of the main model's scores.
CATEGORY_WEIGHT = 2.5
SKIP_WEIGHT = 1.0
# What was said fades faster than what is liked in general: the last sittings count.
SPOKEN_HALF_LIFE_DAYS = 14.0
# And what was said of a category is overtaken by what is said of it next: by time alone the likes of one long sitting
# would outvote three dislikes at its end. Measured so that these move a category by a fifth of a list of 100.
SPOKEN_HALF_LIFE_ANSWERS = 3.0
SKIP_HALF_LIFE_DAYS = 7.0
# So many likes in a category, with nothing against it, make half of the full echo.
HALF_ECHO = 1.5


class Scores(NamedTuple):
    """Scores of a block of people."""

    values: np.ndarray  # (m, n products of the shop) float32, -inf for what no model can judge
    sources: tuple[str, ...]  # which models took part


class Scorer:
    """The models of one moment over the shop of one moment; none where the owner has switched them off."""

    def __init__(self, shop: Shop, registry: Registry) -> None:
        self.shop = shop
        self.is_on = flags.is_on("ENABLE_ML_RECOMMENDATIONS")
        self.main = registry.best_of(*MAIN) if self.is_on else None
        self.content = registry.get(ModelType.CONTENT) if self.is_on else None

    @property
    def models(self) -> list[Loaded]:
        """The models there are, the main one first."""
        return [loaded for loaded in (self.main, self.content) if loaded is not None]

    @property
    def strategy(self) -> str:
        """The name of the stage that answers; empty without any model."""
        return self.models[0].version.model_type if self.models else ""

    @property
    def label(self) -> str:
        """The version that answers, `ease:12`; empty without any model."""
        return self.models[0].version.label() if self.models else ""

    def score(self, people: Sequence[Sequence[Event]], now: datetime) -> Scores:
        """Score every product for people with these histories; raises nothing for odd ones."""
        kept = [list(counted(events)) for events in people]
        values = np.full((len(kept), len(self.shop)), -np.inf, np.float32)
        sources: list[str] = []
        for loaded in self.models:
            rows = places(loaded, self.shop).in_shop
            here = np.flatnonzero(rows >= 0)
            if sources:
                here = here[np.isneginf(values[0, rows[here]])] if len(kept) else here
            if not here.size:
                continue
            values[:, rows[here]] = _standardised(_scored(loaded, self.history(loaded, kept, now)))[:, here]
            sources.append(loaded.version.model_type)
        if sources:
            for number, events in enumerate(kept):
                values[number] += CATEGORY_WEIGHT * self.echo(events, now)
            self._hold_back_skipped(values, kept, now)
        return Scores(values, tuple(sources))

    def history(self, loaded: Loaded, people: Sequence[Sequence[Event]], now: datetime) -> csr_matrix:
        """Return people's histories as the model weighs them, (m, n items of the model)."""
        rows = {event.product_id: str(event.product_id) for events in people for event in events}
        users, items, weights, times = [], [], [], []
        for number, events in enumerate(people):
            for event in events:
                users.append(number)
                items.append(rows[event.product_id])
                weights.append(WEIGHTS[event.kind])
                times.append(event.occurred_at.timestamp())
        item_rows = loaded.items.rows(items)
        told = (item_rows >= 0) & (np.array(weights) != 0)
        interactions = Interactions(
            user_rows=np.array(users, np.int32)[told],
            item_rows=item_rows[told],
            weights=np.array(weights, np.float32)[told],
            times=np.array(times, np.float64)[told],
            users=IdMap(map(str, range(len(people)))),
            items=loaded.items,
        )
        return loaded.model.history(interactions, now=_moment(loaded, now))

    def echo(self, events: Sequence[Event], now: datetime) -> np.ndarray:
        """Return what one person said lately of each product's category, (n products), between -1 and 1.

        Events come newest first.
        """
        said = np.zeros(max(self.shop.n_categories, 1), np.float32)
        heard, n_since = np.zeros_like(said), np.zeros_like(said)
        for event in events:
            row = self.shop.row(event.product_id)
            if event.kind in SPOKEN and row >= 0:
                category = self.shop.categories[row]
                weight = WEIGHTS[event.kind] * _faded(now, event.occurred_at, SPOKEN_HALF_LIFE_DAYS)
                weight *= 0.5 ** (n_since[category] / SPOKEN_HALF_LIFE_ANSWERS)
                said[category] += weight
                heard[category] += abs(weight)
                n_since[category] += event.kind != Kind.SKIPPED
        return (said / (HALF_ECHO + heard))[self.shop.categories]

    def _hold_back_skipped(self, values: np.ndarray, people: Sequence[Sequence[Event]], now: datetime) -> None:
        for number, events in enumerate(people):
            for event in events:
                row = self.shop.row(event.product_id)
                if event.kind == Kind.SKIPPED and row >= 0:
                    values[number, row] -= SKIP_WEIGHT * _faded(now, event.occurred_at, SKIP_HALF_LIFE_DAYS)


class Places(NamedTuple):
    """Where a model's items and the shop's products stand in each other's rows, -1 for what the other does not have."""

    in_shop: np.ndarray  # (n items,)
    in_model: np.ndarray  # (n products,)


_places: dict[str, tuple[tuple[object, ...], Places]] = {}


def places(loaded: Loaded, shop: Shop) -> Places:
    """Return where a model's items stand in the shop and the other way round, worked out when either has changed."""
    kept = _places.get(loaded.version.model_type)
    key = (loaded.version.pk, shop.number, len(shop))
    if kept is None or kept[0] != key:
        in_shop = shop.rows_of_texts(loaded.items.ids)
        in_model = np.full(len(shop), -1)
        here = np.flatnonzero(in_shop >= 0)
        in_model[in_shop[here]] = here
        kept = key, Places(in_shop, in_model)
        _places[loaded.version.model_type] = kept
    return kept[1]


def _scored(loaded: Loaded, history: csr_matrix) -> np.ndarray:
    """Return what a model scores for each person, the same whoever else is in the block.

    BLAS adds the factors of a block up in another order than those of one person. It is a millionth, but two products
    may lie no further apart, and then a list made in a batch would not be the one made live.
    """
    if loaded.version.model_type != ModelType.ALS or history.shape[0] < 2:
        return loaded.model.score(history)
    return np.concatenate([loaded.model.score(history[[row]]) for row in range(history.shape[0])])


def _standardised(scores: np.ndarray) -> np.ndarray:
    """Return each person's scores with mean 0 and standard deviation 1; all alike are all 0."""
    if not scores.shape[1]:
        return scores
    spread = scores.std(axis=1, keepdims=True)
    centred = scores - scores.mean(axis=1, keepdims=True)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12)


def _moment(loaded: Loaded, now: datetime) -> float:
    """Return the moment to which ages count: the end of what the model learnt from.

    What happened since is as fresh as can be, and a shop whose history ends long ago is judged as on its last day; by
    the clock all of it would have faded alike to nothing.
    """
    return min(now.timestamp(), loaded.until)


def _faded(now: datetime, at: datetime, half_life_days: float) -> float:
    return float(0.5 ** (max((now - at).total_seconds(), 0.0) / SECONDS_A_DAY / half_life_days))
