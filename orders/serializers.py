"""Carts and orders on the wire."""

from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from common.schema import shown_as
from orders.models import MOST_OF_ONE, CartItem, Order, OrderEvent, OrderLine, OrderStatus

STATUSES = [(choice.label, choice.label) for choice in OrderStatus]
SCARF = "9b1d7c52-0f7e-4a35-8c1b-2d6f1e0a4b77"
ITEM = {
    "id": "5f0d3a8e-6a1c-4c0f-9a44-0d6f4f3f8a21",
    "product_id": SCARF,
    "title": "Silk scarf",
    "quantity": 2,
    "unit_price": 42.5,
    "currency": "GBP",
    "line_total": 85.0,
    "is_available": True,
}
DELIVERY = {
    "name": "Dora Day",
    "line1": "7 Larkfield Road",
    "city": "Bath",
    "postcode": "BA1 1AA",
    "country": "GB",
}
MOST_LINES = 100


@shown_as(ITEM)
class CartItemSerializer(serializers.ModelSerializer[CartItem]):
    """A product in the cart, at its present price."""

    title = serializers.CharField(source="product.title")
    unit_price = serializers.DecimalField(10, 2, source="product.price")
    currency = serializers.CharField(source="product.currency")
    line_total = serializers.SerializerMethodField()
    is_available = serializers.SerializerMethodField(help_text="Whether so many can be ordered now.")

    class Meta:
        model = CartItem
        fields = (
            "id",
            "product_id",
            "title",
            "quantity",
            "unit_price",
            "currency",
            "line_total",
            "is_available",
        )
        read_only_fields = fields

    def get_line_total(self, item: CartItem) -> float:
        """So many times the price."""
        return float(item.quantity * item.product.price)

    def get_is_available(self, item: CartItem) -> bool:
        """On show, and enough of it."""
        return item.is_available()


@shown_as({"items": [ITEM], "n_items": 2, "totals": {"GBP": 85.0}})
class CartSerializer(serializers.Serializer[Any]):
    """Everything in the cart."""

    items = CartItemSerializer(many=True)
    n_items = serializers.IntegerField(help_text="All quantities together.")
    totals = serializers.DictField(child=serializers.FloatField(), help_text="By currency; an order takes one.")


@shown_as({"product_id": SCARF, "quantity": 2})
class CartItemWriteSerializer(serializers.Serializer[Any]):
    """A product to be put into the cart."""

    product_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_ONE, default=1)


@shown_as({"quantity": 3})
class QuantitySerializer(serializers.Serializer[Any]):
    """How many are wanted."""

    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_ONE)


class WantedSerializer(serializers.Serializer[Any]):
    """So many of a product."""

    product_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_ONE)


class DeliverySerializer(serializers.Serializer[Any]):
    """Where the parcel goes."""

    name = serializers.CharField(max_length=200)
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100)
    region = serializers.CharField(max_length=100, required=False, allow_blank=True)
    postcode = serializers.CharField(max_length=20, required=False, allow_blank=True)
    country = serializers.CharField(
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}\Z", "Two capital letters, as GB or DE.")],
        help_text="ISO 3166: two capital letters.",
    )


@shown_as(
    {"delivery": DELIVERY, "gift_for": "Dora", "gift_message": "Happy birthday!"},
    {"items": [{"product_id": SCARF, "quantity": 2}], "delivery": DELIVERY},
)
class OrderWriteSerializer(serializers.Serializer[Any]):
    """An order to be placed; without items it is what is in the cart."""

    items = WantedSerializer(many=True, required=False, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    delivery = DeliverySerializer(required=False)
    gift_for = serializers.CharField(max_length=100, required=False, allow_blank=True)
    gift_message = serializers.CharField(max_length=1000, required=False, allow_blank=True)


@shown_as({"status": "paid"})
class StatusSerializer(serializers.Serializer[Any]):
    """The step to be taken."""

    status = serializers.ChoiceField(STATUSES)


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    """One line."""

    product_id = serializers.UUIDField()
    title = serializers.CharField(source="product.title")

    class Meta:
        model = OrderLine
        fields = ("ordinal", "product_id", "title", "quantity", "unit_price", "currency")
        read_only_fields = fields


class OrderEventSerializer(serializers.ModelSerializer[OrderEvent]):
    """A step that was taken."""

    status = serializers.ChoiceField(STATUSES, source="get_status_display")

    class Meta:
        model = OrderEvent
        fields = ("status", "at")
        read_only_fields = fields


@shown_as(
    {
        "id": "1c9e6a4d-2b7f-4e83-9d15-7a0b3c5d8e21",
        "external_reference": "536365",
        "status": "paid",
        "currency": "GBP",
        "total": 97.5,
        "placed_at": "2026-11-20T09:30:00.000000Z",
        "delivery": DELIVERY,
        "gift_for": "Dora",
        "gift_message": "Happy birthday!",
        "lines": [
            {
                "ordinal": 1,
                "product_id": SCARF,
                "title": "Silk scarf",
                "quantity": 2,
                "unit_price": 42.5,
                "currency": "GBP",
            },
            {
                "ordinal": 2,
                "product_id": "e4d3c2b1-a098-4765-8432-10fedcba9876",
                "title": "Speckled mug",
                "quantity": 1,
                "unit_price": 12.5,
                "currency": "GBP",
            },
        ],
        "events": [
            {"status": "pending", "at": "2026-11-20T09:30:00.000000Z"},
            {"status": "paid", "at": "2026-11-20T09:31:12.000000Z"},
        ],
    }
)
class OrderSerializer(serializers.ModelSerializer[Order]):
    """A purchase with its lines and steps."""

    status = serializers.ChoiceField(STATUSES, source="get_status_display")
    # An order of the dearest things that fit, as many as fit, still has a total.
    total = serializers.DecimalField(20, 2)
    delivery = serializers.DictField(child=serializers.CharField(), help_text="Empty where none was given.")
    lines = OrderLineSerializer(many=True)
    events = OrderEventSerializer(many=True)

    class Meta:
        model = Order
        fields = (
            "id",
            "external_reference",
            "status",
            "currency",
            "total",
            "placed_at",
            "delivery",
            "gift_for",
            "gift_message",
            "lines",
            "events",
        )
        read_only_fields = fields


def totals_of(items: list[CartItem]) -> dict[str, float]:
    """Return what items cost together, by currency."""
    totals: dict[str, Decimal] = {}
    for item in items:
        totals[item.product.currency] = (
            totals.get(item.product.currency, Decimal(0)) + item.quantity * item.product.price
        )
    return {currency: float(total) for currency, total in totals.items()}
