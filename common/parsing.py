"""How the API reads JSON: strictly, so that nothing odd gets past this file."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
LARGEST_NUMBER = 2**63
# Put together once: a body may hold a hundred thousand values.
NUMBERS, CONTAINERS = (int, float), (dict, list)


class BodyTooLarge(APIException):
    """The body is longer than MAX_JSON_SIZE."""

    status_code = 413
    default_detail = "The request is larger than this address takes."


class StrictJSONParser(BaseParser):
    """JSON without NaN, infinities, lone surrogates, NUL, numbers beyond 64 bits or more than 32 levels."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raises ParseError (400), BodyTooLarge (413) or ValidationError (422)."""
        raw = stream.read(settings.MAX_JSON_SIZE + 1)
        if len(raw) > settings.MAX_JSON_SIZE:
            raise BodyTooLarge
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError as problem:
            raise ParseError(
                f"The body is no valid JSON: {problem.msg} (line {problem.lineno}, column {problem.colno})."
            ) from None
        _refuse_odd(value, MAX_DEPTH)
        return value


def _refuse_odd(value: Any, depth: int) -> None:
    """Walk a parsed value; its depth is bounded, so is this recursion."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValidationError("A text holds a NUL character.", code="null_characters_not_allowed")
    elif isinstance(value, NUMBERS):
        # PostgreSQL keeps 1e300 in JSON as an integer of 301 digits, which nothing here could write out again.
        if not -LARGEST_NUMBER <= value < LARGEST_NUMBER:
            raise ValidationError("A number does not fit into 64 bits.", code="out_of_range")
    elif isinstance(value, CONTAINERS):
        if depth == 0:
            raise ValidationError(f"The body is nested more than {MAX_DEPTH} levels deep.", code="too_deep")
        is_object = isinstance(value, dict)
        for inner in value.values() if is_object else value:
            _refuse_odd(inner, depth - 1)
        if is_object and "\x00" in "".join(value):
            raise ValidationError("A name holds a NUL character.", code="null_characters_not_allowed")
