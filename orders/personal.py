"""What orders keep about people."""

import uuid
from datetime import datetime

from common.personal import Exported, PersonalTables, rows_of, shown
from orders.models import CartItem, Order, OrderEvent, OrderLine


class Buying(PersonalTables):
    """What somebody bought, or is about to. Erasing the buyer leaves the order, without them: the money was paid."""

    tables = {"orders": Order, "cart": CartItem}

    def export(self, user_id: uuid.UUID) -> Exported:
        """Return the cart, and the orders with their lines and steps."""
        of_orders = {
            name: shown(model.objects.filter(order__in=rows_of(Order, user_id)))
            for name, model in (("order_lines", OrderLine), ("order_steps", OrderEvent))
        }
        return super().export(user_id) | of_orders

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """Empty the cart, and make the orders nobody's: what was written on the parcel goes too."""
        rows_of(CartItem, user_id).delete()
        rows_of(Order, user_id).update(user=None, delivery={}, gift_for="", gift_message="")

    def merge(self, guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
        """Move the orders."""
        rows_of(Order, guest_id).update(user=user_id)
