"""What a browser sees when something is wrong; API paths get the API's one error body."""

import sys
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from common.handlers import Fault, answer, describe
from common.middleware import MAINTENANCE

log = structlog.get_logger(__name__)

HEADINGS = {
    400: "That did not make sense to us",
    403: "This is not open to you",
    404: "Nothing here",
    500: "Something broke",
    503: "Back in a moment",
}


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 400."""
    return _page(request, Fault(400, "The request cannot be understood."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 403."""
    return _page(request, Fault(403, "You are not allowed to do this."))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 404."""
    return _page(request, Fault(404, "There is nothing at this address."))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database is away, else 500."""
    failure = sys.exc_info()[1]
    fault = describe(failure) if failure else None
    if fault is None or fault.status != 503:
        fault = Fault(500, "Something went wrong here. It has been noted.")
    return _page(request, fault)


def closed(request: HttpRequest) -> HttpResponse:
    """Answer 503 while MAINTENANCE is on."""
    return _page(request, MAINTENANCE)


def _page(request: HttpRequest, fault: Fault) -> HttpResponse:
    request_id = getattr(request, "request_id", "")
    if getattr(request, "is_api", True):
        return answer(fault, request_id)
    response = HttpResponse(_body(fault, request_id), status=fault.status, headers=fault.headers)
    response["Cache-Control"] = "no-store"
    return response


def _body(fault: Fault, request_id: str) -> str:
    """Return the page, made without the request: sessions and the database may be what is broken."""
    context = {
        "project_name": settings.PROJECT_NAME,
        "heading": HEADINGS[fault.status],
        "detail": fault.detail,
        "status": fault.status,
        "request_id": request_id,
    }
    try:
        return render_to_string("site/error.html", context)
    except Exception:
        # A page that says what is wrong must come out even when templates or static files are what is wrong.
        log.exception("error_page_failed")
        return f"<!doctype html><title>{fault.status}</title><p>{fault.detail}</p>"
