"""Whose role takes a second factor sees no page before it is set up."""

from urllib.parse import urlencode

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.services import second_factor
from common.lane import GetResponse

# Setting it up, and leaving; everything else waits, also what is added later.
OPEN = ("site:second-factor", "site:sign-out", "admin:logout")


class SecondFactorMiddleware:
    """Lead such a person from every page of the site and the admin to the one where they set it up."""

    steps_aside_for_api = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or lead away; the API says no by itself (accounts/authentication.py)."""
        if request.is_api or SESSION_KEY not in request.session:  # type: ignore[attr-defined]
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated or not second_factor.is_due(user) or self._is_open(request.path_info):
            return self.get_response(request)
        back = {"next": request.get_full_path()} if request.method == "GET" else {}
        return HttpResponseRedirect(f"{reverse('site:second-factor')}?{urlencode(back)}")

    @staticmethod
    def _is_open(path: str) -> bool:
        return path.rstrip("/") in {reverse(name).rstrip("/") for name in OPEN}
