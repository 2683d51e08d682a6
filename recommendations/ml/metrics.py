"""How good lists of recommendations are.

The functions that end in `_at_k` judge one list. `hits`, `recall` and `ndcg` do the same arithmetic for many lists at
once, one value a person, so that intervals can be drawn over people.
"""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix


def recall_at_k(ranked: np.ndarray, relevant: np.ndarray, k: int) -> float:
    """Return the share of what the user liked that is among the first `k` of one ranked list.

    Args:
        ranked: (n,) item rows, best first, no duplicates; -1 is padding.
        relevant: (m,) item rows the user liked, any order, no duplicates.
        k: cut-off, in items, at least 1.
    Returns: a value in [0, 1]; nan when `relevant` is empty, as there is nothing to find.
    Raises: ValueError if `k` is below 1.

    Of the two liked, item 3 is among the first two.

    >>> recall_at_k(np.array([7, 3, 5]), np.array([3, 5]), k=2)
    0.5
    """
    return _one(recall, ranked, relevant, k)


def ndcg_at_k(ranked: np.ndarray, relevant: np.ndarray, k: int) -> float:
    """Return how well the first `k` of one ranked list match what the user liked.

    Binary gains: DCG@k sums hit_i / log2(i + 1) over ranks i = 1..k (Burges et al., 2005); the ideal list has every
    hit first.

    Args, returns and raises: as `recall_at_k`.

    A hit at rank 2 alone: 1 / log2(3) = 0.6309 of an ideal 1 + 0.6309.

    >>> round(ndcg_at_k(np.array([7, 3, 5]), np.array([3, 5]), k=2), 4)
    0.3869
    """
    return _one(ndcg, ranked, relevant, k)


def hit_rate_at_k(ranked: np.ndarray, relevant: np.ndarray, k: int) -> float:
    """Return 1.0 when anything that the user liked is among the first `k` of one ranked list, else 0.0.

    Args, returns and raises: as `recall_at_k`.

    >>> hit_rate_at_k(np.array([7, 3, 5]), np.array([3, 5]), k=1)
    0.0
    """
    return _one(hit_rate, ranked, relevant, k)


def hits(ranked: np.ndarray, relevant: csr_matrix) -> np.ndarray:
    """Return which places of many lists hold something that their person liked.

    Args:
        ranked: (m, k) item rows, best first; -1 is padding and never a hit.
        relevant: (m, n_items); what is stored was liked.
    Returns: (m, k) bool.

    >>> hits(np.array([[2, 0], [1, -1]]), csr_matrix([[1, 0, 0], [0, 1, 1]])).tolist()
    [[False, True], [True, False]]
    """
    n_items = np.int64(max(1, relevant.shape[1]))
    people = np.arange(len(ranked), dtype=np.int64)
    liked = np.repeat(people, np.diff(relevant.indptr)) * n_items + relevant.indices
    return np.isin(people[:, None] * n_items + ranked, liked) & (ranked >= 0)


def recall(found: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Return each person's recall: (m,), nan where nothing was liked.

    Args:
        found: (m, k) bool as `hits` returns.
        n_relevant: (m,) how many items each person liked.
    """
    return _over(found.sum(axis=1), n_relevant)


def ndcg(found: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Return each person's NDCG, discounted by log2(rank + 1): (m,), nan where nothing was liked; as `recall`."""
    k = found.shape[1]
    discounts = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0], np.cumsum(discounts)])
    return _over(found @ discounts, ideal[np.minimum(n_relevant, k)])


def hit_rate(found: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Return 1 for each person with a hit, 0 for one without: (m,), nan where nothing was liked; as `recall`."""
    return _over(found.any(axis=1).astype(float), np.minimum(n_relevant, 1))


def coverage(ranked: np.ndarray, n_items: int) -> float:
    """Return the share of all items that are in somebody's list.

    >>> coverage(np.array([[0, 1], [1, -1]]), n_items=4)
    0.5
    """
    return len(np.unique(ranked[ranked >= 0])) / n_items if n_items else float("nan")


def mean_popularity_rank(ranked: np.ndarray, popularity: np.ndarray) -> float:
    """Return how popular what is recommended is on average: 1 is the most popular item; higher is bolder.

    Args:
        ranked: (m, k) item rows; -1 is padding.
        popularity: (n_items,) any count; equal ones rank in the order of their rows.

    Item 2 is the most popular (rank 1), item 0 comes third.

    >>> mean_popularity_rank(np.array([[2, 0]]), np.array([1, 5, 9]))
    2.0
    """
    ranks = np.empty(len(popularity), dtype=np.int64)
    ranks[np.argsort(-np.asarray(popularity), kind="stable")] = np.arange(1, len(popularity) + 1)
    listed = ranked[ranked >= 0]
    return float(ranks[listed].mean()) if listed.size else float("nan")


def intra_list_similarity(ranked: np.ndarray, vectors: csr_matrix) -> float:
    """Return how alike the items of a list are: the mean cosine of its pairs, averaged over lists of two and more.

    Args:
        ranked: (m, k) item rows; -1 is padding.
        vectors: (n_items, d) rows of unit length, or of zeros.

    Two items alike and one apart make pairs of 1, 0 and 0.

    >>> alike = csr_matrix([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> round(intra_list_similarity(np.array([[0, 1, 2]]), alike), 4)
    0.3333
    """
    people, places = np.nonzero(ranked >= 0)
    size = np.bincount(people, minlength=len(ranked))
    listed = csr_matrix((np.ones(len(people)), (people, ranked[people, places])), shape=(len(ranked), vectors.shape[0]))
    sums = listed @ vectors
    squares = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()
    # |Σx|² counts every pair twice and every item with itself once.
    pairs = np.asarray(sums.multiply(sums).sum(axis=1)).ravel() - listed @ squares
    several = size >= 2
    return float((pairs[several] / (size * (size - 1))[several]).mean()) if several.any() else float("nan")


def bootstrap_interval(
    values: np.ndarray, *, level: float = 0.95, draws: int = 1000, seed: int = 1
) -> tuple[float, float]:
    """Return an interval for the mean over people, by drawing people again and again (Efron, 1979; percentiles).

    Args:
        values: (m,) one value a person; nan are left out.
        level: the share of drawn means that lie within.
        draws: how often to draw.
        seed: of the draws.
    Returns: lower and upper bound; both nan without a value.

    >>> bootstrap_interval(np.array([2.0, 2.0, 2.0]))
    (2.0, 2.0)
    """
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    draw = np.random.default_rng(seed)
    means = [values[draw.integers(0, len(values), len(values))].mean() for _ in range(draws)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _one(metric: Any, ranked: np.ndarray, relevant: np.ndarray, k: int) -> float:
    if k < 1:
        raise ValueError(f"The cut-off has to be at least 1, not {k}.")
    # A list shorter than k has its missing places missed.
    first = np.full((1, k), -1)
    first[0, : min(k, len(ranked))] = ranked[:k]
    found = np.isin(first, relevant) & (first >= 0)
    return float(metric(found, np.array([len(relevant)]))[0])


def _over(values: np.ndarray, bases: np.ndarray) -> np.ndarray:
    nothing = np.full(len(values), np.nan)
    return np.divide(values, bases, out=nothing, where=np.asarray(bases) > 0)
