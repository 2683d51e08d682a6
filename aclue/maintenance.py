"""The site behind a page that asks for patience; the API's paths are closed by ApiMiddleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from aclue import pages
from aclue.middleware import OPEN
from common.lane import GetResponse
from common.middleware import is_closed


class MaintenanceMiddleware:
    """Answer for the site while MAINTENANCE is on, before sessions and people are looked up."""

    steps_aside_for_api = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 503, or go on."""
        path = request.path_info
        if not request.is_api and is_closed(path) and not _leads_to_the_switch(path):  # type: ignore[attr-defined]
            return pages.closed(request)
        return self.get_response(request)


def _leads_to_the_switch(path: str) -> bool:
    """Return whether staff pass an address on their way to the admin, where they end the maintenance.

    They may write it without its slash, and whose role takes a second factor is led to setting one up first.
    """
    return path.rstrip("/") in {reverse(name).rstrip("/") for name in ("admin:index", *OPEN)}
