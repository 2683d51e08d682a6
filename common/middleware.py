"""The way of a request: an id and a log line for all, a short way for the API, sessions and the rest for the site."""

import logging
import os
import re
import time
from typing import Any

import structlog
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware

from common import flags, limits, scope, whence
from common.compression import compress
from common.handlers import Fault, answer, answer_for_django
from common.lane import PERMISSIONS_POLICY, GetResponse, ShortLane, beyond_the_site, finish_api, is_known_host

LOGGER = "aclue.requests"
log = structlog.get_logger(LOGGER)
ALLOWED_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
MAINTENANCE = Fault(
    503, "We are at work on this. Please come back in a moment.", "MAINTENANCE", headers={"Retry-After": "60"}
)
SYSTEM_PATHS = ("/health", "/ready", "/metrics", "/openapi.json", "/admin-info")


def is_api(path: str) -> bool:
    """Return whether a path belongs to the API (JSON, tokens) and not to the site or the admin.

    >>> is_api("/api/v1/products"), is_api("/health/db"), is_api("/apiary"), is_api("/healthy-gifts")
    (True, True, False, False)
    """
    return (
        path == "/api"
        or path.startswith("/api/")
        or any(path == known or path.startswith(f"{known}/") for known in SYSTEM_PATHS)
    )


class RequestIdMiddleware:
    """Give every request an id (the caller's, when it is well formed), echo it, and log the request's end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.lane = ShortLane(get_response)
        self.is_logged = logging.getLogger(LOGGER).isEnabledFor

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the id and note how it went."""
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if ALLOWED_REQUEST_ID.fullmatch(given) else os.urandom(16).hex()
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        # Whoever asks is nobody until they have proved otherwise, and nobody again when they have their answer.
        with whence.asked_from(lambda: limits.caller_network(request)), scope.as_nobody():
            if self.lane.takes(request):
                response = self.lane.answer(request)
            else:
                response = self.get_response(request)
                response["Permissions-Policy"] = PERMISSIONS_POLICY
            if response.streaming and scope.current() is not scope.NOBODY:
                response.streaming_content = scope.streamed(iter(response), scope.current())  # type: ignore[attr-defined]
        response["X-Request-ID"] = request_id
        if self.is_logged(logging.INFO):
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
                # Set by whoever signed the person in; the log knows ids, never addresses.
                user_id=getattr(request, "user_id", None),
            )
        return response


class CompressionMiddleware:
    """Compress text answers of 1 KiB and more for clients that ask for it."""

    is_in_lane = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, compressed where that is asked for and worth it."""
        response = self.get_response(request)
        if accepted := request.META.get("HTTP_ACCEPT_ENCODING"):
            compress(response, accepted)
        return response


class ApiMiddleware:
    """Let API paths answer without redirects or HTML: the slash at the end is optional, every failure is JSON."""

    is_in_lane = finishes_api = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.answer_api = beyond_the_site(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer an API path in the API's way, and any other as the site does."""
        path = request.path_info
        if len(path) > 1 and path.endswith("/") and not path.startswith(("/admin/", settings.STATIC_URL)):
            request.path_info = path = path[:-1]
        request.is_api = is_api(path)  # type: ignore[attr-defined]
        if not request.is_api:  # type: ignore[attr-defined]
            return self.get_response(request)
        fault = _wrong_host(request) or _wrong_length(request.META.get("CONTENT_LENGTH")) or _closed(path)
        response = self.answer_api(request) if fault is None else answer(fault, request.request_id)  # type: ignore[attr-defined]
        finish_api(response)
        return response

    def process_exception(self, request: HttpRequest, failure: Exception) -> HttpResponse | None:
        """Answer an unexpected failure as JSON, and still tell whoever listens (tests, error reports)."""
        if not request.is_api:  # type: ignore[attr-defined]
            return None
        got_request_exception.send(sender=type(self), request=request)
        return answer_for_django(request, failure)


def _wrong_host(request: HttpRequest) -> Fault | None:
    return None if is_known_host(request) else Fault(400, "This host name is not served here.")


def is_closed(path: str) -> bool:
    """Return whether MAINTENANCE keeps an address from answering; health checks, the admin and its files stay open."""
    return flags.is_on("MAINTENANCE") and not path.startswith(
        ("/health", "/api/health", "/ready", "/admin/", settings.STATIC_URL)
    )


def _closed(path: str) -> Fault | None:
    return MAINTENANCE if is_closed(path) else None


def _wrong_length(length: str | None) -> Fault | None:
    if not length:
        return None
    if not length.isascii() or not length.isdigit():
        return Fault(400, "Content-Length is no number.")
    if int(length[:19]) > settings.MAX_FILE_SIZE + settings.MAX_JSON_SIZE:
        return Fault(413, "The request is larger than this address takes.")
    return None


class SiteOnly:
    """Step aside on API paths: tokens need no cookies, and each step spared is time."""

    steps_aside_for_api = True
    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; an API request skips this layer."""
        if request.is_api:  # type: ignore[attr-defined]
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class SiteSessionMiddleware(SiteOnly, SessionMiddleware):
    """Django's sessions, for the site and the admin."""


class SiteCommonMiddleware(SiteOnly, CommonMiddleware):
    """Django's common middleware, for the site and the admin."""


class SiteCsrfMiddleware(SiteOnly, CsrfViewMiddleware):
    """Django's CSRF protection, for what cookies authenticate."""

    def process_view(self, request, callback, args, kwargs):  # type: ignore[no-untyped-def]
        """Check the token, except where no cookie counts."""
        return None if request.is_api else super().process_view(request, callback, args, kwargs)


class SiteAuthenticationMiddleware(SiteOnly, AuthenticationMiddleware):
    """Django's `request.user` from the browser session, for the site and the admin."""


class SiteMessageMiddleware(SiteOnly, MessageMiddleware):
    """Django's messages, for the site and the admin."""


class SiteFrameMiddleware(SiteOnly, XFrameOptionsMiddleware):
    """Django's X-Frame-Options, for the site and the admin."""


class SiteCspMiddleware(SiteOnly, CSPMiddleware):
    """The content security policy: strict for the site, what its theme needs for the admin."""

    def process_response(self, request, response):  # type: ignore[no-untyped-def]
        """Write the policy of the place."""
        if request.path_info.startswith("/admin/"):
            response._csp_update = settings.ADMIN_CONTENT_SECURITY_POLICY
        return super().process_response(request, response)
