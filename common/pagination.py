"""The one list shape: items, total, page, per_page, pages."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.queries import read_query

MAX_PAGE = 100_000


class PageQuery(serializers.Serializer[Any]):
    """Which page of a list, and how long a page is."""

    page = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=1, help_text="Counted from 1.")
    per_page = serializers.IntegerField(
        min_value=1, max_value=settings.MAX_PAGE_SIZE, default=settings.DEFAULT_PAGE_SIZE, help_text="Items on a page."
    )


def page_of(items: Sequence[Any], *, total: int, page: int, per_page: int) -> dict[str, Any]:
    """Return one page in the list shape.

    >>> page_of(["scarf"], total=21, page=2, per_page=20)["pages"]
    2
    """
    return {"items": items, "total": total, "page": page, "per_page": per_page, "pages": -(-total // per_page)}


def cut_page(items: Sequence[Any], *, page: int, per_page: int) -> dict[str, Any]:
    """Return one page of a list that is at hand as a whole."""
    start = (page - 1) * per_page
    return page_of(items[start : start + per_page], total=len(items), page=page, per_page=per_page)


class PageNumbers:
    """DRF's door to `page_of`, for views over a queryset."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the asked page; past the end there are none."""
        self.asked = read_query(request, PageQuery)
        self.total = queryset.count()
        start = (self.asked["page"] - 1) * self.asked["per_page"]
        return list(queryset[start : start + self.asked["per_page"]]) if start < self.total else []

    def get_paginated_response(self, items: Any) -> Response:
        """Return the page as an answer."""
        return Response(page_of(items, total=self.total, **self.asked))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the list shape for the API document."""
        return {
            "type": "object",
            "required": ["items", "total", "page", "per_page", "pages"],
            "properties": {
                "items": schema,
                "total": {"type": "integer", "example": 100},
                "page": {"type": "integer", "example": 1},
                "per_page": {"type": "integer", "example": 20},
                "pages": {"type": "integer", "example": 5},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the two parameters for the API document."""
        return [
            {
                "name": "page",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1},
            },
            {
                "name": "per_page",
                "in": "query",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": settings.MAX_PAGE_SIZE,
                    "default": settings.DEFAULT_PAGE_SIZE,
                },
            },
        ]
