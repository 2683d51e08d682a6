"""The models there are, by name; each is imported when it is asked for.

A web process that serves EASE should not pay for the libraries that learn ALS and words.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from recommendations.ml.model import Model

_HOMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "popularity": ("recommendations.ml.popularity", "Popularity"),
        "frequency": ("recommendations.ml.frequency", "Frequency"),
        "ease": ("recommendations.ml.ease", "Ease"),
        "als": ("recommendations.ml.als", "Als"),
        "bm25": ("recommendations.ml.item_knn", "ItemKnn"),
        "content": ("recommendations.ml.content", "Content"),
        "trend": ("recommendations.ml.trend", "Trend"),
    }
)
NAMES = tuple(_HOMES)


def model_type(name: str) -> type[Model[Any]]:
    """Return the class of a model by its name; raises ValueError for one that there is not."""
    if name not in _HOMES:
        raise ValueError(f"There is no model {name!r}; there are {', '.join(NAMES)}.")
    module, found = _HOMES[name]
    return getattr(import_module(module), found)
