"""Variety: a list whose items are good and not all alike."""

import numpy as np
from scipy.sparse import csr_matrix


def diverse(scores: np.ndarray, vectors: csr_matrix, *, n: int, diversity: float) -> np.ndarray:
    """Return the order in which to show candidates so that each adds something to those before it.

    Maximal marginal relevance (Carbonell and Goldstein, 1998): the next one maximises
    (1 - diversity) x score - diversity x likeness to the most alike one already chosen, scores scaled to [0, 1].

    Args:
        scores: (m,) of the candidates, finite.
        vectors: (m, d) sparse rows of length 1 (or 0 for one without words).
        n: how many to choose.
        diversity: 0 keeps the order of the scores, 1 looks at likeness alone.
    Returns: (min(n, m),) positions of candidates, in the order to show them.
    Raises: ValueError if diversity is outside [0, 1].

    >>> alike = csr_matrix([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> diverse(np.array([3.0, 2.9, 1.0]), alike, n=2, diversity=0.5).tolist()
    [0, 2]
    """
    if not 0 <= diversity <= 1:
        raise ValueError(f"Diversity lies between 0 and 1, not at {diversity}.")
    m = len(scores)
    if not m:
        return np.zeros(0, int)
    spread = float(scores.max() - scores.min())
    worth = (scores - scores.min()) / spread if spread > 0 else np.zeros(m)
    alike = (vectors @ vectors.T).toarray()
    likeness = np.zeros(m)
    left = np.ones(m, bool)
    order = np.zeros(min(n, m), int)
    for place in range(len(order)):
        gain = np.where(left, (1 - diversity) * worth - diversity * likeness, -np.inf)
        order[place] = chosen = int(np.argmax(gain))
        left[chosen] = False
        likeness = np.maximum(likeness, alike[chosen])
    return order
