"""What people do with recommendations."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from catalogue.models import Product
from common.errors import NotFound
from recommendations.ids import RecommendationId
from recommendations.models import Interaction, InteractionType


class ProductHasLeft(NotFound):
    """What was recommended is not sold any more."""

    detail = "The product has left the shop."


def record_interaction(
    *, user: User, recommendation: RecommendationId, interaction_type: InteractionType, now: datetime
) -> Interaction:
    """Write down what somebody did with a recommended product. Raises ProductHasLeft."""
    with transaction.atomic():
        if not Product.objects.active().filter(pk=recommendation.product_id).exists():
            raise ProductHasLeft
        return Interaction.objects.create(
            user=user,
            product_id=recommendation.product_id,
            interaction_type=interaction_type,
            answer_id=recommendation.answer_id,
            rank=recommendation.rank,
            policy=recommendation.policy,
            occurred_at=now,
        )
