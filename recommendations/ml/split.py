"""The past to learn from and the days after it to be judged by."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from recommendations.ml.interactions import SECONDS_A_DAY, IdMap, Interactions

TEST_DAYS = 28


@dataclass(frozen=True)
class Split:
    """What people did before a moment, and what they liked from then on.

    Attributes:
        train: everything before `start`; its people and items are all that there are.
        relevant: (people, items) of train; what is stored was bought or liked within the window.
        start, end: of the window, in seconds since the epoch, the end exclusive.
        texts: what is written on each item, in the order of its rows; empty when nothing is known.
    """

    train: Interactions
    relevant: csr_matrix
    start: float
    end: float
    texts: tuple[str, ...] = ()

    @property
    def seen(self) -> csr_matrix:
        """Return what each person met in train: (people, items)."""
        return self.train.matrix()

    @property
    def new(self) -> csr_matrix:
        """Return what was relevant and never met before: (people, items)."""
        new = self.relevant - self.relevant.multiply(self.seen != 0)
        new.eliminate_zeros()
        return csr_matrix(new)

    def words(self) -> str:
        """Return the window as a reader wants it: its first and last day."""
        first, last = (datetime.fromtimestamp(at, UTC).date() for at in (self.start, self.end - 1))
        return f"{first} to {last}"


def split_transactions(frame: Any, *, days: int = TEST_DAYS, windows_back: int = 0) -> Split:
    """Divide order lines in time: the last days ending with the last day are the test, all before is train.

    Args:
        frame: a pandas table with columns user, product (text) and at (UTC); `title` too where texts are wanted.
        days: the length of the window, at least 1.
        windows_back: 0 for the last window; 1 for the one before it, as if the last had not happened yet, which is
            where settings are chosen.
    Returns: items are those sold in train, people those who bought in train; each line weighs 1.
    Raises: ValueError when no line lies before the window.
    """
    if days < 1 or windows_back < 0:
        raise ValueError("A window needs at least one day and cannot lie ahead.")
    times = frame["at"].astype("datetime64[us, UTC]").astype("int64").to_numpy() / 1e6
    last_day = np.floor(times.max(initial=0) / SECONDS_A_DAY) * SECONDS_A_DAY
    end = last_day + SECONDS_A_DAY - windows_back * days * SECONDS_A_DAY
    start = end - days * SECONDS_A_DAY
    past = times < start
    if not past.any():
        raise ValueError(f"No line lies before the test window of {days} days.")
    users, products = frame["user"].to_numpy(dtype=object), frame["product"].to_numpy(dtype=object)
    train = Interactions.from_events(users[past], products[past], np.ones(int(past.sum())), times[past])
    window = ~past & (times < end)
    relevant = _pairs(train, users[window], products[window])
    return Split(train, relevant, float(start), float(end), _texts(frame[past], train.items))


def split_pairs(train: csr_matrix, test: csr_matrix) -> Split:
    """Return two matrices of people × items (the LightGCN split) as train and test; every entry is a like without date.

    Raises: ValueError when their shapes differ.
    """
    if train.shape != test.shape:
        raise ValueError(f"The train matrix is {train.shape}, the test matrix {test.shape}.")
    people, items = csr_matrix(train).nonzero()
    interactions = Interactions(
        user_rows=people.astype(np.int32),
        item_rows=items.astype(np.int32),
        weights=np.ones(len(people), dtype=np.float32),
        times=np.zeros(len(people)),
        users=IdMap(map(str, range(train.shape[0]))),
        items=IdMap(map(str, range(train.shape[1]))),
    )
    liked = csr_matrix(test, dtype=np.float32, copy=True)
    liked.eliminate_zeros()
    return Split(interactions, liked, start=0.0, end=1.0)


def first_items(interactions: Interactions, n: int) -> Interactions:
    """Return every person's events up to and with the first n different items, under the same id maps."""
    order = np.lexsort((interactions.times, interactions.user_rows))
    pairs = interactions.user_rows[order].astype(np.int64) * len(interactions.items) + interactions.item_rows[order]
    firsts = np.sort(np.unique(pairs, return_index=True)[1])
    people = interactions.user_rows[order][firsts]
    place = np.arange(len(people)) - np.searchsorted(people, people)
    kept = np.sort(order[firsts[place < n]])
    return Interactions(
        interactions.user_rows[kept],
        interactions.item_rows[kept],
        interactions.weights[kept],
        interactions.times[kept],
        interactions.users,
        interactions.items,
    )


def _pairs(train: Interactions, users: np.ndarray, products: np.ndarray) -> csr_matrix:
    user_rows, item_rows = train.users.rows(users), train.items.rows(products)
    known = (user_rows >= 0) & (item_rows >= 0)
    shape = (len(train.users), len(train.items))
    pairs = csr_matrix((np.ones(int(known.sum()), dtype=np.float32), (user_rows[known], item_rows[known])), shape=shape)
    pairs.data[:] = 1
    return pairs


def _texts(past: Any, items: IdMap) -> tuple[str, ...]:
    """Return each item's last title before the window that is not empty."""
    if "title" not in past.columns:
        return ()
    titled = past[past["title"] != ""].sort_values("at", kind="stable")
    last = dict(zip(titled["product"], titled["title"], strict=True))
    return tuple(last.get(name, "") for name in items.ids) if last else ()
