"""ETag and 304 for public reads."""

import hashlib

from django.http import HttpRequest, HttpResponse

PUBLIC = "public, max-age=0, must-revalidate"


def cacheable(request: HttpRequest, body: bytes, *, personal: bool = False) -> HttpResponse:
    """Return `body` as a JSON answer with its tag, or 304 when the client holds it already.

    A personal answer (one that a sign-in changes) is never stored: it carries no tag.
    """
    if personal:
        response = HttpResponse(body, content_type="application/json")
        response["Cache-Control"] = "private, no-store"
        return response
    tag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()[:24]}"'
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked and _names(asked, tag):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(body, content_type="application/json")
        response["Content-Length"] = str(len(body))
    response["ETag"] = tag
    response["Cache-Control"] = PUBLIC
    response["Vary"] = "Authorization"
    return response


def _names(asked: str, tag: str) -> bool:
    """Return whether If-None-Match names the tag; weak comparison, as RFC 9110 section 13.1.2 asks."""
    return asked.strip() == "*" or any(part.strip().removeprefix("W/") == tag for part in asked.split(","))
