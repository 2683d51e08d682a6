"""Item-to-item neighbours: what is bought by the same people, weighed as search engines weigh words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight
from scipy.sparse import csr_matrix
from typing_extensions import override

from recommendations.ml.interactions import Interactions
from recommendations.ml.linear import Linear
from recommendations.ml.model import NotFitted, Progress, unwatched
from recommendations.ml.parameters import FadingParameters, between

# From this share of entries on that are not 0, a matrix is multiplied faster with its zeros.
FILLED = 0.15


@dataclass(frozen=True)
class ItemKnnParameters(FadingParameters):
    """How many neighbours an item keeps, and BM25's two constants."""

    k: int = between(1, 10_000, 200)
    """Neighbours of an item, itself among them."""
    k1: float = between(0, 1e6, 1.2)
    """How soon a second event of the same person adds little."""
    b: float = between(0, 1, 0.75)
    """How much an item that everybody has is discounted: 0 not at all, 1 in full."""
    threads: int = between(1, 256, 1)


class ItemKnn(Linear[ItemKnnParameters]):
    """Score by the k nearest items of each, under BM25 weights (Robertson and Zaragoza, 2009) as `implicit` takes them.

    An item plays the document and a person the word: a_iu = w (k1 + 1) / (k1 (1 - b + b |i| / mean |i|) + w) · idf_u,
    and the likeness of two items is Σ_u a_iu a_ju. Only what was liked makes items alike; a dislike in a history
    still counts against its neighbours.
    """

    name = "bm25"
    parameters_type = ItemKnnParameters
    likeness_: csr_matrix | None = None
    """(n_items, n_items) float32, at most k entries a row."""

    @property
    @override
    def n_items(self) -> int:
        return int(self._likeness().shape[0])

    @override
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        self.likeness_ = None
        people = self.history(interactions, now=now)
        people.data[people.data < 0] = 0
        people.eliminate_zeros()
        n = people.shape[1]
        if people.nnz:
            told = self.parameters
            learner = ItemItemRecommender(K=told.k, num_threads=told.threads)
            learner.fit(bm25_weight(people.T, told.k1, told.b).T.tocsr(), show_progress=False)
            likeness = csr_matrix(learner.similarity, dtype=np.float32)
            likeness.sort_indices()
        else:
            likeness = csr_matrix((n, n), dtype=np.float32)
        self.likeness_ = likeness
        progress(1.0)
        return self

    @override
    def score(self, history: csr_matrix) -> np.ndarray:
        return (self.checked(history) @ self._likeness()).toarray()

    def near_and_far(self, history: csr_matrix, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return hB for all histories and hBB for some of them, B being the likeness.

        Args:
            history: (m, n_items), checked.
            asked: (a,) the rows of those who want the neighbours of neighbours too.
        Returns: (m, n_items) and (a, n_items) float32.
        """
        likeness = self._likeness()
        near = history @ likeness
        dense = near.toarray()
        if near.nnz > FILLED * dense.size:
            return dense, dense[asked] @ likeness
        return dense, (near[asked] @ likeness).toarray()

    @override
    def effects(self, rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self._likeness()[rows][:, items].toarray().astype(np.float64)

    def far_effects(self, rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Return what one unit of liking each of `rows` adds to hBB of each of `items`: (h, k) float64."""
        likeness = self._likeness()
        first = likeness[rows]
        # Only the neighbours' rows are looked at, as picking columns from all would cost a pass over the whole shop.
        between = np.unique(first.indices)
        return (first[:, between] @ likeness[between][:, items]).toarray().astype(np.float64)

    @override
    def state(self) -> dict[str, np.ndarray]:
        likeness = self._likeness()
        return {"values": likeness.data, "columns": likeness.indices, "starts": likeness.indptr}

    @classmethod
    @override
    def restore(cls, parameters: ItemKnnParameters, state: Mapping[str, np.ndarray]) -> Self:
        model = cls(parameters)
        n = len(state["starts"]) - 1
        model.likeness_ = csr_matrix((state["values"], state["columns"], state["starts"]), shape=(n, n), copy=False)
        return model

    def _likeness(self) -> csr_matrix:
        if self.likeness_ is None:
            raise NotFitted("The item neighbours have not been learned yet.")
        return self.likeness_
