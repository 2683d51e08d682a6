"""What is like a product: by what people like together with it, and by its words."""

import uuid

import numpy as np
from scipy.sparse import csr_matrix

from recommendations.ranking import best_rows
from recommendations.registry import Loaded
from recommendations.scoring import Scorer, places
from recommendations.shop import Shop

MOST = 100
# Shares of a blend of two likenesses, each scaled to at most 1.
BEHAVIOUR, WORDS = 0.6, 0.4
# What nothing is known of comes last, the same category first, best liked first.
SAME_CATEGORY = 1e-3


def similar(product_id: uuid.UUID, scorer: Scorer) -> list[uuid.UUID] | None:
    """Return at most 100 products like one on show, best first and without it; None where there is no such one."""
    stall = scorer.shop
    row = stall.row(product_id)
    if row < 0 or not stall.is_active[row]:
        return None
    likeness = np.zeros(len(stall))
    for loaded, share in ((scorer.main, BEHAVIOUR), (scorer.content, WORDS)):
        if loaded is not None:
            likeness += share * _likeness(loaded, stall, row)
    same = stall.categories == stall.categories[row]
    liked = stall.popularity / max(float(stall.popularity.max(initial=0.0)), 1.0)
    likeness += SAME_CATEGORY * same * (1 + liked) + SAME_CATEGORY * 1e-3 * liked
    allowed = stall.on_show.copy()
    allowed[row] = False
    return [stall.ids[other] for other in best_rows(likeness, allowed, MOST)]


def _likeness(loaded: Loaded, stall: Shop, row: int) -> np.ndarray:
    """Return how much liking one product alone speaks for each other, (n,), the best at 1 and nothing below 0."""
    in_shop, in_model = places(loaded, stall)
    item = int(in_model[row])
    likeness = np.zeros(len(stall))
    if item < 0:
        return likeness
    alone = csr_matrix(([1.0], ([0], [item])), shape=(1, len(in_shop)), dtype=np.float32)
    scores = np.maximum(loaded.model.score(alone)[0], 0.0)
    scores[item] = 0.0
    here = in_shop >= 0
    likeness[in_shop[here]] = scores[here]
    best = float(likeness.max(initial=0.0))
    return likeness / best if best > 0 else likeness
