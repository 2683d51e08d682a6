"""Models made by hand, in service at once: weights that a reader can work with instead of a training."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from catalogue.models import Product
from recommendations.ml.content import Content
from recommendations.ml.ease import Ease, EaseParameters
from recommendations.ml.interactions import IdMap
from recommendations.models import ModelType, ModelVersion, VersionStatus
from recommendations.registry import Loaded, registry


def serve_likes(effects: Mapping[tuple[Product, Product], float], products: Sequence[Product], *, now: datetime) -> Any:
    """Let an EASE serve in which liking one product adds so much to another, and nothing else to anything."""
    items = IdMap([str(product.pk) for product in products])
    rows = {product.pk: row for row, product in enumerate(products)}
    weights = np.zeros((len(items), len(items)), np.float32)
    for (liked, raised), effect in effects.items():
        weights[rows[liked.pk], rows[raised.pk]] = effect
    parameters = EaseParameters(half_life_days=None)
    return _serve(ModelType.EASE, Ease.restore(parameters, {"weights": weights}), items, now)


def serve_words(texts: Mapping[Product, str], *, now: datetime) -> Any:
    """Let a content model serve that has read these words."""
    items = IdMap([str(product.pk) for product in texts])
    return _serve(ModelType.CONTENT, Content().fit_texts(items, list(texts.values())), items, now)


def _serve(model_type: str, model: Any, items: IdMap, now: datetime) -> ModelVersion:
    version = ModelVersion.objects.create(
        model_type=model_type,
        number=1,
        status=VersionStatus.ACTIVE,
        data_until=now,
        data_fingerprint="by hand",
        folder="nowhere",
        n_items=len(items),
        created_at=now,
        activated_at=now,
    )
    # As if it had been loaded from its files; the process remembers it until the test ends.
    registry()._loaded[model_type] = Loaded(version, model, items, now.timestamp())
    return version
