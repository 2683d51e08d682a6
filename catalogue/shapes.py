"""The product's shape on the wire, for every floor that answers with products."""

from typing import Any

from rest_framework import serializers

from common.schema import shown_as

SCARF = {
    "id": "9b1d7c52-0f7e-4a35-8c1b-2d6f1e0a4b77",
    "title": "Silk scarf",
    "slug": "silk-scarf",
    "description": "Hand-rolled edges, printed in Macclesfield.",
    "price": 42.5,
    "currency": "GBP",
    "category": "accessories",
    "category_id": "c0a8012e-7b44-4d6c-9a1f-5e3b2c1d0f99",
    "category_name": "Accessories",
    "brand": "Larkfield",
    "image_url": "/media/products/silk-scarf.webp",
    "images": [],
    "asin": "",
    "rating": 4.6,
    "review_count": 128,
    "affiliate_url": "",
    "in_stock": True,
    "is_featured": True,
    "tags": ["silk", "handmade"],
    "created_at": "2026-11-20T09:30:00Z",
    "updated_at": "2026-11-20T09:30:00Z",
}


@shown_as(SCARF)
class ProductSerializer(serializers.Serializer[Any]):
    """A product as everybody sees it; `stock` is there for staff alone."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField()
    price = serializers.DecimalField(10, 2)
    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="ISO 4217.")
    category = serializers.CharField(help_text="The category's slug.")
    category_id = serializers.UUIDField()
    category_name = serializers.CharField()
    brand = serializers.CharField()
    image_url = serializers.CharField(allow_null=True)
    images = serializers.ListField(child=serializers.CharField())
    asin = serializers.CharField()
    rating = serializers.FloatField(allow_null=True)
    review_count = serializers.IntegerField()
    affiliate_url = serializers.CharField(
        help_text="The merchant's page. Lead people there by `/affiliate/click/{id}`, and say beside the link that the "
        "shop may earn from what they buy."
    )
    in_stock = serializers.BooleanField()
    stock = serializers.IntegerField(
        allow_null=True, required=False, help_text="For staff; null when not counted here."
    )
    is_featured = serializers.BooleanField()
    tags = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@shown_as(SCARF, {field: SCARF[field] for field in ("id", "title", "price")})
class PartialProductSerializer(ProductSerializer):
    """A product, or the `fields` of it that were asked for."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the product's fields, none of them promised."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class CountSerializer(serializers.Serializer[Any]):
    """How many products have something in common."""

    name = serializers.CharField()
    count = serializers.IntegerField()


class CategoryCountSerializer(CountSerializer):
    """How many products stand in a category or inside it."""

    slug = serializers.CharField()


@shown_as(
    {
        "total": 42,
        "categories": [{"slug": "accessories", "name": "Accessories", "count": 42}],
        "brands": [{"name": "Larkfield", "count": 17}],
        "price_bands": [{"name": "25 to 50", "count": 30}, {"name": "50 to 100", "count": 12}],
        "occasions": [{"name": "birthday", "count": 25}],
    }
)
class FacetsSerializer(serializers.Serializer[Any]):
    """What the products of a list have in common; what has no product is left out."""

    total = serializers.IntegerField()
    categories = CategoryCountSerializer(many=True, help_text="With what stands inside, most first.")
    brands = CountSerializer(many=True, help_text="The fifty with most products.")
    price_bands = CountSerializer(many=True, help_text="Cheapest first.")
    occasions = CountSerializer(many=True, help_text="Most first.")


class SuggestionSerializer(serializers.Serializer[Any]):
    """One way to go on."""

    kind = serializers.ChoiceField(("words", "category", "product"))
    text = serializers.CharField(help_text="To show; words are to be searched for.")
    id = serializers.UUIDField(allow_null=True, help_text="The category's or the product's.")


@shown_as(
    {
        "items": [
            {"kind": "words", "text": "silk scarf", "id": None},
            {"kind": "category", "text": "Silk & linen", "id": SCARF["category_id"]},
            {"kind": "product", "text": SCARF["title"], "id": SCARF["id"]},
        ]
    }
)
class SuggestionsSerializer(serializers.Serializer[Any]):
    """What a beginning may become."""

    items = SuggestionSerializer(many=True)
