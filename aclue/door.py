"""The door before everything that hashes a password: who finds no place is sent away before any work is done.

A flood of sign-ins is refused for the price of this layer, without a look at the database. The place is held through
the request, so that whoever was let in does not find it taken when the password comes to be hashed.
"""

import contextlib
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from common.errors import TooMany
from common.handlers import Fault, answer, answer_for_django, body_of
from common.lane import API_HEADERS, PERMISSIONS_POLICY, GetResponse, finish_api
from common.middleware import is_api
from common.slots import is_waiting, note_refusal, slot
from common.stalls import Application

PATHS = frozenset(
    {
        "/api/v1/auth/login",
        "/api/v1/auth/signin",
        "/api/v1/auth/register",
        "/api/v1/auth/signup",
        "/sign-in",
        "/sign-up",
        "/admin/login",
    }
)
# What signs somebody in is shorter. A longer body is left to the view, and finds its place where it hashes.
LONGEST_BODY = 64 * 1024
ALWAYS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
}
BUSY = Fault(429, "Too many people are signing in at this moment. Please try again.", headers={"Retry-After": "1"})
# The headers that every quick refusal has.
SAME = tuple((API_HEADERS | BUSY.headers | ALWAYS).items())
PAGE = f'<!doctype html><html lang="en"><title>One moment</title><p>{BUSY.detail}</p></html>'


class PasswordDoorMiddleware:
    """Let in as many requests that hash a password as there are places on this machine."""

    is_in_lane = True  # reads pass it by

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; where there is no place, soon, and in a flood at once."""
        if request.method != "POST" or request.path_info.rstrip("/") not in PATHS or not _is_short(request):
            return self.get_response(request)
        try:
            # Before a place is taken: a client that dribbles its body must not keep others out.
            request.body  # noqa: B018
        except UnreadablePostError as failure:
            return answer_for_django(request, failure)
        try:
            with slot(settings.VAR_DIR / "hash-slots", n_slots=settings.PASSWORD_HASH_SLOTS):
                return self.get_response(request)
        except TooMany:
            return _refusal(request)


class QuickRefusal:
    """A WSGI application in front of Django that refuses what its door would refuse, for a tenth of the price.

    A browser of another origin is left to the door: it can read the refusal only with the headers that come after.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer at once while this process is busy with a password; its log would only repeat itself."""
        if (
            environ["REQUEST_METHOD"] != "POST"
            or not is_waiting()
            or environ["PATH_INFO"].rstrip("/") not in PATHS
            or "HTTP_ORIGIN" in environ
        ):
            return self.application(environ, start_response)
        note_refusal()
        # An unread body would cost the client its connection.
        with contextlib.suppress(OSError):
            environ["wsgi.input"].read(LONGEST_BODY)
        request_id = os.urandom(16).hex()
        if is_api(environ["PATH_INFO"]):
            body, media_type = body_of(BUSY, request_id), "application/json"
        else:
            body, media_type = PAGE.encode(), "text/html; charset=utf-8"
        own = [("Content-Type", media_type), ("Content-Length", str(len(body))), ("X-Request-ID", request_id)]
        start_response("429 Too Many Requests", [*SAME, *own])
        return [body]


def _is_short(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isascii() and length.isdigit() and int(length[:19]) <= LONGEST_BODY


def _refusal(request: HttpRequest) -> HttpResponse:
    if is_api(request.path_info):
        response = answer(BUSY, request.request_id)  # type: ignore[attr-defined]
        finish_api(response)
        return response
    headers = {**API_HEADERS, **BUSY.headers, "Cache-Control": "no-store"}
    return HttpResponse(PAGE, status=BUSY.status, headers=headers)
