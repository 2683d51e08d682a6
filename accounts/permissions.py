"""What somebody may do who is signed in."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from common.errors import Forbidden


class GuestNotAllowed(Forbidden):
    """This takes an account."""

    error_code = "GUEST_NOT_ALLOWED"
    detail = "This takes an account. Register, and what you have done as a guest comes along."


class HasAccount(IsAuthenticated):
    """Lets in who has an account; a guest has nothing that a password, a key or a second factor could guard.

    A view may name the methods that guests may use all the same (`open_to_guests = {"GET"}`).
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether somebody is signed in; raises GuestNotAllowed."""
        if not super().has_permission(request, view):
            return False
        if getattr(request.user, "is_guest", False) and request.method not in getattr(view, "open_to_guests", ()):
            raise GuestNotAllowed
        return True
