"""The catalogue on the wire."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalogue.models import Occasion
from catalogue.queries import HIGHEST_PRICE
from common.schema import shown_as

MOST_IMAGES = 10
MOST_TAGS = 30
ACCESSORIES = {
    "id": "c0a8012e-7b44-4d6c-9a1f-5e3b2c1d0f99",
    "name": "Accessories",
    "slug": "accessories",
    "parent_id": None,
    "description": "Small things that finish an outfit.",
    "image_url": None,
    "position": 1,
    "product_count": 50,
}
SCARVES = ACCESSORIES | {
    "id": "5d0c7a1b-93e2-4f48-b6a0-1c2d3e4f5a6b",
    "name": "Scarves",
    "slug": "scarves",
    "parent_id": ACCESSORIES["id"],
    "product_count": 14,
}


@shown_as(
    {
        "title": "Silk scarf",
        "price": 42.5,
        "currency": "GBP",
        "category": "accessories",
        "brand": "Larkfield",
        "description": "Hand-rolled edges, printed in Macclesfield.",
        "image_url": "https://images.example/silk-scarf.webp",
        "stock": 12,
        "tags": ["silk", "handmade"],
        "occasions": ["birthday", "mothers-day"],
    }
)
class ProductWriteSerializer(serializers.Serializer[Any]):
    """What staff may set of a product."""

    title = serializers.CharField(max_length=300)
    slug = serializers.SlugField(max_length=320, required=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    price = serializers.DecimalField(10, 2, min_value=Decimal(0), max_value=HIGHEST_PRICE)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, help_text="ISO 4217, GBP by default.")
    category = serializers.CharField(max_length=140, help_text="Slug or id.")
    brand = serializers.CharField(max_length=120, required=False, allow_blank=True)
    image_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    images = serializers.ListField(child=serializers.URLField(max_length=500), max_length=MOST_IMAGES, required=False)
    asin = serializers.RegexField(r"^[A-Z0-9]{10}$", required=False, allow_blank=True)
    rating = serializers.DecimalField(3, 2, min_value=Decimal(0), max_value=Decimal(5), required=False, allow_null=True)
    review_count = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False)
    affiliate_url = serializers.URLField(max_length=1000, required=False, allow_blank=True)
    stock = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False, allow_null=True)
    is_featured = serializers.BooleanField(required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), max_length=MOST_TAGS, required=False)
    occasions = serializers.ListField(
        child=serializers.ChoiceField(Occasion.choices), max_length=len(Occasion), required=False
    )

    def validate_image_url(self, url: str) -> str:
        """Take web addresses alone."""
        return _web(url)

    def validate_affiliate_url(self, url: str) -> str:
        """Take web addresses alone."""
        return _web(url)

    def validate_images(self, urls: list[str]) -> list[str]:
        """Take web addresses alone."""
        return [_web(url) for url in urls]


def _web(url: str) -> str:
    if url and urlsplit(url).scheme not in {"http", "https"}:
        raise serializers.ValidationError("Takes an http or https address.", code="invalid")
    return url


@shown_as(ACCESSORIES)
class CategorySerializer(serializers.Serializer[Any]):
    """A category with the number of products on show in and below it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    parent_id = serializers.UUIDField(allow_null=True)
    description = serializers.CharField()
    image_url = serializers.CharField(allow_null=True)
    position = serializers.IntegerField()
    product_count = serializers.IntegerField()


@extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/CategoryTree"}})
class Children(serializers.ListField):
    """Categories inside a category; the document refers to their own shape."""


@shown_as(ACCESSORIES | {"children": [SCARVES | {"children": []}]})
class CategoryTreeSerializer(CategorySerializer):
    """A category with those that stand inside it."""

    children = Children(help_text="Categories of the same shape.")
