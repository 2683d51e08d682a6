"""The steps that an order may take, one after the other, and what each brings about."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts.models import User
from catalogue.services import release_stock
from common import audit, outbox
from common.errors import Conflict, NotFound
from orders.models import Order, OrderEvent, OrderLine, OrderStatus
from orders.signals import order_delivered

STEPS: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING: (OrderStatus.PAID, OrderStatus.CANCELLED),
    OrderStatus.PAID: (OrderStatus.SHIPPED, OrderStatus.CANCELLED, OrderStatus.REFUNDED),
    OrderStatus.SHIPPED: (OrderStatus.DELIVERED, OrderStatus.REFUNDED),
    OrderStatus.DELIVERED: (OrderStatus.REFUNDED,),
    OrderStatus.CANCELLED: (),
    OrderStatus.REFUNDED: (),
}
FALLEN_THROUGH = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


class InvalidTransition(Conflict):
    """An order cannot go from where it is to there."""

    error_code = "INVALID_TRANSITION"
    detail = "The order cannot take this step."


class NoSuchOrder(NotFound):
    """There is no such order, or it is somebody else's."""

    detail = "There is no such order."


def cancel_order(*, user: User, order_id: uuid.UUID, now: datetime) -> Order:
    """Cancel one's own order before it is on its way; raises NoSuchOrder, InvalidTransition."""
    if not Order.objects.by(user).filter(pk=order_id).exists():
        raise NoSuchOrder
    return set_order_status(order_id=order_id, status=OrderStatus.CANCELLED, now=now, actor_id=user.pk)


def set_order_status(
    *, order_id: uuid.UUID, status: OrderStatus, now: datetime, actor_id: uuid.UUID | None = None
) -> Order:
    """Take a step; the stock of an order that falls through goes back. Raises NoSuchOrder, InvalidTransition.

    The order's row is held, so that of two steps at once the second is judged by where the first one led.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(pk=order_id).first()
        if order is None:
            raise NoSuchOrder
        former = OrderStatus(order.status)
        if status not in STEPS[former]:
            raise InvalidTransition(f"An order that is {former.label} cannot become {status.label}.")
        order.status = status
        order.save(update_fields=["status"])
        OrderEvent.objects.create(order=order, status=status, at=now)
        if status in FALLEN_THROUGH:
            _give_back(order, now)
        details = {"from": former.value, "to": status.value}
        audit.record(action="order.status_set", actor_id=actor_id, target=f"order {order.pk}", details=details, now=now)
        outbox.put("orders.tell_of_step", {"order_id": str(order.pk), "status": status.value})
        if status == OrderStatus.DELIVERED:
            order_delivered.send(Order, order_id=order.pk, user_id=order.user_id, at=now)
    return order


def _give_back(order: Order, now: datetime) -> None:
    lines = list(OrderLine.objects.filter(order=order, reserved__gt=0))
    release_stock(quantities={line.product_id: line.reserved for line in lines}, now=now)
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(reserved=0)
