"""Which models are compared on which task, with which parameters, and how a caller changes them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from recommendations.ml.model import Model
from recommendations.ml.models import NAMES, model_type
from recommendations.ml.parameters import Parameters

DISCOVERY, REORDER, PAIRS = "discovery", "reorder", "pairs"
TASKS = (DISCOVERY, REORDER, PAIRS)

COMPARED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        DISCOVERY: ("popularity", "frequency", "content", "bm25", "als", "ease", "trend"),
        REORDER: ("popularity", "frequency", "content", "bm25", "als", "ease", "trend"),
        PAIRS: ("popularity", "bm25", "als"),
    }
)
# The models' own defaults are for discovery. Where the same things are bought again every purchase counts, and for
# longer; and as nothing is as like a thing as itself, the neighbours of neighbours stay unasked. All were chosen on the
# windows before the one that judges. Sets of pairs have no days to choose on: they get what is usual for large ones.
CHOSEN: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        DISCOVERY: {},
        REORDER: {
            "content.repeats": "sum",
            "bm25.repeats": "sum",
            "bm25.half_life_days": 120.0,
            "als.repeats": "sum",
            "als.half_life_days": 120.0,
            "als.factors": 128,
            "ease.repeats": "sum",
            "ease.half_life_days": 180.0,
            "ease.regularization": 20.0,
            "trend.repeats": "sum",
            "trend.half_life_days": 120.0,
            "trend.power": 0.2,
            "trend.trust": 1.0,
            "trend.reach": 1.0,
        },
        PAIRS: {
            "bm25.k": 100,
            "als.factors": 256,
            "als.regularization": 60.0,
            "als.alpha": 20.0,
            "als.iterations": 12,
        },
    }
)


def models_for(
    task: str, texts: Mapping[str, str], overrides: Mapping[str, Any], names: Sequence[str] | None = None
) -> list[Model[Any]]:
    """Return the unfitted models of a task.

    Args:
        task: "discovery", "reorder" or "pairs".
        texts: what is written on items, by id; without any there is no content model.
        overrides: parameters by model and name, `{"als.factors": 32}`.
        names: which models, instead of the task's own.
    Raises: ValueError for a task, a model or a parameter that there is not, or a value out of range.
    """
    if task not in TASKS:
        raise ValueError(f"There is no task {task!r}; there are {', '.join(TASKS)}.")
    parameters = parameters_for(task, overrides)
    models: list[Model[Any]] = []
    for name in COMPARED[task] if names is None else names:
        kind = model_type(name)
        if name != "content":
            models.append(kind(parameters[name]))
        elif texts:
            models.append(kind(parameters[name], texts=texts))  # type: ignore[call-arg]
    return models


def parameters_for(task: str, overrides: Mapping[str, Any]) -> dict[str, Parameters]:
    """Return every model's parameters for a task; raises ValueError as `models_for` does."""
    told: dict[str, dict[str, Any]] = {name: {} for name in NAMES}
    for path, value in {**CHOSEN[task], **overrides}.items():
        model, dot, name = path.partition(".")
        if not dot or model not in told:
            raise ValueError(f"{path!r} is no parameter; write model.name, with a model of {', '.join(NAMES)}.")
        told[model][name] = value
    found = {}
    for model, values in told.items():
        try:
            found[model] = model_type(model).parameters_type.of(values)
        except ValueError as problem:
            raise ValueError(f"{model}: {problem}") from None
    return found
