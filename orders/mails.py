"""E-mails about orders, plain and HTML, from templates/orders/mails/."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from common import audit
from common.letters import send_letter
from orders.models import Order, OrderLine, OrderStatus

WORDS = {
    OrderStatus.PAID: "is paid, and will soon be on its way",
    OrderStatus.SHIPPED: "is on its way",
    OrderStatus.DELIVERED: "has arrived",
    OrderStatus.CANCELLED: "is cancelled",
    OrderStatus.REFUNDED: "is refunded",
}


def confirm(*, order_id: str) -> None:
    """Send the buyer what they ordered and for how much."""
    _send("order_placed", f"Your order at {settings.PROJECT_NAME}", order_id)


def tell_of_step(*, order_id: str, status: OrderStatus) -> None:
    """Tell the buyer that the order has taken a step."""
    words = WORDS[status]
    _send("order_step", f"Your {settings.PROJECT_NAME} order {words.split(',')[0]}", order_id, words=words)


def _send(name: str, subject: str, order_id: str, **context: Any) -> None:
    """Send a letter about an order; one whose buyer has left has nobody to be told."""
    order = (
        Order.objects.with_totals()
        .select_related("user")
        .prefetch_related(Prefetch("lines", queryset=OrderLine.objects.select_related("product")))
        .filter(pk=order_id, user__email__isnull=False)
        .first()
    )
    if order is None or order.user is None:
        return
    context |= {"order": order, "number": str(order.pk)[:8]}
    send_letter(f"orders/mails/{name}", subject=subject, to=str(order.user.email), context=context)
    audit.record(action=f"mail.{name}", actor_id=order.user_id, target=f"order {order.pk}", now=timezone.now())
