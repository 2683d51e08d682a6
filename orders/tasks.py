"""What orders do after a commit."""

from common.outbox import consumer
from orders import mails
from orders.models import OrderStatus


@consumer("orders.confirm")
def confirm(order_id: str) -> None:
    """Send the buyer what they ordered."""
    mails.confirm(order_id=order_id)


@consumer("orders.tell_of_step")
def tell_of_step(order_id: str, status: str) -> None:
    """Tell the buyer how far their order is."""
    mails.tell_of_step(order_id=order_id, status=OrderStatus(status))
