"""Golden queries: made-up people whose recommendations must come out the same before and after a model is saved."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from recommendations.ml.model import Model

PEOPLE = 8
LONGEST_HISTORY = 6
ANSWERS = 20


def golden_queries(model: Model[Any], *, seed: int = 1) -> dict[str, Any]:
    """Return invented histories (nobody's) and what the model answers to them, as JSON knows it."""
    draw = np.random.default_rng(seed)
    queries = []
    for _ in range(PEOPLE if model.n_items else 0):
        size = min(int(draw.integers(1, LONGEST_HISTORY + 1)), model.n_items)
        items = draw.choice(model.n_items, size=size, replace=False)
        weights = draw.choice([1.0, 0.5, -0.5], size=size)
        history = _history(items, weights, model.n_items)
        found, scores = model.recommend(history, ANSWERS)
        queries.append(
            {
                "items": items.tolist(),
                "weights": weights.tolist(),
                "answers": found[0][found[0] >= 0].tolist(),
                "scores": scores[0][found[0] >= 0].tolist(),
            }
        )
    return {"queries": queries}


def disagreement(model: Model[Any], golden: Mapping[str, Any]) -> str:
    """Return what the model answers differently, in a sentence; empty when it answers as it did.

    Scores are compared, not the order, in which two items a hair apart may swap between machines.
    """
    for number, query in enumerate(golden["queries"], start=1):
        history = _history(query["items"], query["weights"], model.n_items)
        found, best = model.recommend(history, ANSWERS)
        expected = np.asarray(query["scores"], dtype=np.float64)
        known = np.asarray(query["answers"], dtype=np.int64)
        again = model.score(history)[0][known]
        best = best[0][found[0] >= 0]
        tolerance = 1e-4 * max(1.0, float(np.abs(expected).max(initial=0)))
        if len(best) != len(expected) or not all(
            np.allclose(scores, expected, rtol=0, atol=tolerance) for scores in (again, best)
        ):
            return f"Golden query {number} of {len(golden['queries'])} is answered differently."
    return ""


def _history(items: Any, weights: Any, n_items: int) -> csr_matrix:
    rows = np.zeros(len(items), dtype=np.int64)
    return csr_matrix((weights, (rows, items)), shape=(1, n_items), dtype=np.float32)
