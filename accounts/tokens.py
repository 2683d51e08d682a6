"""Access and refresh tokens: signed by simplejwt, tied to a `Session` row."""

import hashlib
import uuid
from datetime import datetime
from typing import Any, NamedTuple

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from accounts.models import Session, User
from common.errors import DomainError


class InvalidToken(DomainError):
    """The token is none of ours, has run out, or its session has ended."""

    status_code = 401
    error_code = "INVALID_TOKEN"
    detail = "The token is invalid or has expired."


class AccessClaims(NamedTuple):
    """What an access token says."""

    user_id: uuid.UUID
    session_id: uuid.UUID
    version: int


class RefreshClaims(NamedTuple):
    """What a refresh token says."""

    session_id: uuid.UUID
    digest: str


class AccessToken(Token):
    """Opens the API for some minutes."""

    token_type = "access"  # noqa: S105
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME


class RefreshToken(Token):
    """Buys one new pair of tokens."""

    token_type = "refresh"  # noqa: S105
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


def issue_access(user: User, session: Session) -> str:
    """Return an access token for a session."""
    token = AccessToken()
    token["sub"] = str(user.pk)
    token["sid"] = str(session.pk)
    token["ver"] = user.auth_version
    return str(token)


def issue_refresh(session_id: uuid.UUID, expires_at: datetime) -> tuple[str, str]:
    """Return a refresh token and the digest that the session keeps of it."""
    token = RefreshToken()
    token["sid"] = str(session_id)
    token.payload["exp"] = int(expires_at.timestamp())
    return str(token), _digest(token.payload["jti"])


def read_access(raw: str) -> AccessClaims:
    """Return what a valid access token says; raises InvalidToken."""
    payload = _payload(AccessToken, raw)
    try:
        return AccessClaims(uuid.UUID(payload["sub"]), uuid.UUID(payload["sid"]), int(payload["ver"]))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidToken from None


def read_refresh(raw: str) -> RefreshClaims:
    """Return what a valid refresh token says; raises InvalidToken."""
    payload = _payload(RefreshToken, raw)
    try:
        return RefreshClaims(uuid.UUID(payload["sid"]), _digest(payload["jti"]))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidToken from None


def _payload(kind: type[Token], raw: str) -> dict[str, Any]:
    try:
        return dict(kind(raw).payload)  # type: ignore[arg-type]
    except (TokenError, UnicodeError):
        raise InvalidToken from None


def _digest(jti: str) -> str:
    return hashlib.sha256(jti.encode()).hexdigest()
