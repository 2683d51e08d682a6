"""Taste times fashion: what suits a person among what people want these days."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from scipy.sparse import csr_matrix
from typing_extensions import override

from recommendations.ml.interactions import Interactions
from recommendations.ml.item_knn import ItemKnn, ItemKnnParameters
from recommendations.ml.model import Model, NotFitted, Progress, unwatched
from recommendations.ml.parameters import between
from recommendations.ml.popularity import Popularity, PopularityParameters

LARGEST = 1e35


@dataclass(frozen=True)
class TrendParameters(ItemKnnParameters):
    """The neighbours' parameters, how far a taste reaches and counts, and how much popularity matters."""

    k: int = between(1, 10_000, 100)
    window_days: float = between(0.01, 36_500, 14.0)
    power: float = between(0, 10, 0.5)
    """0 leaves taste as it is; the larger, the more everybody gets what is popular."""
    trust: float = between(0, 100, 0.5)
    """What the taste of a long history counts against the 1 of somebody unknown."""
    doubt: float = between(0, 10_000, 20.0)
    """The length of a history, in likes, that is trusted half as much as a long one."""
    reach: float = between(1, 10_000, 80.0)
    """The length of a history, in likes, from which on the neighbours of neighbours are no longer asked."""


class _Tastes(NamedTuple):
    """What the neighbours of people's histories say."""

    near: np.ndarray
    """(m, n_items) float32: hB."""
    asked: np.ndarray
    """(a,) the people whose far neighbours are asked."""
    far: np.ndarray
    """(a, n_items) float32: hBB."""
    near_counts: np.ndarray
    """(m,) float32: c(n) (1 - f) / mean |near|."""
    far_counts: np.ndarray
    """(m,) float32: c(n) f / mean |far|, 0 where the far neighbours are not asked."""


class Trend(Model[TrendParameters]):
    """Score by BM25 neighbours and recent popularity: score_i = max(0, 1 + c(n) · t_i) · p_i ** power.

    BM25 discounts what everybody has, and a season is what everybody has: each lacks what the other knows. The 1 is the
    taste of somebody whom we know nothing of, who is thus recommended what is popular.

    A short history h has few neighbours, so theirs are asked too: with the likeness B, near = hB, far = hBB and
    f(n) = max(0, 1 - n / reach), the taste is t = (1 - f) · near / mean |near| + f · far / mean |far|. And it is
    believed as far as it is long: c(n) = trust · n / (n + doubt). The length n = (Σ|w|)² / Σw² is how many equal likes
    would say as much (Kish's effective sample size, 1965), so that a heavier history is no longer one.
    """

    name = "trend"
    parameters_type = TrendParameters
    neighbours_: ItemKnn | None = None
    fashion_: np.ndarray | None = None
    """(n_items,) float32: recent popularity to the power, the best item's being 1."""

    @property
    @override
    def n_items(self) -> int:
        return self._learned()[0].n_items

    @override
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        self.neighbours_ = self.fashion_ = None
        told = self.parameters
        popularity = Popularity(PopularityParameters(window_days=told.window_days)).fit(interactions, now=now)
        counts = popularity.state()["counts"]
        neighbours = ItemKnn(told).fit(interactions, now=now, progress=progress)
        # What nobody ever liked comes last, yet not with nothing: taste still puts it in order.
        self.fashion_ = ((counts + 1e-3) / (counts.max(initial=0) + 1e-3)).astype(np.float32) ** np.float32(told.power)
        self.neighbours_ = neighbours
        return self

    @override
    def fold_in(self, history: csr_matrix) -> csr_matrix:
        """Return the histories themselves, checked: (m, n_items)."""
        return self.checked(history)

    @override
    def score(self, history: csr_matrix) -> np.ndarray:
        _, fashion = self._learned()
        told = self._tastes(self.checked(history))
        scores = told.near * told.near_counts[:, None]
        scores[told.asked] += told.far * told.far_counts[told.asked, None]
        scores += 1
        np.maximum(scores, 0, out=scores)
        scores *= fashion
        return scores

    @override
    def shares(self, history: csr_matrix, items: np.ndarray) -> np.ndarray:
        """Return each entry's part of the taste, in the unit of the score; the 1 belongs to nobody.

        The history's length and the means are taken as they are, so that the parts add up to what taste adds.
        """
        neighbours, fashion = self._learned()
        history = self.checked(history)
        told = self._tastes(history)
        parts = told.near_counts[0] * neighbours.shares(history, items)
        if told.far_counts[0]:
            parts += told.far_counts[0] * history.data * neighbours.far_effects(history.indices, items).T
        return parts * fashion[items][:, None]

    @override
    def state(self) -> dict[str, np.ndarray]:
        neighbours, fashion = self._learned()
        return {**neighbours.state(), "fashion": fashion}

    @classmethod
    @override
    def restore(cls, parameters: TrendParameters, state: Mapping[str, np.ndarray]) -> Self:
        model = cls(parameters)
        model.neighbours_, model.fashion_ = ItemKnn.restore(parameters, state), state["fashion"]
        return model

    def _tastes(self, history: csr_matrix) -> _Tastes:
        """Return what the neighbours say of people with these histories, checked, and how much that counts."""
        neighbours, _ = self._learned()
        length = _lengths(history)
        trust = self.parameters.trust * length / (length + max(self.parameters.doubt, 1e-9))
        far_part = np.maximum(0, 1 - length / self.parameters.reach)
        far_counts = trust * far_part
        asked = np.flatnonzero(far_counts)
        near, far = neighbours.near_and_far(history, asked)
        far_counts[asked] *= _one_over_mean(far)
        near_counts = trust * (1 - far_part) * _one_over_mean(near)
        return _Tastes(near, asked, far, near_counts.astype(np.float32), far_counts.astype(np.float32))

    def _learned(self) -> tuple[ItemKnn, np.ndarray]:
        if self.neighbours_ is None or self.fashion_ is None:
            raise NotFitted("Trend has not learned anything yet.")
        return self.neighbours_, self.fashion_


def _lengths(history: csr_matrix) -> np.ndarray:
    """Return (Σ|w|)² / Σw² for each history, 0 for an empty one: (m,) float64."""
    m = history.shape[0]
    # For one person SciPy's own way of summing rows takes longer than the sums of their neighbours.
    rows, weights = np.repeat(np.arange(m), np.diff(history.indptr)), np.abs(history.data, dtype=np.float64)
    sums, squares = (np.bincount(rows, weights=values, minlength=m) for values in (weights, weights**2))
    return np.divide(sums**2, squares, out=np.zeros(m), where=squares > 0)


def _one_over_mean(scores: np.ndarray) -> np.ndarray:
    """Return 1 / mean |s| for each row, 0 for a row of zeros: (m,) float64."""
    sums = np.abs(scores).sum(axis=1, dtype=np.float64)
    found = np.divide(scores.shape[1], sums, out=np.zeros(len(sums)), where=sums > 0)
    # What has faded to almost nothing would be beyond float32.
    return np.minimum(found, LARGEST)
