"""What orders keep about people."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from common.personal import Exported, PersonalTables, Row, rows_of, shown
from orders.models import Order, OrderLine


class Buying(PersonalTables):
    """What somebody bought. Erasing the buyer leaves the order, without them: the money was paid."""

    tables = {"orders": Order}

    def export(self, user_id: uuid.UUID) -> Exported:
        """Return the orders and their lines."""
        return super().export(user_id) | {"order_lines": self._lines(user_id)}

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """Make the orders nobody's."""
        rows_of(Order, user_id).update(user=None)

    def merge(self, guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
        """Move the orders."""
        rows_of(Order, guest_id).update(user=user_id)

    @staticmethod
    def _lines(user_id: uuid.UUID) -> Iterator[Row]:
        return shown(OrderLine.objects.filter(order__in=rows_of(Order, user_id)))
