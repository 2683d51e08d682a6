"""Orders on the wire."""

from rest_framework import serializers

from common.schema import shown_as
from orders.models import Order, OrderLine, OrderStatus

STATUSES = [(choice.label, choice.label) for choice in OrderStatus]


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    """One line."""

    product_id = serializers.UUIDField()
    title = serializers.CharField(source="product.title")

    class Meta:
        model = OrderLine
        fields = ("ordinal", "product_id", "title", "quantity", "unit_price", "currency")
        read_only_fields = fields


@shown_as(
    {
        "id": "1c9e6a4d-2b7f-4e83-9d15-7a0b3c5d8e21",
        "external_reference": "536365",
        "status": "paid",
        "currency": "GBP",
        "total": 97.5,
        "placed_at": "2026-11-20T09:30:00.000000Z",
        "lines": [
            {
                "ordinal": 1,
                "product_id": "9b1d7c52-0f7e-4a35-8c1b-2d6f1e0a4b77",
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
    }
)
class OrderSerializer(serializers.ModelSerializer[Order]):
    """A purchase with its lines."""

    status = serializers.ChoiceField(STATUSES, source="get_status_display")
    # An order of the dearest things that fit, as many as fit, still has a total.
    total = serializers.DecimalField(20, 2)
    lines = OrderLineSerializer(many=True)

    class Meta:
        model = Order
        fields = ("id", "external_reference", "status", "currency", "total", "placed_at", "lines")
        read_only_fields = fields
