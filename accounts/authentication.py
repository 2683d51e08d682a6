"""Who asks: the bearer token of an API request."""

import uuid
from datetime import datetime

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import tokens
from accounts.models import Session, User
from accounts.oidc.verifier import InvalidIdToken
from accounts.services import outside, second_factor
from common import limits
from common.rows import read_rows
from common.scope import Scope, acting_for, as_system, become

SESSION_COLUMNS = [str(field.column) for field in Session._meta.concrete_fields]
USER_COLUMNS = [str(field.column) for field in User._meta.concrete_fields]
LIVE_SESSION = (
    f"SELECT {', '.join(f's.{name}' for name in SESSION_COLUMNS)}, {', '.join(f'u.{name}' for name in USER_COLUMNS)} "
    "FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id "
    "WHERE s.id = %s AND s.revoked_at IS NULL AND s.expires_at > %s"
)


class SignedInRequest(Request):
    """A request of somebody who is signed in, for the type checker: a PersonalView lets nobody else in."""

    user: User
    auth: Session


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`; the session behind the token is looked up each time.

    That look-up (one indexed row) is the price of tokens that die with their session within the second.
    """

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        """Return user and session; None without a bearer token.

        Raises AuthenticationFailed (401), FactorRequired (403); of another provider's token also OutsideRefused (401),
        ProviderAway (503).
        """
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, raw = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        raw, now = raw.strip(), timezone.now()
        session = find_outside_session(request, raw, now) if outside.is_outside(raw) else find_session(raw, now)
        take_in(request, session.user_id)
        refuse_without_due_factor(request, session.user)
        note_user(request, session.user)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes a missing sign-in a 401 and not a 403."""
        return "Bearer"


def find_session(raw: str, now: datetime) -> Session:
    """Return the live session of an access token, its user with it; raises AuthenticationFailed."""
    claims = _claims(raw)
    # Signed by us, so it says for whom the database may be asked; whether that still counts, the database says.
    with acting_for(claims.user_id):
        session = _live_session(claims.session_id, now)
    if (
        session is None
        or session.user_id != claims.user_id
        or not session.user.is_active
        or session.user.auth_version != claims.version
    ):
        raise _refused()
    return session


@as_system("signing in")
def find_outside_session(request: Request, raw: str, now: datetime) -> Session:
    """Return the live session behind a token of the owner's own identity provider; raises as `authenticate` does."""
    try:
        claims = outside.read_bearer(raw, now=now)
    except InvalidIdToken:
        raise _refused() from None
    session = _live_session(outside.session_id_of(claims), now)
    if session is None:
        network = limits.caller_network(request)
        device = request.META.get("HTTP_USER_AGENT", "")
        session = outside.admit(claims, now=now, device=device, network=network)
    elif not session.user.is_active:
        raise _refused()
    outside.note_use(session, now=now)
    return session


def _live_session(session_id: uuid.UUID, now: datetime) -> Session | None:
    """Return a session that counts, its user with it.

    The ORM takes four times longer to build this very statement than PostgreSQL to answer it.
    """
    if connection.vendor != "postgresql":
        return Session.objects.active(now).select_related("user").filter(pk=session_id).first()
    rows = read_rows(LIVE_SESSION, (session_id, now), personal=True)
    if not rows:
        return None
    n_columns = len(SESSION_COLUMNS)
    session = Session.from_db(connection.alias, SESSION_COLUMNS, rows[0][:n_columns])
    session.user = User.from_db(connection.alias, USER_COLUMNS, rows[0][n_columns:])
    return session


def _claims(raw: str) -> tokens.AccessClaims:
    try:
        return tokens.read_access(raw)
    except tokens.InvalidToken:
        raise _refused() from None


def _refused() -> AuthenticationFailed:
    return AuthenticationFailed(tokens.InvalidToken.detail, code=tokens.InvalidToken.error_code)


def take_in(request: Request | HttpRequest, user_id: uuid.UUID) -> None:
    """Let the rest of a request see this person's rows, now that it is known who asks; every way in ends here.

    It lasts until the request is answered (common.middleware.RequestIdMiddleware), a streamed answer's end included.
    """
    become(Scope(user_id=user_id))


def note_user(request: Request | HttpRequest, user: User) -> None:
    """Leave the user's id where the request's log line finds it."""
    plain = request._request if isinstance(request, Request) else request
    plain.user_id = str(user.pk)  # type: ignore[attr-defined]


def refuse_without_due_factor(request: Request, user: User) -> None:
    """Raises FactorRequired when a role of the person takes a second factor that they have not set up.

    What setting one up takes, and signing out, is open to them: views that say so by `is_open_without_factor`.
    """
    if not getattr(request.parser_context.get("view"), "is_open_without_factor", False) and second_factor.is_due(user):
        raise second_factor.FactorRequired


class BearerScheme(OpenApiAuthenticationExtension):
    """How the API document names it."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Describe the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
