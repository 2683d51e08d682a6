"""The best n of many scores, exactly, with equal scores in the order of their rows."""

import numpy as np
from scipy.sparse import csr_matrix

BLOCK = 64


def top_n(scores: np.ndarray, n: int, exclude: csr_matrix | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's n best columns and their scores, best first.

    Args:
        scores: (m, k) finite floats. Overwritten where `exclude` has an entry.
        n: how many, at least 1.
        exclude: (m, k) mask; what is stored counts, whatever its value.
    Returns: (m, n) int32 columns and (m, n) scores; equal scores stand in the order of their columns, and a row with
        fewer than n columns left ends in -1 and -inf.
    Raises: ValueError if n is below 1 or the mask has another shape.

    >>> columns, best = top_n(np.array([[1.0, 3.0, 3.0]]), n=4)
    >>> columns.tolist(), best.tolist()
    ([[1, 2, 0, -1]], [[3.0, 3.0, 1.0, -inf]])
    """
    if n < 1:
        raise ValueError(f"The number of recommendations has to be at least 1, not {n}.")
    if exclude is not None:
        if exclude.shape != scores.shape:
            raise ValueError(f"The mask is {exclude.shape}, the scores are {scores.shape}.")
        scores[np.repeat(np.arange(len(scores)), np.diff(exclude.indptr)), exclude.indices] = -np.inf
    columns = np.full((len(scores), n), -1, dtype=np.int32)
    best = np.full((len(scores), n), -np.inf, dtype=scores.dtype)
    for number, row in enumerate(scores):
        found = _best_of(row, n)
        columns[number, : len(found)] = found
        best[number, : len(found)] = row[found]
    return columns, best


def _best_of(row: np.ndarray, n: int) -> np.ndarray:
    """Return the n best columns of one row; what is -inf is nobody's best."""
    candidates = np.flatnonzero(row >= max(_bound(row, n), np.finfo(row.dtype).min))
    values = row[candidates]
    if len(candidates) > 4 * n:
        # A crowd of equal scores: sort only those above the n-th, and fill up with the first of its equals.
        nth = np.partition(values, len(values) - n)[len(values) - n]
        above = np.flatnonzero(values > nth)
        equal = np.flatnonzero(values == nth)[: n - len(above)]
        kept = np.concatenate([above, equal])
        candidates, values = candidates[kept], values[kept]
    return candidates[np.argsort(-values, kind="stable")[:n]]


def _bound(row: np.ndarray, n: int) -> float:
    """Return a score that at least n columns reach: the n-th best of the best of each block.

    Each of n blocks holds a column that reaches it, so none of the true n best is below; on many columns few candidates
    are left at the price of one pass.
    """
    blocks = len(row) // BLOCK
    if blocks <= n:
        return -np.inf
    # A block is every `blocks`-th column: their maxima are then taken side by side, which is several times faster.
    peaks = row[: blocks * BLOCK].reshape(BLOCK, blocks).max(axis=0)
    return float(np.partition(peaks, blocks - n)[blocks - n])
