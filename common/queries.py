"""Query parameters through a serializer: typed, bounded, each given once."""

import functools
from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request


class QueryInvalid(serializers.ValidationError):
    """A query parameter is wrong; answered as 422 with `loc` starting at "query"."""

    source = "query"


def read_query(request: Request | HttpRequest, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return the validated query parameters; raises QueryInvalid."""
    given = {}
    for name, values in request.GET.lists():
        if name not in shape._declared_fields:
            continue
        if len(values) > 1:
            raise QueryInvalid({name: [serializers.ErrorDetail("Given more than once.", code="duplicate")]})
        given[name] = values[0]
    try:
        return dict(_reader(shape).run_validation(given))
    except serializers.ValidationError as wrong:
        raise QueryInvalid(wrong.detail) from None


@functools.cache
def _reader(shape: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Return the one reader of a shape: making one copies every field, and reading leaves no trace in it."""
    return shape()


class CommaSeparated(serializers.Field[list[str], str, str, Any]):
    """A list written with commas, such as `ids=…,…`; each part goes through `child`, and counts once."""

    def __init__(self, child: serializers.Field[Any, Any, Any, Any], most: int = 100, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.child = child
        self.most = most

    def to_internal_value(self, data: str) -> list[Any]:
        """Return the parts, checked; raises ValidationError for a wrong one, none, or too many."""
        parts = [part.strip() for part in data.split(",") if part.strip()]
        if not parts:
            raise serializers.ValidationError("Takes at least one value.", code="min_length")
        if len(parts) > self.most:
            raise serializers.ValidationError(f"At most {self.most} values.", code="max_length")
        return list(dict.fromkeys(self.child.run_validation(part) for part in parts))

    def to_representation(self, value: list[str]) -> str:
        """Return the parts joined by commas."""
        return ",".join(str(part) for part in value)
