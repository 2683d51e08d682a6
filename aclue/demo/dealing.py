"""Deal products to many hands at once."""

import numpy as np

NEVER = -np.inf


def deal(logits: np.ndarray, counts: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw products without replacement, a product's chance growing with the exponential of its logit.

    Adding Gumbel noise and keeping the largest is exactly such a draw (Vieira, 2014), and needs no loop over hands.

    Args:
        logits: (n_hands, n_products); `NEVER` where a product may not be dealt. Overwritten.
        counts: (n_hands,) how many products each hand wants.
    Returns: (hand, product), both (n_dealt,): hands in order, each hand's products in the order they were dealt.
    """
    most = int(min(counts.max(initial=0), logits.shape[1]))
    if most == 0:
        return np.empty(0, dtype=int), np.empty(0, dtype=int)
    logits += -np.log(-np.log(rng.random(logits.shape, dtype=np.float32) * 0.999998 + 1e-6))
    best = np.argpartition(-logits, most - 1, axis=1)[:, :most]
    scores = np.take_along_axis(logits, best, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    best, scores = np.take_along_axis(best, order, axis=1), np.take_along_axis(scores, order, axis=1)
    hand, place = np.nonzero((np.arange(most)[None, :] < counts[:, None]) & (scores > NEVER))
    return hand, best[hand, place]


def rounds(owners: np.ndarray) -> list[np.ndarray]:
    """Return the places in `owners`, sorted by owner, of everybody's first hand, then of everybody's second, and so on.

    >>> [places.tolist() for places in rounds(np.array([0, 0, 1, 2, 2, 2]))]
    [[0, 2, 3], [1, 4], [5]]
    """
    ordinals = ordinals_of(owners)
    by_round = np.argsort(ordinals, kind="stable")
    return np.split(by_round, np.cumsum(np.bincount(ordinals))[:-1]) if len(owners) else []


def ordinals_of(owners: np.ndarray) -> np.ndarray:
    """Return each entry's place among those of its owner, from 0; `owners` is sorted.

    >>> ordinals_of(np.array([4, 4, 7])).tolist()
    [0, 1, 0]
    """
    starts = np.searchsorted(owners, owners, side="left")
    ordinals: np.ndarray = np.arange(len(owners)) - starts
    return ordinals
