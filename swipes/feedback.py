"""Swipes and behaviour as the recommender reads them (columns of common.feedback)."""

from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When

from common.feedback import COLUMNS, Kind
from swipes.models import BehaviourEvent, Direction, EventType, Swipe

OF_DIRECTION = {
    Direction.UP: Kind.LOVED,
    Direction.RIGHT: Kind.LIKED,
    Direction.LEFT: Kind.DISLIKED,
    Direction.DOWN: Kind.SKIPPED,
}
OF_EVENT = {
    EventType.VIEW: Kind.VIEWED,
    EventType.CLICK: Kind.CLICKED,
    EventType.ADD_TO_CART: Kind.ADDED_TO_CART,
    EventType.WISHLIST: Kind.WISHED,
    EventType.SHARE: Kind.SHARED,
    EventType.PURCHASE: Kind.BOUGHT,
}


def answers() -> QuerySet[Any]:
    """Return every answer to a card; of several to one product the reader counts the latest."""
    kind = Case(
        When(never_again=True, then=Value(Kind.NEVER_AGAIN.value)),
        *(When(direction=direction, then=Value(kind.value)) for direction, kind in OF_DIRECTION.items()),
        output_field=CharField(),
    )
    return Swipe.objects.order_by().annotate(kind=kind, occurred_at=F("updated_at")).values_list(*COLUMNS)


def behaviour() -> QuerySet[Any]:
    """Return every event about a product."""
    kind = Case(
        *(When(event_type=event_type, then=Value(kind.value)) for event_type, kind in OF_EVENT.items()),
        output_field=CharField(),
    )
    events = BehaviourEvent.objects.filter(event_type__in=OF_EVENT, product__isnull=False)
    return events.order_by().annotate(kind=kind).values_list(*COLUMNS)
