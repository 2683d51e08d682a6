"""The gate before a new version may serve: is it any good on days that it has not seen?"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from recommendations.datasets import Dataset
from recommendations.ml.interactions import SECONDS_A_DAY, Interactions
from recommendations.ml.metrics import ndcg_at_k
from recommendations.ml.model import unwatched
from recommendations.ml.models import model_type as class_of
from recommendations.ml.parameters import Parameters
from recommendations.models import ModelType
from recommendations.training import fit

K = 20
WINDOW_DAYS = 28.0
# Of a short history the last quarter is the test.
SHARE = 0.25
LEAST_PEOPLE = 20
MOST_PEOPLE = 2000
# Against the last good version; less is within what a month's change of fashion does.
MOST_LOSS = 0.05
SEED = 7


class Verdict(NamedTuple):
    """Whether a version may serve, why, and what was measured."""

    passes: bool
    words: str
    metrics: dict[str, float]


def judge(
    model_type: str,
    parameters: Parameters,
    dataset: Dataset,
    last_good: float | None,
    progress: Callable[[float], None] = unwatched,
) -> Verdict:
    """Fit a twin on all but the last days and compare it there with popularity and with the last good version.

    NDCG@20 of what people went on to like or buy and had not met before, over at most 2,000 people.
    """
    if model_type == ModelType.CONTENT:
        return Verdict(True, "Reads words; it serves what no other model has met.", {})
    liked = dataset.interactions.liked()
    if not len(liked):
        return Verdict(True, "Nobody has liked anything yet.", {})
    split = _split(liked.times)
    train = dataset.interactions.until(split)
    history, future = train.liked(), liked.since(split)
    people = _people(history, future)
    if len(people) < LEAST_PEOPLE:
        return Verdict(True, f"Only {len(people)} people to judge by.", {"gate_people": float(len(people))})
    twin, _ = fit(model_type, parameters, train, now=split, progress=progress)
    popular = class_of("popularity")().fit(history, now=split)
    mine, plain = (_ndcg(model, train, future, people, split) for model in (twin, popular))
    metrics = {"ndcg@20": mine, "ndcg@20_popularity": plain, "gate_people": float(len(people))}
    if mine < plain:
        return Verdict(False, f"NDCG@20 {mine:.4f} is below popularity's {plain:.4f}.", metrics)
    if last_good is not None and mine < last_good * (1 - MOST_LOSS):
        return Verdict(False, f"NDCG@20 {mine:.4f} is over 5 % below the last good {last_good:.4f}.", metrics)
    return Verdict(True, f"NDCG@20 {mine:.4f} against popularity's {plain:.4f}.", metrics)


def _split(times: np.ndarray) -> float:
    """Return the moment at which the test begins."""
    newest, oldest = float(times.max()), float(times.min())
    return max(newest - WINDOW_DAYS * SECONDS_A_DAY, newest - (newest - oldest) * SHARE)


def _people(history: Interactions, future: Interactions) -> np.ndarray:
    """Return the rows of people with a past and a future, a seeded draw of them where there are many."""
    people = np.intersect1d(history.user_rows, future.user_rows)
    if len(people) > MOST_PEOPLE:
        people = np.sort(np.random.default_rng(SEED).choice(people, MOST_PEOPLE, replace=False))
    return people


def _ndcg(model, train: Interactions, future: Interactions, people: np.ndarray, split: float) -> float:  # type: ignore[no-untyped-def]
    met = train.matrix()[people]
    ranked, _ = model.recommend(model.history(train, now=split)[people], K, exclude=met)
    new = future.matrix()[people]
    new = new - new.multiply(met != 0)
    gains = [
        ndcg_at_k(list_[list_ >= 0], np.unique(new.indices[new.indptr[row] : new.indptr[row + 1]]), K)
        for row, list_ in enumerate(ranked)
    ]
    return round(float(np.nanmean(gains)), 6) if np.isfinite(gains).any() else 0.0
