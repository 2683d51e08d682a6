"""How the API writes JSON: one encoder, whatever the caller says it accepts."""

import decimal
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.functional import Promise
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.mediatypes import media_type_matches

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def to_json(value: Any) -> bytes:
    """Return `value` as JSON: times in UTC with Z, decimals as numbers."""
    return orjson.dumps(value, default=_plain, option=OPTIONS)


def _plain(value: Any) -> Any:
    match value:
        case decimal.Decimal():
            return float(value)
        case Promise():
            return str(value)
        case Mapping():
            return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


class JSONRenderer(BaseRenderer):
    """DRF's door to `to_json`."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return `data` as bytes; no data, no bytes."""
        return b"" if data is None else to_json(data)


class AlwaysJSON(BaseContentNegotiation):
    """The API speaks JSON alone, so an Accept header is no reason to answer 406."""

    def select_parser(self, request: HttpRequest, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return the parser for the body's content type, or None for a 415."""
        content_type = request.content_type or ""
        return next((parser for parser in parsers if media_type_matches(parser.media_type, content_type)), None)

    def select_renderer(
        self, request: HttpRequest, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer."""
        first = next(iter(renderers))
        return first, first.media_type


class CacheSerializer:
    """How values lie in Redis: as JSON. Django's default, pickle, would run whatever somebody put there."""

    def dumps(self, value: Any) -> bytes:
        """Return a value as JSON."""
        return to_json(value)

    def loads(self, raw: bytes) -> Any:
        """Return the value behind JSON; a counter that Redis keeps itself is JSON too."""
        return orjson.loads(raw)
