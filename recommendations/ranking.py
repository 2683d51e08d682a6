"""Rows of the shop in order."""

import numpy as np


def best_rows(values: np.ndarray, allowed: np.ndarray, n: int) -> np.ndarray:
    """Return the n allowed rows with the highest finite values, best first, equal ones in the order of their rows.

    >>> best_rows(np.array([1.0, 3.0, 3.0, -np.inf]), np.array([True, True, True, True]), n=2).tolist()
    [1, 2]
    """
    able = np.flatnonzero(allowed & np.isfinite(values))
    if len(able) > n > 0:
        bound = np.partition(values[able], len(able) - n)[len(able) - n]
        able = able[values[able] >= bound]
    return able[np.argsort(-values[able], kind="stable")][:n]


def known(rows: np.ndarray) -> np.ndarray:
    """Return the rows without those of products that are not here (-1)."""
    return rows[rows >= 0]
