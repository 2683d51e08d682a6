"""The catalogue on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.schema import shown_as

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
