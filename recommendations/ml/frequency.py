"""What a person buys again and again: the floor for suggesting what to reorder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix
from typing_extensions import override

from recommendations.ml.interactions import Interactions
from recommendations.ml.model import Model, NotFitted, Progress, unwatched
from recommendations.ml.parameters import FadingParameters, between, one_of
from recommendations.ml.popularity import Popularity, PopularityParameters


@dataclass(frozen=True)
class FrequencyParameters(FadingParameters):
    """How purchases are counted, and how far back popularity looks that puts the rest in order."""

    half_life_days: float | None = between(0.01, 36_500, None)
    repeats: str = one_of("sum", "latest")
    window_days: float = between(0.01, 36_500, 14.0)


class Frequency(Model[FrequencyParameters]):
    """Score an item by the person's own history of it; what is equal so far stands in the order of its popularity."""

    name = "frequency"
    parameters_type = FrequencyParameters
    order_: np.ndarray | None = None
    """(n_items,) float32 in [0, 1): recent popularity, too little to outweigh one purchase."""

    @property
    @override
    def n_items(self) -> int:
        return len(self._order())

    @override
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        self.order_ = None
        popularity = Popularity(PopularityParameters(window_days=self.parameters.window_days))
        counts = popularity.fit(interactions, now=now).state()["counts"]
        self.order_ = counts / (counts.max(initial=0) + 1)
        progress(1.0)
        return self

    @override
    def fold_in(self, history: csr_matrix) -> csr_matrix:
        """Return the histories themselves, checked: (m, n_items)."""
        return self.checked(history)

    @override
    def score(self, history: csr_matrix) -> np.ndarray:
        order = self._order()
        return self.checked(history).toarray() + order

    @override
    def state(self) -> dict[str, np.ndarray]:
        return {"order": self._order()}

    @classmethod
    @override
    def restore(cls, parameters: FrequencyParameters, state: Mapping[str, np.ndarray]) -> Self:
        model = cls(parameters)
        model.order_ = state["order"]
        return model

    def _order(self) -> np.ndarray:
        if self.order_ is None:
            raise NotFitted("Frequency has not counted anything yet.")
        return self.order_
