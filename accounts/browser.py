"""A browser's sign-in is a `Session` row too: the cookie's session names it and dies with it.

A second cookie, which outlives the sign-in, holds the tokens by which the browser is known as a device: one for each
person who has signed in on it, newest first, joined by dots.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import services
from accounts.authentication import take_in
from accounts.cookies import stored_key
from accounts.models import Session, SessionKind, User
from accounts.services.devices import KEPT_FOR, MOST_TOKENS
from common import limits
from common.scope import as_system

KEY = "account_session"
DEVICE_COOKIE = "device"
LONGEST_DEVICE_COOKIE = 300
# A page seen is no reason to write each time; the list of one's devices says roughly when each was used.
NOTED_AFTER = timedelta(hours=1)


def where_from(request: HttpRequest) -> dict[str, str]:
    """Return what a browser says of itself and where it comes from, as the services take it."""
    return {
        "device": request.META.get("HTTP_USER_AGENT", ""),
        "network": limits.caller_network(request),
        "device_token": _device_cookie(request),
    }


def let_in(request: HttpRequest, user: User) -> None:
    """Open a session for somebody who has proved who they are; `keep_session` ties the cookie to it."""
    signed_in = services.let_in(user=user, now=timezone.now(), kind=SessionKind.BROWSER, **where_from(request))
    note_signed_in(request, signed_in)


def note_signed_in(request: HttpRequest, signed_in: services.SignedIn) -> None:
    """Leave an opened session on the request for `keep_session`, and the device's token for `keep_device`."""
    request.opened_session = signed_in.session  # type: ignore[attr-defined]
    take_in(request, signed_in.user.pk)
    note_device(request, signed_in.device_token)


def note_device(request: HttpRequest, device_token: str) -> None:
    """Leave the token by which this browser is known on the request for `keep_device`."""
    request.device_token = device_token  # type: ignore[attr-defined]


def keep_session(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Tie the cookie's session to the row that the form has opened, or to a new one (receiver of user_logged_in)."""
    opened: Session | None = getattr(request, "opened_session", None)
    if opened is None:
        device = request.META.get("HTTP_USER_AGENT", "")
        opened = services.open_session(user=user, now=timezone.now(), device=device, kind=SessionKind.BROWSER).session
    request.session[KEY] = str(opened.pk)
    services.note_cookie(session=opened, cookie=stored_key(request.session.session_key or ""))


def keep_device(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser the token by which it is known from now on, before those of others who use it too."""
    token = getattr(request, "device_token", "")
    if not token:
        return
    others = [other for other in _device_cookie(request).split(".") if other and other != token]
    response.set_cookie(
        DEVICE_COOKIE,
        ".".join([token, *others][:MOST_TOKENS]),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def end_session(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    """End the row when the browser signs out (receiver of user_logged_out)."""
    session = find_session(request)
    if session is not None:
        services.sign_out(session=session, now=timezone.now())


@as_system("who is signed in")
def find_session(request: HttpRequest) -> Session | None:
    """Return the live row behind the cookie, or None."""
    key = request.session.get(KEY)
    if key is None:
        return None
    return Session.objects.active(timezone.now()).select_related("user").filter(pk=key, user__is_active=True).first()


def note_use(session: Session) -> None:
    """Write down that a browser's session is in use, once an hour."""
    now = timezone.now()
    if now - session.used_at > NOTED_AFTER:
        services.note_use(session=session, now=now)


def _device_cookie(request: HttpRequest) -> str:
    return request.COOKIES.get(DEVICE_COOKIE, "")[:LONGEST_DEVICE_COOKIE]
