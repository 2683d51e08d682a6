"""How the API reads JSON: strictly, so that nothing odd gets past this file."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
LARGEST_NUMBER = 2**63
NUMBERS = (int, float)


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
        _refuse_odd(value)
        return value


def _refuse_odd(value: Any) -> None:
    """Look at a parsed value level by level; a body may hold a hundred thousand values, so each costs little."""
    level, depth = [value], 0
    while level:
        if depth == MAX_DEPTH and any(type(one) in (list, dict) for one in level):
            raise ValidationError(f"The body is nested more than {MAX_DEPTH} levels deep.", code="too_deep")
        inner: list[Any] = []
        for one in level:
            kind = type(one)  # orjson makes no subclasses
            if kind is str:
                if "\x00" in one:
                    raise ValidationError("A text holds a NUL character.", code="null_characters_not_allowed")
            elif kind is list:
                inner += one
            elif kind is dict:
                inner += one.values()
                if "\x00" in "".join(one):
                    raise ValidationError("A name holds a NUL character.", code="null_characters_not_allowed")
            elif kind in NUMBERS and not -LARGEST_NUMBER <= one < LARGEST_NUMBER:
                # PostgreSQL keeps 1e300 in JSON as an integer of 301 digits, which nothing here could write out again.
                raise ValidationError("A number does not fit into 64 bits.", code="out_of_range")
        level, depth = inner, depth + 1
