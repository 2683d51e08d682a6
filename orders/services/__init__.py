"""Every write to carts and orders, one module a concern."""

from orders.services.buying import CartEmpty, Gift, Wanted, place_order
from orders.services.cart import CartFull, NoSuchItem, add_to_cart, change_quantity, empty_cart, take_out
from orders.services.imports import LineToImport, OrderTaken, OrderToImport, complete_orders, import_orders
from orders.services.steps import STEPS, InvalidTransition, NoSuchOrder, cancel_order, set_order_status

__all__ = [
    "STEPS",
    "CartEmpty",
    "CartFull",
    "Gift",
    "InvalidTransition",
    "LineToImport",
    "NoSuchItem",
    "NoSuchOrder",
    "OrderTaken",
    "OrderToImport",
    "Wanted",
    "add_to_cart",
    "cancel_order",
    "change_quantity",
    "complete_orders",
    "empty_cart",
    "import_orders",
    "place_order",
    "set_order_status",
    "take_out",
]
