"""EASE: every item predicts every other by one ridge regression, solved in closed form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.linalg.lapack import get_lapack_funcs
from scipy.sparse import csr_matrix
from typing_extensions import override

from recommendations.ml.interactions import Interactions
from recommendations.ml.linear import Linear
from recommendations.ml.model import NotFitted, Progress, unwatched
from recommendations.ml.parameters import FadingParameters, between
from recommendations.ml.threads import blas_threads

MOST_ITEMS = 20_000
"""The inverse takes n² numbers and n³ steps: 1.6 GB and some minutes here."""
MOST_ITEMS_IN_DOUBLE = 8_000
BLOCK = 1024


@dataclass(frozen=True)
class EaseParameters(FadingParameters):
    """The one number of EASE, and how histories fade in fit and scoring alike."""

    regularization: float = between(1e-3, 1e7, 100.0)
    threads: int = between(1, 256, 1)


class Ease(Linear[EaseParameters]):
    """Score by an item-item matrix with a zero diagonal (Steck, "Embarrassingly shallow autoencoders", WWW 2019).

    With G = XᵀX and P = (G + λI)⁻¹ the matrix is B_ij = -P_ij / P_jj, B_jj = 0: the least squares answer to
    X ≈ XB when no item may predict itself.
    """

    name = "ease"
    parameters_type = EaseParameters
    weights_: np.ndarray | None = None
    """(n_items, n_items) float32; row j is what liking item j adds to every score."""

    @property
    @override
    def n_items(self) -> int:
        return len(self._weights())

    @override
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        """Learn as every model does; raises ValueError above `MOST_ITEMS` items."""
        self.weights_ = None
        n = len(interactions.items)
        if n > MOST_ITEMS:
            raise ValueError(f"EASE is exact up to {MOST_ITEMS:,} items and was given {n:,}; use ALS.")
        gram = _gram(self.history(interactions, now=now), np.float64 if n <= MOST_ITEMS_IN_DOUBLE else np.float32)
        progress(0.2)
        with blas_threads(self.parameters.threads):
            inverse = _inverse(gram, self.parameters.regularization)
        progress(0.9)
        self.weights_ = _regressions(inverse)
        progress(1.0)
        return self

    @override
    def score(self, history: csr_matrix) -> np.ndarray:
        weights = self._weights()
        return self.checked(history) @ weights

    @override
    def effects(self, rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self._weights()[np.ix_(rows, items)].astype(np.float64)

    @override
    def state(self) -> dict[str, np.ndarray]:
        return {"weights": self._weights()}

    @classmethod
    @override
    def restore(cls, parameters: EaseParameters, state: Mapping[str, np.ndarray]) -> Self:
        model = cls(parameters)
        model.weights_ = state["weights"]
        return model

    def _weights(self) -> np.ndarray:
        if self.weights_ is None:
            raise NotFitted("EASE has not learned anything yet.")
        return self.weights_


def _gram(people: csr_matrix, dtype: type[np.floating]) -> np.ndarray:
    """Return XᵀX, dense, in LAPACK's order; by blocks of columns, as a sparse product would need it all twice."""
    n = people.shape[1]
    gram = np.empty((n, n), dtype=dtype, order="F")
    people = people.astype(dtype)
    columns, transposed = people.tocsc(), people.T.tocsr()
    for start in range(0, n, BLOCK):
        block = slice(start, start + BLOCK)
        gram[:, block] = (transposed @ columns[:, block]).toarray()
    return gram


def _inverse(gram: np.ndarray, regularization: float) -> np.ndarray:
    """Return (G + λI)⁻¹ in the place of G, by Cholesky's way; the lower half alone is meant."""
    if not len(gram):
        return gram
    gram[np.diag_indices_from(gram)] += regularization
    potrf, potri = get_lapack_funcs(("potrf", "potri"), (gram,))
    for step in (potrf, potri):
        gram, failed = step(gram, lower=1, overwrite_a=1) if step is potrf else step(gram, lower=1, overwrite_c=1)
        if failed:
            raise ValueError("EASE found no inverse: raise `regularization`.")
    return gram


def _regressions(inverse: np.ndarray) -> np.ndarray:
    """Return B from the lower half of P, block by block so that no second full copy in double is needed."""
    n = len(inverse)
    scale = -1.0 / np.diagonal(inverse)
    weights = np.empty((n, n), dtype=np.float32)
    for start in range(0, n, BLOCK):
        block = slice(start, min(start + BLOCK, n))
        lower = inverse[block, : block.stop]
        weights[block, : block.stop] = lower * scale[: block.stop]
        weights[:start, block] = inverse[block, :start].T * scale[block]
        square = np.tril(inverse[block, block])
        weights[block, block] = (square + np.tril(square, -1).T) * scale[block]
    np.fill_diagonal(weights, 0)
    return weights
