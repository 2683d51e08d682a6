"""What somebody is about to buy. Prices are the products' own, read when they are shown and when they are ordered."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts.models import User
from catalogue.models import Product
from catalogue.services import OutOfStock
from common.errors import Conflict, Invalid, NotFound
from orders.models import MOST_OF_ONE, CartItem

MOST_ITEMS = 100


class NoSuchItem(NotFound):
    """It is not in the cart, or it is somebody else's."""

    detail = "There is no such item in your cart."


class CartFull(Conflict):
    """A cart holds so many different products."""

    error_code = "CART_FULL"
    detail = f"A cart holds {MOST_ITEMS} different products."


def add_to_cart(*, user: User, product_id: uuid.UUID, quantity: int, now: datetime) -> tuple[CartItem, bool]:
    """Put a product into the cart, or more of it; returns the item and whether it is new there.

    Raises Invalid for a product that is not on show and for more than 99 of one, OutOfStock, CartFull.
    """
    product = Product.objects.active().filter(pk=product_id).first()
    if product is None:
        raise Invalid("There is no such product.", loc=("body", "product_id"))
    with transaction.atomic():
        # One change of a cart at a time: what is counted here cannot be outrun by a twin of this request.
        User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        item = CartItem.objects.select_for_update().filter(user=user, product=product).first()
        if item is not None:
            if item.quantity + quantity > MOST_OF_ONE:
                raise Invalid(f"At most {MOST_OF_ONE} of one product.", loc=("body", "quantity"))
            _check_stock(product, item.quantity + quantity)
            item.quantity, item.updated_at, item.product = item.quantity + quantity, now, product
            item.save(update_fields=["quantity", "updated_at"])
            return item, False
        _check_stock(product, quantity)
        if CartItem.objects.filter(user=user).count() >= MOST_ITEMS:
            raise CartFull
        item = CartItem(user=user, product=product, quantity=quantity, created_at=now, updated_at=now)
        item.save(force_insert=True)
        return item, True


def change_quantity(*, user: User, item_id: uuid.UUID, quantity: int, now: datetime) -> CartItem:
    """Want another number of a product; raises NoSuchItem, OutOfStock."""
    item = CartItem.objects.select_related("product").filter(user=user, pk=item_id).first()
    if item is None:
        raise NoSuchItem
    _check_stock(item.product, quantity)
    if not CartItem.objects.filter(pk=item.pk).update(quantity=quantity, updated_at=now):
        raise NoSuchItem
    item.quantity = quantity
    return item


def take_out(*, user: User, item_id: uuid.UUID) -> None:
    """Take a product out of the cart; raises NoSuchItem."""
    deleted, _ = CartItem.objects.filter(user=user, pk=item_id).delete()
    if not deleted:
        raise NoSuchItem


def empty_cart(*, user: User) -> None:
    """Take everything out of the cart."""
    CartItem.objects.filter(user=user).delete()


def _check_stock(product: Product, quantity: int) -> None:
    if product.stock is not None and product.stock < quantity:
        raise OutOfStock(f"There are {product.stock} left of {product.title!r}.")
