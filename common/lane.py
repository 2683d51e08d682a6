"""The short lane: reads of the API past the layers that would only add what is known beforehand.

Each layer of middleware costs little, but after a wait for the database every line of it comes from cold memory; all
of them together cost as much as the read itself. So GET and HEAD below /api/ without an Origin go straight to the view,
and get the same headers at once, security's written by Django's own middleware the first time. Whoever adds a layer
need not know: the lane ends before any that is not listed here.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from corsheaders.conf import conf as cors
from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.middleware.security import SecurityMiddleware
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

from common import flags
from common.compression import compress

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
API_HEADERS = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
WITHOUT_BODY = (204, 304)
EVERY_PATH = r"^.*$"


def is_known_host(request: HttpRequest) -> bool:
    """Return whether ALLOWED_HOSTS names the host that a request asks for."""
    return _is_allowed(request._get_raw_host(), tuple(settings.ALLOWED_HOSTS))  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=256)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def finish_api(response: HttpResponse) -> None:
    """Add what every answer of the API carries."""
    for name, value in API_HEADERS.items():
        response.headers.setdefault(name, value)
    _tell_length(response)


def _tell_length(response: HttpResponse) -> None:
    headers = response.headers
    if not response.streaming and response.status_code not in WITHOUT_BODY:
        headers.setdefault("Content-Length", str(len(response.content)))


class ShortLane:
    """The way of simple API reads; `takes` says whether a request is one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response, passed = _beyond(get_response)
        self._security = next((layer for layer in passed if isinstance(layer, SecurityMiddleware)), None)
        passes_api = any(getattr(layer, "finishes_api", False) for layer in passed)
        # A redirect to https is for the layer itself, and so are origins that only some paths know.
        self.is_open = bool(
            passes_api and self._security and not self._security.redirect and cors.CORS_URLS_REGEX == EVERY_PATH
        )
        self._known: dict[bool, dict[str, tuple[str, str]]] = {}

    def takes(self, request: HttpRequest) -> bool:
        """Return whether the request is a read of the API that no layer has anything to decide about."""
        path, meta = request.path_info, request.META
        return (
            self.is_open
            and path.startswith("/api/")
            and not path.endswith("/")
            and request.method in {"GET", "HEAD"}
            and "HTTP_ORIGIN" not in meta
            and not meta.get("CONTENT_LENGTH")
            and is_known_host(request)
            and not flags.is_on("MAINTENANCE")
        )

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the view's answer with all that the layers would have added."""
        request.is_api = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        _tell_length(response)
        if accepted := request.META.get("HTTP_ACCEPT_ENCODING"):
            compress(response, accepted)
        headers = response.headers
        if vary := headers.get("Vary"):
            if vary == "Authorization":
                headers["Vary"] = "Authorization, origin"
            else:
                patch_vary_headers(response, ("origin",))
        else:
            headers["Vary"] = "origin"
        # All at once where Django keeps them: to write each anew, checked and encoded, costs more than to find the row.
        headers._store = self._known_headers(request) | headers._store
        return response

    def _known_headers(self, request: HttpRequest) -> dict[str, tuple[str, str]]:
        """Return the headers that are the same for every answer, which the view's own go before."""
        secure = request.is_secure()
        if secure not in self._known:
            assert self._security is not None
            bare = self._security.process_response(request, _Bare())
            for name, value in (API_HEADERS | {"Permissions-Policy": PERMISSIONS_POLICY}).items():
                bare.headers[name] = value
            self._known[secure] = bare.headers._store
        return self._known[secure]


class _Bare(HttpResponse):
    """An answer without any header of its own."""

    def __init__(self) -> None:
        super().__init__()
        del self.headers["Content-Type"]


def beyond_the_site(get_response: GetResponse) -> GetResponse:
    """Return what stands behind the layers that step aside for the API."""
    return _beyond(get_response, known=())[0]


def _beyond(
    get_response: GetResponse, known: tuple[type, ...] = (SecurityMiddleware, WhiteNoiseMiddleware, CorsMiddleware)
) -> tuple[GetResponse, list[Any]]:
    """Return what stands behind the layers that may be passed by, and these layers."""
    passed = []
    for layer in _layers(get_response):
        aside = getattr(layer, "steps_aside_for_api", False)
        if not (aside or (known and (isinstance(layer, known) or getattr(layer, "is_in_lane", False)))):
            break
        passed.append(layer)
        get_response = layer.get_response
    return get_response, passed


def _layers(get_response: GetResponse) -> Iterator[Any]:
    """Walk inwards; Django wraps each layer in its exception converter, which keeps it as `__wrapped__`."""
    while (layer := getattr(get_response, "__wrapped__", None)) is not None and hasattr(layer, "get_response"):
        yield layer
        get_response = layer.get_response
