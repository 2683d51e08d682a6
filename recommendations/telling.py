"""An answer as clients get it: products read afresh, what no longer suits left out, what is shown noted."""

import uuid
from datetime import datetime
from typing import Any

from accounts.models import User
from catalogue.reads import products_by_id
from catalogue.shelves import shelves
from recommendations.answers import Answer, Asked
from recommendations.ids import RecommendationId
from recommendations.shop import Wishes
from swipes.impressions import note_shown
from swipes.services import Shown


def tell(
    user: User,
    answer: Answer,
    asked: Asked,
    *,
    now: datetime,
    placement: str,
    surface: str,
    explain: bool = True,
    page: slice = slice(None),
) -> dict[str, Any]:
    """Return the body of an answer and have its impression written down: of a `page` of it where that is all one sees.

    An answer that shows nothing leaves no impression.
    """
    answer_id = uuid.uuid4()
    # Without a model it is what is popular, be it made now or kept.
    policy = answer.model_version or "popular"
    fresh = {product["id"]: product for product in products_by_id([one.product_id for one in answer.chosen])}
    told: list[dict[str, Any]] = []
    for one in answer.chosen:
        product = fresh.get(str(one.product_id))
        if len(told) == asked.limit:
            break
        if product is None or not still_suits(product, asked.wishes):
            continue
        rank = len(told) + 1
        told.append(
            {
                "id": RecommendationId(answer_id, rank, one.product_id, policy).sign(user.pk),
                "type": "product",
                "rank": rank,
                "score": one.score,
                "product": product,
                "reason": one.reason if explain else None,
                "sources": list(one.sources),
            }
        )
    if shown := told[page]:
        note_shown(
            Shown(
                id=answer_id,
                user_id=user.pk,
                surface=surface,
                placement=placement,
                policy=policy,
                model_version=answer.model_version,
                products=[uuid.UUID(one["product"]["id"]) for one in shown],
                propensities=[1.0] * len(shown),
                shown_at=now,
            )
        )
    return {
        "recommendations": told,
        "model_version": answer.model_version or None,
        "generated_at": now,
        "strategy": answer.strategy,
        "placement": placement,
    }


def still_suits(product: dict[str, Any], wishes: Wishes) -> bool:
    """Return whether a product, as it was read just now, is in stock and within the wishes.

    What a process keeps of the shop may be a second old; filters are hard all the same.
    """
    return (
        product["in_stock"]
        and (wishes.price_min is None or product["price"] >= wishes.price_min)
        and (wishes.price_max is None or product["price"] <= wishes.price_max)
        and (not wishes.category or _is_within(product["category_id"], wishes.category))
    )


def _is_within(category_id: str, wanted: str) -> bool:
    shelf = shelves().find(wanted)
    return shelf is not None and uuid.UUID(str(category_id)) in shelf.within
