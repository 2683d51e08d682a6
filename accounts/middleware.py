"""Browsers whose `Session` row has ended are signed out."""

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse

from accounts.authentication import note_user, take_in
from accounts.browser import find_session, keep_device, note_use
from accounts.models import User
from common.lane import GetResponse
from common.scope import Scope, become


def is_staff_screen(request: HttpRequest, user: User) -> bool:
    """Return whether staff ask for the admin, whose screens are about everybody."""
    return request.path_info.startswith("/admin/") and user.is_active and user.is_staff


class BrowserSessionMiddleware:
    """Check the row behind a signed-in cookie, on the site and the admin."""

    steps_aside_for_api = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out whose row is gone, go on, and let a browser that was signed in keep its device's token."""
        if not request.is_api and SESSION_KEY in request.session:  # type: ignore[attr-defined]
            session = find_session(request)
            if session is None:
                logout(request)
            else:
                take_in(request, session.user_id)
                if is_staff_screen(request, session.user):
                    become(Scope(reason="staff screens"))
                note_user(request, session.user)
                note_use(session)
        response = self.get_response(request)
        keep_device(request, response)
        return response
