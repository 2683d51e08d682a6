"""What a product takes, whoever brings it: staff over the API, or a file."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from rest_framework import serializers

from catalogue.models import Occasion
from catalogue.queries import HIGHEST_PRICE
from common.schema import shown_as

MOST_IMAGES = 10
MOST_TAGS = 30


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
