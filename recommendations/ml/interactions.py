"""Events as arrays: who met which item, how much they liked it and when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from scipy.sparse import csr_matrix

SECONDS_A_DAY = 86_400.0
HEAVIEST = 1e6
"""No taste weighs more: beyond it a single event would leave float32 factors without meaning."""

Repeats = Literal["sum", "latest"]


class IdMap:
    """External ids and row numbers: the only door between the two.

    >>> items = IdMap(["scarf", "mug"])
    >>> items.rows(["mug", "lamp"]).tolist()
    [1, -1]
    >>> items.take(np.array([1, 0, -1]))
    ['mug', 'scarf']
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids: tuple[str, ...] = tuple(map(str, ids))
        self._row_of = {name: row for row, name in enumerate(self.ids)}
        if len(self._row_of) != len(self.ids):
            raise ValueError("An id map needs every id once.")

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdMap) and self.ids == other.ids

    def __hash__(self) -> int:
        return hash(self.ids)

    def rows(self, ids: Iterable[str]) -> np.ndarray:
        """Return the row of each id: (n,) int32, -1 for one that is unknown."""
        find = self._row_of.get
        return np.fromiter((find(name, -1) for name in ids), dtype=np.int32)

    def take(self, rows: np.ndarray) -> list[str]:
        """Return the ids of rows, in their order; -1 is padding and names nobody."""
        return [self.ids[row] for row in np.asarray(rows).tolist() if row >= 0]


@dataclass(frozen=True)
class Interactions:
    """What people answered to items: one row an event.

    Attributes:
        user_rows, item_rows: (n,) int32 row numbers in `users` and `items`.
        weights: (n,) float32, above 0 liked, below 0 disliked, never 0.
        times: (n,) float64, seconds since the epoch.

    Raises: ValueError when the lengths differ, a row is out of range, a time is not finite or a weight is not within
        ±`HEAVIEST`.
    """

    user_rows: np.ndarray
    item_rows: np.ndarray
    weights: np.ndarray
    times: np.ndarray
    users: IdMap
    items: IdMap

    def __post_init__(self) -> None:
        n = len(self.user_rows)
        if any(len(column) != n for column in (self.item_rows, self.weights, self.times)):
            raise ValueError("Every event needs a user, an item, a weight and a time.")
        if not np.isfinite(self.times).all():
            raise ValueError("Every event needs a time that is a number.")
        check_weights(self.weights)
        for rows, known in ((self.user_rows, self.users), (self.item_rows, self.items)):
            if n and (rows.min() < 0 or rows.max() >= len(known)):
                raise ValueError("An event names a row that its id map does not have.")

    def __len__(self) -> int:
        return len(self.user_rows)

    @classmethod
    def from_events(
        cls,
        user_ids: Sequence[str],
        item_ids: Sequence[str],
        weights: Sequence[float] | np.ndarray,
        times: Sequence[float] | np.ndarray,
        items: IdMap | None = None,
    ) -> Self:
        """Return events with their ids turned into rows.

        Users and, unless `items` is given, items are numbered in the order of their ids. With `items` an event of an
        unknown item is left out; so is one that weighs nothing.

        Raises: ValueError as the class does.
        """
        weights, times = np.asarray(weights, dtype=np.float64), np.asarray(times, dtype=np.float64)
        if not len(user_ids) == len(item_ids) == len(weights) == len(times):
            raise ValueError("Every event needs a user, an item, a weight and a time.")
        check_weights(weights)
        items = IdMap(sorted(set(item_ids))) if items is None else items
        item_rows = items.rows(item_ids)
        counted = (item_rows >= 0) & (weights != 0)
        users = IdMap(sorted({name for name, counts in zip(user_ids, counted.tolist(), strict=True) if counts}))
        return cls(
            user_rows=users.rows(user_ids)[counted],
            item_rows=item_rows[counted],
            weights=weights[counted].astype(np.float32),
            times=times[counted],
            users=users,
            items=items,
        )

    def until(self, end: float) -> Self:
        """Return the events before `end` (exclusive), under the same id maps."""
        return self._where(self.times < end)

    def since(self, start: float) -> Self:
        """Return the events from `start` (inclusive), under the same id maps."""
        return self._where(self.times >= start)

    def liked(self) -> Self:
        """Return what was liked or bought alone, under the same id maps."""
        return self._where(self.weights > 0)

    def matrix(
        self, *, now: float | None = None, half_life_days: float | None = None, repeats: Repeats = "sum"
    ) -> csr_matrix:
        """Return people's weights of items: users × items, float32, no duplicates and no zeros stored.

        An event counts weight × 0.5 ** (age / half life); the age ends at `now` (the last event unless told) and an
        event after it is as fresh as one at it.

        Args:
            now: seconds since the epoch.
            half_life_days: days after which an event counts half; None lets nothing fade.
            repeats: what becomes of several events of one person and item: their "sum", or the "latest" alone, so that
                an answer given again replaces the earlier one and a staple bought weekly weighs no more than a present.
        """
        weights = self.weights.astype(np.float64)
        if half_life_days is not None and len(self):
            age = np.maximum((self.times.max() if now is None else now) - self.times, 0) / SECONDS_A_DAY
            weights *= np.exp2(-age / half_life_days)
        shape = (len(self.users), len(self.items))
        users, items = self.user_rows, self.item_rows
        if repeats == "latest" and len(self):
            last = _latest(users.astype(np.int64) * shape[1] + items, self.times)
            users, items, weights = users[last], items[last], weights[last]
        summed = csr_matrix((weights, (users, items)), shape=shape)
        # float32 only after the sum, and what has faded to nothing goes: a stored zero would still be "seen".
        faded = csr_matrix((summed.data.astype(np.float32), summed.indices, summed.indptr), shape=shape)
        faded.eliminate_zeros()
        faded.sort_indices()
        return faded

    def _where(self, kept: np.ndarray) -> Self:
        return type(self)(
            self.user_rows[kept], self.item_rows[kept], self.weights[kept], self.times[kept], self.users, self.items
        )


def check_weights(weights: np.ndarray) -> None:
    """Refuse weights that are not numbers or beyond ±`HEAVIEST` with a ValueError."""
    # Written so that nan, for which every comparison is false, is refused too.
    if not (np.abs(weights) <= HEAVIEST).all():
        raise ValueError(f"A weight has to be a number between -{HEAVIEST:g} and {HEAVIEST:g}.")


def _latest(pairs: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return where each pair's last event stands; of events at the same moment the later in the list."""
    order = np.lexsort((times, pairs))
    ends = np.append(pairs[order][1:] != pairs[order][:-1], True)
    return order[ends]
