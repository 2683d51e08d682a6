"""What may be asked of the product list."""

import dataclasses
import functools
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, QueryDict
from rest_framework import serializers

from catalogue.models import Occasion
from common.pagination import PageQuery
from common.queries import CommaSeparated, QueryInvalid, read_query

SORTS = ("price", "rating", "created_at", "popularity", "title", "relevance")
FIELDS = (
    "id",
    "title",
    "slug",
    "description",
    "price",
    "currency",
    "category",
    "category_id",
    "category_name",
    "brand",
    "image_url",
    "images",
    "asin",
    "rating",
    "review_count",
    "affiliate_url",
    "in_stock",
    "stock",
    "is_featured",
    "tags",
    "created_at",
    "updated_at",
)
STAFF_FIELDS = frozenset({"stock"})
HIGHEST_PRICE = Decimal("99999999.99")
LONGEST_REMEMBERED = 300


@dataclasses.dataclass(frozen=True)
class ProductsAsked:
    """One validated question to the product list."""

    page: int
    per_page: int
    fields: tuple[str, ...]
    sort: str
    descending: bool
    q: str = ""
    category: str = ""
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    brand: str = ""
    occasion: str = ""
    in_stock: bool | None = None
    rating_min: Decimal | None = None
    ids: tuple[uuid.UUID, ...] | None = None


class FieldsQuery(serializers.Serializer[Any]):
    """Which fields to answer with."""

    fields = CommaSeparated(  # type: ignore[assignment]
        child=serializers.ChoiceField(FIELDS),
        most=len(FIELDS),
        required=False,
        help_text=f"Comma-separated, of: {', '.join(FIELDS)}. All when absent.",
    )


class ListQuery(PageQuery, FieldsQuery):
    """Page and fields of a list that has its own order."""


class FiltersQuery(serializers.Serializer[Any]):
    """Which products."""

    q = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Words of title, brand, tags, codes or description, or how they begin; slips are forgiven. "
        "What has all the words is meant, and where nothing has, what has some.",
    )
    category = serializers.CharField(max_length=140, required=False, help_text="Slug or id; what stands inside counts.")
    price_min = serializers.DecimalField(10, 2, min_value=Decimal(0), required=False)
    price_max = serializers.DecimalField(10, 2, min_value=Decimal(0), required=False)
    brand = serializers.CharField(max_length=120, required=False)
    occasion = serializers.ChoiceField(Occasion.choices, required=False)
    in_stock = serializers.BooleanField(required=False)
    rating_min = serializers.DecimalField(3, 2, min_value=Decimal(0), max_value=Decimal(5), required=False)
    ids = CommaSeparated(child=serializers.UUIDField(), required=False, help_text="At most 100 product ids.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse an inverted price range."""
        least, most = given.get("price_min"), given.get("price_max")
        if least is not None and most is not None and least > most:
            raise serializers.ValidationError({"price_max": "Lies below price_min."}, code="inverted_range")
        return given


class SuggestQuery(serializers.Serializer[Any]):
    """What was typed so far."""

    q = serializers.CharField(max_length=200, allow_blank=True)
    limit = serializers.IntegerField(min_value=1, max_value=20, default=8)


class ProductsQuery(PageQuery, FieldsQuery, FiltersQuery):
    """Filters, order, page and fields of the product list."""

    sort = serializers.ChoiceField(SORTS, required=False, help_text="popularity, or relevance with `q`, when absent.")
    order = serializers.ChoiceField(
        ("asc", "desc"), required=False, help_text="The sort's natural direction when absent."
    )


def public_fields(fields: Sequence[str]) -> tuple[str, ...]:
    """Return those of the fields that everybody may see; raises QueryInvalid (422) when none is left."""
    visible = tuple(field for field in fields if field not in STAFF_FIELDS)
    if not visible:
        raise QueryInvalid({"fields": ["These fields are for staff."]})
    return visible


def filters_asked(request: HttpRequest) -> ProductsAsked:
    """Return a question that is filters alone; raises QueryInvalid (422)."""
    given = read_query(request, FiltersQuery)
    if "ids" in given:
        given["ids"] = tuple(given["ids"])
    return ProductsAsked(page=1, per_page=1, fields=(), sort="popularity", descending=True, **given)


def products_asked(request: HttpRequest) -> ProductsAsked:
    """Return the validated question; raises QueryInvalid (422).

    Validation is a function of the query string alone, so the last few thousand answers are remembered.
    """
    raw = request.META.get("QUERY_STRING", "")
    if len(raw) <= LONGEST_REMEMBERED:
        return _remembered(raw)
    return _validated(request)


@functools.lru_cache(maxsize=4096)
def _remembered(query_string: str) -> ProductsAsked:
    return _validated(_request_for(query_string))


def _validated(request: HttpRequest) -> ProductsAsked:
    given = read_query(request, ProductsQuery)
    fields = tuple(given.pop("fields", FIELDS))
    sort = given.pop("sort", None) or ("relevance" if given.get("q") else "popularity")
    order = given.pop("order", None) or (
        "desc" if sort in {"popularity", "relevance", "rating", "created_at"} else "asc"
    )
    if "ids" in given:
        given["ids"] = tuple(given["ids"])
    return ProductsAsked(fields=fields, sort=sort, descending=order == "desc", **given)


def fields_asked(request: HttpRequest) -> tuple[str, ...]:
    """Return the validated `fields`; raises QueryInvalid (422)."""
    raw = request.META.get("QUERY_STRING", "")
    if not raw:
        return FIELDS
    return _remembered_fields(raw) if len(raw) <= LONGEST_REMEMBERED else _validated_fields(request)


@functools.lru_cache(maxsize=4096)
def _remembered_fields(query_string: str) -> tuple[str, ...]:
    return _validated_fields(_request_for(query_string))


def _validated_fields(request: HttpRequest) -> tuple[str, ...]:
    return tuple(read_query(request, FieldsQuery).get("fields", FIELDS))


def _request_for(query_string: str) -> HttpRequest:
    request = HttpRequest()
    request.GET = QueryDict(query_string)
    return request
