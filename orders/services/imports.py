"""Orders from elsewhere, brought in whole or line by line."""

import dataclasses
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from common import audit
from common.errors import Conflict
from orders.models import Order, OrderLine, OrderStatus

BATCH = 1000


class OrderTaken(Conflict):
    """An order of this reference is somebody else's, or was written by somebody else at this moment."""

    error_code = "ORDER_EXISTS"
    detail = "An order of this reference is there already."


@dataclasses.dataclass(frozen=True, slots=True)
class LineToImport:
    """One line of an order from elsewhere; without an ordinal, its place is the one it is given at."""

    product_id: uuid.UUID
    quantity: int
    unit_price: Decimal
    ordinal: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class OrderToImport:
    """An order from elsewhere, known by its reference there."""

    external_reference: str
    user_id: uuid.UUID | None
    placed_at: datetime
    status: OrderStatus
    currency: str
    lines: Sequence[LineToImport]


def import_orders(*, orders: Sequence[OrderToImport]) -> int:
    """Bring orders in, all or none, leaving out those that are here already; returns how many are new."""
    with transaction.atomic():
        known = _known([order.external_reference for order in orders])
        new = [order for order in orders if order.external_reference not in known]
        _add_lines(_add_orders(new), new)
    return len(new)


def complete_orders(
    *, orders: Sequence[OrderToImport], now: datetime, actor_id: uuid.UUID | None = None
) -> tuple[int, int]:
    """Bring orders in, and the missing lines of those that are here already; what is here stays as it is.

    All or none; returns how many orders and how many lines are new. Raises OrderTaken for an order of somebody else.
    """
    try:
        with transaction.atomic():
            rows = _known([order.external_reference for order in orders])
            for order in orders:
                row = rows.get(order.external_reference)
                # An order without its buyer was theirs: erasing a person leaves their orders.
                if row is not None and row.user_id not in {None, order.user_id}:
                    raise OrderTaken(f"The order {order.external_reference!r} is there already and somebody else's.")
            new = [order for order in orders if order.external_reference not in rows]
            begun = [order for order in orders if order.external_reference in rows]
            n_lines = _add_lines(_add_orders(new), new) + _add_lines(rows, begun)
            if new or n_lines:
                details = {"orders": len(new), "lines": n_lines}
                audit.record(action="order.imported", actor_id=actor_id, details=details, now=now)
    except IntegrityError:
        raise OrderTaken(
            "Somebody else is importing the same orders now; run this once more when they are done."
        ) from None
    return len(new), n_lines


def _known(references: Sequence[str]) -> dict[str, Order]:
    """Return the orders that are here already, by their reference."""
    return {
        str(order.external_reference): order
        for batch in _batched(references)
        for order in Order.objects.filter(external_reference__in=batch).order_by()
    }


def _add_orders(orders: Sequence[OrderToImport]) -> dict[str, Order]:
    """Write orders, without their lines; returns the rows by reference."""
    rows = [
        Order(
            user_id=order.user_id,
            external_reference=order.external_reference,
            status=order.status,
            currency=order.currency,
            placed_at=order.placed_at,
        )
        for order in orders
    ]
    Order.objects.bulk_create(rows, batch_size=BATCH)
    return {str(row.external_reference): row for row in rows}


def _add_lines(rows: dict[str, Order], orders: Sequence[OrderToImport]) -> int:
    """Write those lines of orders that are not here yet; returns how many."""
    keys = [rows[order.external_reference].pk for order in orders]
    there: set[tuple[uuid.UUID, int]] = {
        place
        for batch in _batched(keys)
        for place in OrderLine.objects.filter(order__in=batch).order_by().values_list("order_id", "ordinal")
    }
    lines = [
        OrderLine(
            order_id=key,
            ordinal=ordinal,
            product_id=line.product_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            currency=order.currency,
        )
        for key, order in zip(keys, orders, strict=True)
        for place, line in enumerate(order.lines, start=1)
        if (key, (ordinal := line.ordinal or place)) not in there
    ]
    OrderLine.objects.bulk_create(lines, batch_size=BATCH)
    return len(lines)


def _batched(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
