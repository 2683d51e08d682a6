"""What every model can do, and what all of them do alike.

A model holds the item side only. People are always computed from their histories, so what is saved names nobody and
a swipe counts at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np
from scipy.sparse import csr_matrix

from recommendations.ml.interactions import Interactions, Repeats, check_weights
from recommendations.ml.parameters import FadingParameters, Parameters
from recommendations.ml.top import top_n

CHUNK_BYTES = 32 * 2**20
Progress = Callable[[float], None]
ParametersT = TypeVar("ParametersT", bound=Parameters)


def unwatched(share: float) -> None:
    """Let progress pass unseen."""


class NotFitted(ValueError):
    """A model was asked before it had learned anything."""


class Model(ABC, Generic[ParametersT]):
    """A way to score all items for a person from that person's history.

    A history is a row of a users × items matrix of weights, above 0 liked and below 0 disliked, faded with time already
    (`history` makes one as the model wants it). Learned state ends in an underscore.
    """

    name: ClassVar[str]
    parameters_type: ClassVar[type[Parameters]]
    parameters: ParametersT

    def __init__(self, parameters: ParametersT | None = None) -> None:
        self.parameters = self.parameters_type() if parameters is None else parameters  # type: ignore[assignment]

    @property
    @abstractmethod
    def n_items(self) -> int:
        """Return how many items the model scores; raises NotFitted."""

    @abstractmethod
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        """Learn from what people did and forget what was learned before.

        Args:
            now: seconds since the epoch at which ages end; the last event unless told.
            progress: called with the share that is done, 1.0 at the end.
        """

    @abstractmethod
    def fold_in(self, history: csr_matrix) -> Any:
        """Return what represents people, computed from their histories (m, n_items) alone."""

    @abstractmethod
    def score(self, history: csr_matrix) -> np.ndarray:
        """Return every item's score for every person: (m, n_items) float32, finite.

        Raises: ValueError when a history is of other items or holds a weight that is no number.
        """

    @abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """Return what was learned, all of it about items: arrays of numbers, or of str for words; raises NotFitted."""

    @classmethod
    @abstractmethod
    def restore(cls, parameters: ParametersT, state: Mapping[str, np.ndarray]) -> Self:
        """Return the model that `state` was taken from; arrays may be read-only and are not copied."""

    def history(self, interactions: Interactions, *, now: float | None = None) -> csr_matrix:
        """Return people's histories, users × items, weighed and faded as this model was told to."""
        if isinstance(self.parameters, FadingParameters):
            half_life, repeats = self.parameters.half_life_days, cast(Repeats, self.parameters.repeats)
            return interactions.matrix(now=now, half_life_days=half_life, repeats=repeats)
        return interactions.matrix(now=now)

    def recommend(
        self, history: csr_matrix, n: int, exclude: csr_matrix | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the n best items for each person, scored in blocks of people so that memory stays bounded.

        Args:
            history: (m, n_items).
            n: how many, at least 1.
            exclude: (m, n_items) mask of what must not be recommended; stored entries count.
        Returns: (m, n) int32 item rows, best first, equal scores in the order of their rows, and (m, n) float32 scores;
            padded with -1 and -inf.
        """
        history = self.checked(history)
        if exclude is not None:
            exclude = csr_matrix(exclude)
        people = history.shape[0]
        items = np.full((people, n if n > 0 else 1), -1, dtype=np.int32)
        scores = np.full(items.shape, -np.inf, dtype=np.float32)
        step = max(1, CHUNK_BYTES // (4 * max(1, self.n_items)))
        for start in range(0, people, step):
            block = slice(start, start + step)
            mask = None if exclude is None else exclude[block]
            items[block], scores[block] = top_n(self.score(history[block]), n, mask)
        return items, scores

    def shares(self, history: csr_matrix, items: np.ndarray) -> np.ndarray:
        """Return how one person's scores of some items divide among the entries of the history.

        What a list needs for its reasons: one pass for all its items. Here it is exact leave-one-out; a model whose
        score is a sum over the history (the person's solved system taken as it is) gives the summands.

        Args:
            history: (1, n_items) with h stored entries.
            items: (k,) item rows.
        Returns: (k, h) float64, columns in the order of `history.indices`.
        """
        history = self.checked(history)
        entries = history.nnz
        rows, others = np.nonzero(~np.eye(entries, dtype=bool))
        shortened = csr_matrix((history.data[others], (rows, history.indices[others])), shape=(entries, self.n_items))
        scores, without = self.score(history)[:, items], self.score(shortened)[:, items]
        return (scores.astype(np.float64) - without).T

    def checked(self, history: csr_matrix) -> csr_matrix:
        """Return histories as float32 with sorted, single, non-zero entries; raises ValueError as `score` does."""
        if history.shape[1] != self.n_items:
            raise ValueError(f"The history is of {history.shape[1]} items, the model knows {self.n_items}.")
        check_weights(history.data)
        checked = csr_matrix(history, dtype=np.float32)
        if not checked.has_canonical_format:
            checked = checked.copy()
            checked.sum_duplicates()
        if not checked.data.all():
            checked = checked.copy()
            checked.eliminate_zeros()
        return checked
