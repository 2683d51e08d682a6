"""The one protocol by which models are compared: learn from the past, recommend among all items, look what came."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from recommendations.ml import metrics
from recommendations.ml.model import Model
from recommendations.ml.settings import DISCOVERY, PAIRS, REORDER, models_for
from recommendations.ml.split import TEST_DAYS, Split, split_pairs, split_transactions

K = 20
# The models that may serve alone; the others are what they are compared with.
SERVABLE = ("trend", "ease", "als")
DIGITS = 6
Watch = Callable[[str, float], None]


def unwatched(stage: str, share: float) -> None:
    """Let progress pass unseen."""


class Question(NamedTuple):
    """Whom to recommend to, what they should have got and what must not be offered."""

    people: np.ndarray
    relevant: csr_matrix
    exclude: csr_matrix | None


def evaluate_transactions(
    frame: Any,
    *,
    task: str = DISCOVERY,
    data: str = "",
    parameters: Mapping[str, Any] | None = None,
    models: Sequence[str] | None = None,
    days: int = TEST_DAYS,
    windows_back: int = 0,
    progress: Watch = unwatched,
) -> dict[str, Any]:
    """Compare models on a shop's sales, in time.

    Discovery: relevant is what was bought in the window and never before, and what was bought before is not offered.
    Reorder: relevant is all that was bought in the window, and everything is offered. People without anything relevant
    are not asked.

    Args:
        frame: sales of products as `split_transactions` takes them.
        task: "discovery" or "reorder".
        data: the name of the data, for the answer.
        parameters: changes to the task's parameters, `{"als.factors": 32}`.
        models: which models, instead of the task's own.
        days, windows_back: as `split_transactions` takes them.
        progress: called with a stage in words and the share of all that is done.
    Returns: the answer as JSON knows it: data, task, people, items, protocol, models (each with name, parameters, its
        metrics at 20, a 95 % interval of NDCG over people, CPU seconds of training and people per CPU second), the name
        of the model that serves, and seconds.
    Raises: ValueError for an unknown task, model or parameter, a value out of range, or data with nothing to judge by.
    """
    if task not in (DISCOVERY, REORDER):
        raise ValueError(f"There is no task {task!r} for transactions; there are {DISCOVERY}, {REORDER}.")
    started = time.perf_counter()
    split = split_transactions(frame, days=days, windows_back=windows_back)
    wanted = (
        "relevant: bought in the window and never before; train items masked"
        if task == DISCOVERY
        else "relevant: anything bought in the window; nothing masked"
    )
    protocol = f"train before {split.words()[:10]}, test {split.words()}; {wanted}; full ranking; people of train"
    answer = _compare(split, task, parameters or {}, models, progress)
    return {"data": data, "task": task, **_measured(answer, protocol, started)}


def evaluate_pairs(
    train: csr_matrix,
    test: csr_matrix,
    *,
    data: str = "",
    parameters: Mapping[str, Any] | None = None,
    models: Sequence[str] | None = None,
    progress: Watch = unwatched,
) -> dict[str, Any]:
    """Compare models on a ready split of people × items, as LightGCN (He et al., SIGIR 2020) and its successors do.

    Full ranking over all items without those of train; the mean is over people with test items. Takes and returns what
    `evaluate_transactions` does. Raises: ValueError as it does, and when the shapes differ.
    """
    started = time.perf_counter()
    split = split_pairs(train, test)
    protocol = "given split; relevant: all test items; train items masked; full ranking; people with test items"
    answer = _compare(split, PAIRS, parameters or {}, models, progress)
    return {"data": data, "task": PAIRS, **_measured(answer, protocol, started)}


def question_of(split: Split, task: str) -> Question:
    """Return what is asked on a task."""
    relevant = split.new if task == DISCOVERY else split.relevant
    people = np.flatnonzero(np.diff(relevant.indptr))
    return Question(people, relevant[people], None if task == REORDER else split.seen[people])


def judge(model: Model[Any], history: csr_matrix, question: Question, k: int = K) -> dict[str, Any]:
    """Return a fitted model's metrics on people with these histories (in the order of the question's people)."""
    started = time.process_time()
    ranked, _ = model.recommend(history, k, exclude=question.exclude)
    spent = time.process_time() - started
    found, sizes = metrics.hits(ranked, question.relevant), np.diff(question.relevant.indptr)
    gains = metrics.ndcg(found, sizes)
    return {
        f"recall@{k}": _rounded(metrics.recall(found, sizes).mean()),
        f"ndcg@{k}": _rounded(gains.mean()),
        f"hit_rate@{k}": _rounded(metrics.hit_rate(found, sizes).mean()),
        f"coverage@{k}": _rounded(metrics.coverage(ranked, model.n_items)),
        f"ci_ndcg@{k}": [_rounded(bound) for bound in metrics.bootstrap_interval(gains)],
        "people_per_cpu_second": round(len(ranked) / max(spent, 1e-9), 1),
    }


def served_of(models: Sequence[Mapping[str, Any]], k: int = K) -> str:
    """Return which of the compared models serves: of those that may, the one with the best NDCG; empty without any.

    That is the gate's own rule, which compares on the last days too.
    """
    able = [row for row in models if row["name"] in SERVABLE]
    return str(max(able, key=lambda row: row[f"ndcg@{k}"])["name"]) if able else ""


class _Answer(NamedTuple):
    people: int
    items: int
    models: list[dict[str, Any]]


def _compare(
    split: Split, task: str, parameters: Mapping[str, Any], names: Sequence[str] | None, progress: Watch
) -> _Answer:
    items = split.train.items
    models = models_for(task, dict(zip(items.ids, split.texts, strict=False)), parameters, names)
    question = question_of(split, task)
    if not len(question.people):
        raise ValueError("Nobody of train has anything relevant in the test: there is nothing to judge by.")
    now = None if task == PAIRS else split.start
    rows = []
    for number, model in enumerate(models):
        stage = f"{model.name}, {number + 1} of {len(models)}"

        def watch(share: float, stage: str = stage, number: int = number) -> None:
            progress(stage, (number + 0.8 * share) / len(models))

        started = time.process_time()
        model.fit(split.train, now=now, progress=watch)
        spent = time.process_time() - started
        history = model.history(split.train, now=now)[question.people]
        judged = judge(model, history, question)
        people_a_second = judged.pop("people_per_cpu_second")
        rows.append(
            {
                "name": model.name,
                "parameters": model.parameters.as_dict(),
                **judged,
                "train_cpu_seconds": round(spent, 3),
                "people_per_cpu_second": people_a_second,
            }
        )
        progress(stage, (number + 1) / len(models))
    return _Answer(len(question.people), len(items), rows)


def _measured(answer: _Answer, protocol: str, started: float) -> dict[str, Any]:
    return {
        "people": answer.people,
        "items": answer.items,
        "protocol": protocol,
        "models": answer.models,
        "served": served_of(answer.models),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _rounded(value: float) -> float:
    return round(float(value), DIGITS)
