"""Placing an order: prices and stock are the shop's word, and what was agreed is frozen in its lines."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from catalogue.models import Product
from catalogue.services import reserve_stock
from common import audit, outbox
from common.errors import Conflict, Invalid
from orders.models import MOST_OF_ONE, CartItem, Order, OrderEvent, OrderLine, OrderStatus


class CartEmpty(Conflict):
    """There is nothing to order."""

    error_code = "CART_EMPTY"
    detail = "Your cart is empty. Put something in, or name the items."


@dataclasses.dataclass(frozen=True)
class Wanted:
    """So many of a product."""

    product_id: uuid.UUID
    quantity: int


@dataclasses.dataclass(frozen=True)
class Gift:
    """Where an order goes, and what is to be said with it."""

    delivery: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    gift_for: str = ""
    gift_message: str = ""


def place_order(*, user: User, items: Sequence[Wanted] | None, gift: Gift, now: datetime) -> Order:
    """Order these products, or without any what is in the cart, which is empty then.

    All or nothing: the stock is taken, the prices are frozen and a letter to the buyer is on its way, or nothing of it
    has happened. Raises CartEmpty, OutOfStock, Invalid for unknown products, repeated ones and mixed currencies.
    """
    with transaction.atomic():
        if items is not None:
            _check(items)
        wanted = _from_cart(user) if items is None else items
        if not wanted:
            raise CartEmpty
        quantities = {one.product_id: one.quantity for one in wanted}
        taken = reserve_stock(quantities=quantities, now=now)
        products = Product.objects.in_bulk(list(quantities))
        currencies = {product.currency for product in products.values()}
        if len(currencies) > 1:
            raise Invalid(f"One order takes one currency, and here are {', '.join(sorted(currencies))}.")
        order = Order(
            user=user,
            status=OrderStatus.PENDING,
            currency=currencies.pop(),
            placed_at=now,
            delivery=dict(gift.delivery),
            gift_for=gift.gift_for,
            gift_message=gift.gift_message,
        )
        order.save(force_insert=True)
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                ordinal=ordinal,
                product=products[one.product_id],
                quantity=one.quantity,
                unit_price=products[one.product_id].price,
                currency=order.currency,
                reserved=taken[one.product_id],
            )
            for ordinal, one in enumerate(wanted, start=1)
        )
        OrderEvent.objects.create(order=order, status=order.status, at=now)
        audit.record(action="order.placed", actor_id=user.pk, target=f"order {order.pk}", now=now)
        outbox.put("orders.confirm", {"order_id": str(order.pk)})
    return order


def _from_cart(user: User) -> list[Wanted]:
    """Take everything out of the cart; of two orders of one cart at once, the second finds it empty."""
    items = list(CartItem.objects.select_for_update().filter(user=user))
    kept = {item.pk: item for item in items}
    CartItem.objects.filter(pk__in=kept).delete()
    return [Wanted(item.product_id, item.quantity) for item in items]


def _check(named: Sequence[Wanted]) -> None:
    """Look at items that were named by hand; what is in a cart was looked at when it was put in."""
    ids = [one.product_id for one in named]
    known = set(Product.objects.active().filter(pk__in=ids).values_list("pk", flat=True))
    for place, one in enumerate(named):
        if one.product_id in ids[:place]:
            raise Invalid("A product may be named once.", loc=("body", "items", place, "product_id"))
        if one.product_id not in known:
            raise Invalid("There is no such product.", loc=("body", "items", place, "product_id"))
        if not 1 <= one.quantity <= MOST_OF_ONE:
            raise Invalid(f"From 1 to {MOST_OF_ONE}.", loc=("body", "items", place, "quantity"))
