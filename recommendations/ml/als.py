"""Implicit ALS: items and people as short vectors whose product says how sure we are that the one likes the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from typing_extensions import override

from recommendations.ml.interactions import Interactions
from recommendations.ml.model import Model, NotFitted, Progress, unwatched
from recommendations.ml.parameters import LearningParameters, between
from recommendations.ml.threads import blas_threads

BLOCK = 65_536


@dataclass(frozen=True)
class AlsParameters(LearningParameters):
    """The shape of the factors and how sure one event makes us."""

    factors: int = between(1, 1024, 64)
    regularization: float = between(1e-3, 1e6, 10.0)
    alpha: float = between(1e-3, 1e6, 2.0)
    iterations: int = between(1, 500, 15)


class Als(Model[AlsParameters]):
    """Score by factors (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008).

    Minimises Σ_ui c_ui (p_ui - x_u·y_i)² + λ (Σ‖x_u‖² + Σ‖y_i‖²) with preference p = 1 for what was liked, else 0, and
    confidence c = α|w| for what was answered, else 1. A dislike is thus a 0 that is meant. The library `implicit`
    learns the items' factors by conjugate gradients; a person's are always solved here, exactly, from the history.
    """

    name = "als"
    parameters_type = AlsParameters
    factors_: np.ndarray | None = None
    """(n_items, factors) float32."""
    gram_: np.ndarray | None = None
    """(factors, factors) float64: Σ y_i y_iᵀ over all items."""

    @property
    @override
    def n_items(self) -> int:
        return len(self._learned()[0])

    @override
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        self.factors_ = self.gram_ = None
        people = self.history(interactions, now=now)
        # The library divides its work among threads of its own; BLAS beside them would only get in their way.
        with blas_threads(1):
            factors = self._item_factors(people, progress)
            self.gram_ = _gram(factors)
        self.factors_ = factors
        progress(1.0)
        return self

    @override
    def fold_in(self, history: csr_matrix) -> np.ndarray:
        """Return people's factors, solved exactly from their histories: (m, factors) float32."""
        factors, _ = self._learned()
        history = self.checked(history)
        people = np.zeros((history.shape[0], factors.shape[1]))
        for row in range(len(people)):
            entries = slice(history.indptr[row], history.indptr[row + 1])
            if entries.stop > entries.start:
                system, wanted, _ = self._equation(history.indices[entries], history.data[entries])
                people[row] = np.linalg.solve(system, wanted)
        return people.astype(np.float32)

    @override
    def score(self, history: csr_matrix) -> np.ndarray:
        factors, _ = self._learned()
        return self.fold_in(history) @ factors.T

    @override
    def shares(self, history: csr_matrix, items: np.ndarray) -> np.ndarray:
        """Return y_iᵀ A⁻¹ c_j y_j for each item and entry: they add up to the scores (section 5 of the paper)."""
        factors, _ = self._learned()
        history = self.checked(history)
        if not history.nnz:
            return np.empty((len(items), 0))
        system, _, others = self._equation(history.indices, history.data)
        liked = np.maximum(self.parameters.alpha * history.data.astype(np.float64), 0)
        return factors[items].astype(np.float64) @ np.linalg.solve(system, (liked[:, None] * others).T)

    @override
    def state(self) -> dict[str, np.ndarray]:
        factors, gram = self._learned()
        return {"factors": factors, "gram": gram}

    @classmethod
    @override
    def restore(cls, parameters: AlsParameters, state: Mapping[str, np.ndarray]) -> Self:
        model = cls(parameters)
        model.factors_, model.gram_ = state["factors"], state["gram"]
        return model

    def _item_factors(self, people: csr_matrix, progress: Progress) -> np.ndarray:
        told = self.parameters
        if not people.nnz:
            return np.zeros((people.shape[1], told.factors), dtype=np.float32)
        learner = AlternatingLeastSquares(
            factors=told.factors,
            regularization=told.regularization,
            alpha=told.alpha,
            iterations=told.iterations,
            num_threads=told.threads,
            random_state=told.seed,
        )
        learner.fit(
            people,
            show_progress=False,
            callback=lambda iteration, *_: progress((iteration + 1) / (told.iterations + 1)),
        )
        return np.ascontiguousarray(learner.item_factors)

    def _equation(self, items: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return A, b of a person's A x = b and the answered items' factors, all in double.

        A = Σ y_i y_iᵀ + λI + Σ (c_i - 1) y_i y_iᵀ over the history, b = Σ c_i y_i over what was liked.
        """
        factors, gram = self._learned()
        answered = factors[items].astype(np.float64)
        confidence = self.parameters.alpha * weights.astype(np.float64)
        system = gram + answered.T @ ((np.abs(confidence) - 1)[:, None] * answered)
        system[np.diag_indices_from(system)] += self.parameters.regularization
        return system, np.maximum(confidence, 0) @ answered, answered

    def _learned(self) -> tuple[np.ndarray, np.ndarray]:
        if self.factors_ is None or self.gram_ is None:
            raise NotFitted("ALS has not learned anything yet.")
        return self.factors_, self.gram_


def _gram(factors: np.ndarray) -> np.ndarray:
    gram = np.zeros((factors.shape[1], factors.shape[1]))
    for start in range(0, len(factors), BLOCK):
        block = factors[start : start + BLOCK].astype(np.float64)
        gram += block.T @ block
    return gram
