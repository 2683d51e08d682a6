"""What people did with recommendations, as the recommender reads it (columns of common.feedback)."""

from typing import Any

from django.db.models import Case, CharField, QuerySet, Value, When

from common.feedback import COLUMNS, Kind
from recommendations.models import Interaction, InteractionType

OF_INTERACTION = {
    InteractionType.VIEW: Kind.VIEWED,
    InteractionType.CLICK: Kind.CLICKED,
    InteractionType.LIKE: Kind.LIKED,
    InteractionType.DISLIKE: Kind.DISLIKED,
    InteractionType.PURCHASE: Kind.BOUGHT,
    InteractionType.DISMISS: Kind.DISMISSED,
}


def interactions() -> QuerySet[Any]:
    """Return every interaction with a recommendation."""
    kind = Case(
        *(When(interaction_type=wire, then=Value(kind.value)) for wire, kind in OF_INTERACTION.items()),
        output_field=CharField(),
    )
    return Interaction.objects.order_by().annotate(kind=kind).values_list(*COLUMNS)
