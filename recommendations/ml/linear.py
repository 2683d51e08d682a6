"""Models whose score is a weighted sum over the history: score_i = Σ_j w_j · B_ji."""

from abc import abstractmethod
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_matrix
from typing_extensions import override

from recommendations.ml.model import Model
from recommendations.ml.parameters import Parameters

ParametersT = TypeVar("ParametersT", bound=Parameters)


class Linear(Model[ParametersT]):
    """A model whose people are their histories, and whose reasons are therefore exact and free."""

    @abstractmethod
    def effects(self, rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Return B_ji, what one unit of liking each of j = `rows` adds to the score of each of i = `items`.

        Returns: (h, k) float64.
        """

    @override
    def fold_in(self, history: csr_matrix) -> csr_matrix:
        """Return the histories themselves, checked: (m, n_items)."""
        return self.checked(history)

    @override
    def shares(self, history: csr_matrix, items: np.ndarray) -> np.ndarray:
        history = self.checked(history)
        return history.data * self.effects(history.indices, items).T
