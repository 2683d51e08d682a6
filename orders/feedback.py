"""What was bought, as the recommender reads it (columns of common.feedback)."""

from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from common.feedback import COLUMNS, Kind
from orders.models import OrderLine, OrderStatus

UNDONE = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


def purchases() -> QuerySet[Any]:
    """Return every line of an order that stands and whose buyer is known."""
    lines = OrderLine.objects.filter(order__user__isnull=False).exclude(order__status__in=UNDONE)
    return (
        lines.order_by()
        .annotate(
            user_id=F("order__user_id"),
            occurred_at=F("order__placed_at"),
            kind=Value(Kind.BOUGHT.value, output_field=CharField()),
        )
        .values_list(*COLUMNS)
    )
