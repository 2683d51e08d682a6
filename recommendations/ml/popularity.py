"""What most people liked lately: the floor that every other model has to beat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix
from typing_extensions import override

from recommendations.ml.interactions import SECONDS_A_DAY, Interactions
from recommendations.ml.model import Model, NotFitted, Progress, unwatched
from recommendations.ml.parameters import Parameters, between


@dataclass(frozen=True)
class PopularityParameters(Parameters):
    """How far back popularity looks."""

    window_days: float = between(0.01, 36_500, 14.0)


class Popularity(Model[PopularityParameters]):
    """Score an item by the people who liked it in the last days; the same for everybody.

    People are counted, not events: one who buys a thing ten times is one voice. Items that are equal so far stand in
    the order of how many liked them ever, which adds less than one voice.
    """

    name = "popularity"
    parameters_type = PopularityParameters
    counts_: np.ndarray | None = None
    """(n_items,) float32: people within the window + people ever / (people ever of the best item + 1)."""

    @property
    @override
    def n_items(self) -> int:
        return len(self._counts())

    @override
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        self.counts_ = None
        liked = interactions.matrix()
        ever = (liked > 0).sum(axis=0)
        end = (interactions.times.max() if len(interactions) else 0.0) if now is None else now
        recent = (interactions.since(end - self.parameters.window_days * SECONDS_A_DAY).matrix() > 0).sum(axis=0)
        ever, recent = np.asarray(ever, dtype=np.float64).ravel(), np.asarray(recent, dtype=np.float64).ravel()
        self.counts_ = (recent + ever / (ever.max(initial=0) + 1)).astype(np.float32)
        progress(1.0)
        return self

    @override
    def fold_in(self, history: csr_matrix) -> np.ndarray:
        """Return (m, 0): nothing of a person matters here."""
        return np.empty((self.checked(history).shape[0], 0), dtype=np.float32)

    @override
    def score(self, history: csr_matrix) -> np.ndarray:
        counts = self._counts()
        return np.tile(counts, (self.checked(history).shape[0], 1))

    @override
    def state(self) -> dict[str, np.ndarray]:
        return {"counts": self._counts()}

    @classmethod
    @override
    def restore(cls, parameters: PopularityParameters, state: Mapping[str, np.ndarray]) -> Self:
        model = cls(parameters)
        model.counts_ = state["counts"]
        return model

    def _counts(self) -> np.ndarray:
        if self.counts_ is None:
            raise NotFitted("Popularity has not counted anything yet.")
        return self.counts_
