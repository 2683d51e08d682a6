"""Who asks: the optional bearer token, checked against its session and user each time, as aclue does."""

import datetime
import os
from uuid import UUID

import jwt
from asyncpg import Connection

LIVE = """
SELECT s.user_id, u.auth_version, u.is_staff, u.is_superuser
FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id
WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.is_active
"""
MAY_SEE = """
SELECT EXISTS (
  SELECT 1 FROM accounts_user_groups g
  JOIN auth_group_permissions gp ON gp.group_id = g.group_id
  JOIN auth_permission p ON p.id = gp.permission_id
  JOIN django_content_type c ON c.id = p.content_type_id
  WHERE g.user_id = $1 AND p.codename = 'view_product' AND c.app_label = 'catalogue'
)
"""
SECRET = os.environ["SECRET_KEY"]
DECODER = jwt.PyJWT()


class Unknown(Exception):
    """The token is none of ours, has run out, or its session has ended."""


async def sees_stock(header: str, connection: Connection) -> bool:
    """Return whether the caller is staff who may see products' stock; raises Unknown for a bad token."""
    scheme, _, raw = header.partition(" ")
    if scheme.lower() != "bearer":
        return False
    try:
        claims = DECODER.decode(raw.strip(), SECRET, algorithms=["HS256"], audience="aclue", issuer="aclue")
        if claims["token_type"] != "access" or "jti" not in claims:
            raise Unknown
        user_id, session_id, version = UUID(claims["sub"]), UUID(claims["sid"]), int(claims["ver"])
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError):
        raise Unknown from None
    person = await connection.fetchrow(LIVE, session_id, datetime.datetime.now(datetime.UTC))
    if person is None or person["user_id"] != user_id or person["auth_version"] != version:
        raise Unknown
    if not person["is_staff"]:
        return False
    return person["is_superuser"] or await connection.fetchval(MAY_SEE, user_id)
