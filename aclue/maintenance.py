"""The site behind a page that asks for patience; the API's paths are closed by ApiMiddleware."""

from django.http import HttpRequest, HttpResponse

from aclue import pages
from common.lane import GetResponse
from common.middleware import is_closed


class MaintenanceMiddleware:
    """Answer for the site while MAINTENANCE is on, before sessions and people are looked up."""

    steps_aside_for_api = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 503, or go on."""
        if not request.is_api and is_closed(request.path_info):  # type: ignore[attr-defined]
            return pages.closed(request)
        return self.get_response(request)
