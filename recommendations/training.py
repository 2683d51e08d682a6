"""How each type of model is fitted from the shop's rows."""

from collections.abc import Callable, Mapping
from typing import Any

from common.errors import Invalid
from recommendations.datasets import Dataset, read_texts
from recommendations.ml.ease import MOST_ITEMS
from recommendations.ml.interactions import IdMap, Interactions
from recommendations.ml.model import Model
from recommendations.ml.models import model_type as class_of
from recommendations.ml.parameters import Parameters
from recommendations.models import ALL_TYPES, ModelType


class UnknownModelType(Invalid):
    """There is no such model."""


def types_of(model_type: str) -> list[str]:
    """Return the types that a request means. Raises UnknownModelType."""
    if model_type == ALL_TYPES:
        return list(ModelType.values)
    if model_type not in ModelType.values:
        known = ", ".join([*ModelType.values, ALL_TYPES])
        raise UnknownModelType(f"There is no model {model_type!r}; there are {known}.", loc=("body", "model_type"))
    return [model_type]


def read_parameters(model_type: str, given: Mapping[str, Any]) -> Parameters:
    """Return a type's parameters, defaults where nothing is given. Raises UnknownModelType, Invalid."""
    types_of(model_type)
    if model_type == ALL_TYPES:
        if given:
            raise Invalid("Parameters belong to one type; name it.", loc=("body", "parameters"))
        return Parameters()
    try:
        return class_of(model_type).parameters_type.of(given)
    except (TypeError, ValueError) as problem:
        raise Invalid(f"{model_type}: {problem}", loc=("body", "parameters")) from None


def is_too_large(model_type: str, n_items: int) -> bool:
    """Return whether a shop is beyond a type's reach."""
    return model_type == ModelType.EASE and n_items > MOST_ITEMS


def fit(
    model_type: str,
    parameters: Parameters,
    interactions: Interactions,
    *,
    now: float,
    progress: Callable[[float], None],
) -> tuple[Model[Any], IdMap]:
    """Return a fitted model and the ids behind its rows.

    EASE and trend learn from what was liked alone; for ALS a dislike is a 0 that is meant. Content learns from words.
    """
    kind = class_of(model_type)
    if model_type == ModelType.CONTENT:
        items, texts = read_texts()
        words: Any = kind(parameters)
        return words.fit_texts(items, texts, progress=progress), items
    model = kind(parameters)
    if model_type in (ModelType.EASE, ModelType.TREND):
        interactions = interactions.liked()
    return model.fit(interactions, now=now, progress=progress), interactions.items


def describe(dataset: Dataset) -> dict[str, Any]:
    """Return what a model was made of, as its version and its manifest say it."""
    return {
        "data_since": dataset.since.isoformat() if dataset.since else None,
        "data_until": dataset.until.isoformat(),
        "data_fingerprint": dataset.fingerprint,
        "n_people": len(dataset.interactions.users),
        "n_items": len(dataset.interactions.items),
        "n_events": len(dataset.interactions),
    }
