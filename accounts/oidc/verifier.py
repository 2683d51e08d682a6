"""Whether a token is what it says: who signed it, for whom, when, and in answer to which request."""

import dataclasses
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from jwt.types import Options

from accounts.addresses import check_reachable, normalise_email
from accounts.oidc.issuers import Issuer
from accounts.oidc.keys import ALGORITHMS, key_ring
from common.errors import DomainError

LONGEST_TOKEN = 16 * 1024
LONGEST_SUBJECT = 255
LEEWAY = timedelta(seconds=30)
# A token that is spent is remembered until it runs out, so it has to do so some day.
LONGEST_LIFE = timedelta(days=8)
LATEST = 2**33  # in seconds since the epoch: the year 2242
SIGNED_BY_KEY = tuple(ALGORITHMS.values())
SIGNED_BY_SECRET = "HS256"  # noqa: S105
# What PyJWT would judge by its own clock is judged below, by ours.
WITHOUT_CLOCK: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "require": ["exp", "sub", "aud"],
}
MALFORMED = (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)


class InvalidIdToken(DomainError):
    """The token is not genuine, not meant for us, not of this time, or answers another request."""

    status_code = 401
    error_code = "INVALID_ID_TOKEN"
    detail = "The provider's token is invalid or has expired. Please sign in there again."


@dataclasses.dataclass(frozen=True)
class Claims:
    """What a token says, after all of it was checked."""

    provider: str
    subject: str
    expires_at: datetime
    address: str
    is_address_verified: bool
    nonce: str
    payload: Mapping[str, Any]
    digest: str

    def text(self, name: str, most: int) -> str:
        """Return a claim that is a text, shortened to `most` characters; empty when it is none."""
        return _text(self.payload.get(name))[:most]


def verify(raw: str, issuer: Issuer, *, now: datetime) -> Claims:
    """Return what a token of the issuer says; raises InvalidIdToken, ProviderAway."""
    if not raw or len(raw) > LONGEST_TOKEN:
        raise InvalidIdToken
    try:
        header = jwt.get_unverified_header(raw)
        algorithm = str(header.get("alg"))
        payload = jwt.decode(
            raw,
            _key(header, algorithm, issuer, now),
            algorithms=[algorithm],
            audience=issuer.audiences,
            issuer=issuer.names or None,
            options={**WITHOUT_CLOCK, "verify_iss": bool(issuer.names)},
        )
        expires_at = _check_times(payload, now)
        _check_party(payload, issuer)
    except MALFORMED:
        raise InvalidIdToken from None
    subject = _text(payload["sub"])
    if not subject or subject != payload["sub"] or len(subject) > LONGEST_SUBJECT:
        raise InvalidIdToken
    address = _address(payload)
    return Claims(
        provider=issuer.provider,
        subject=subject,
        expires_at=expires_at,
        address=address,
        # Apple writes the word, the others the value.
        is_address_verified=bool(address) and payload.get("email_verified") in (True, "true"),
        nonce=_nonce(payload),
        payload=payload,
        # Of what is signed alone: a signature can be written in more than one way.
        digest=hashlib.sha256(f"{issuer.provider} {raw.rpartition('.')[0]}".encode()).hexdigest(),
    )


def check_nonce(claims: Claims, given: str) -> None:
    """Raises InvalidIdToken unless the token answers the request that drew the nonce.

    Mobile clients hand the provider the nonce's SHA-256 and us the nonce itself; both ways count.
    """
    told = given.encode("utf-8", "surrogatepass")
    expected = claims.nonce.encode()
    hashed = hashlib.sha256(told).hexdigest().encode()
    if bool(told) != bool(expected):
        raise InvalidIdToken
    if expected and not (hmac.compare_digest(told, expected) or hmac.compare_digest(hashed, expected)):
        raise InvalidIdToken


def _key(header: Mapping[str, Any], algorithm: str, issuer: Issuer, now: datetime) -> Any:
    """Return what a header says it was signed by: the secret or a public key, and never the one for the other."""
    if "crit" in header:
        raise InvalidIdToken
    if algorithm == SIGNED_BY_SECRET and issuer.secret:
        return issuer.secret
    key_id = header.get("kid")
    if algorithm not in SIGNED_BY_KEY or not issuer.keys_url or not isinstance(key_id, str) or not key_id:
        raise InvalidIdToken
    key = key_ring(issuer.keys_url).find(key_id, now)
    if key is None or key.algorithm_name != algorithm:
        raise InvalidIdToken
    return key


def _check_times(payload: Mapping[str, Any], now: datetime) -> datetime:
    """Return when the token runs out; raises InvalidIdToken unless it is of this time."""
    expires_at = _moment(payload["exp"])
    if not now - LEEWAY < expires_at < now + LONGEST_LIFE:
        raise InvalidIdToken
    for name in ("nbf", "iat"):
        if name in payload and _moment(payload[name]) > now + LEEWAY:
            raise InvalidIdToken
    return expires_at


def _check_party(payload: Mapping[str, Any], issuer: Issuer) -> None:
    """Raises InvalidIdToken when a token for several parties was asked for by none of ours."""
    if isinstance(payload["aud"], list) and len(payload["aud"]) > 1 and payload.get("azp") not in issuer.audiences:
        raise InvalidIdToken


def _moment(seconds: Any) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < LATEST:
        raise InvalidIdToken
    return datetime.fromtimestamp(seconds, UTC)


def _nonce(payload: Mapping[str, Any]) -> str:
    nonce = payload.get("nonce", "")
    if _text(nonce) != nonce:
        raise InvalidIdToken
    return str(nonce)


def _address(payload: Mapping[str, Any]) -> str:
    """Return the address in a token as we write addresses; empty when there is none that could be one."""
    address = normalise_email(_text(payload.get("email")))
    try:
        validate_email(address)
        check_reachable(address)
    except ValidationError:
        return ""
    return address


def _text(value: Any) -> str:
    """Return a text that can be stored; anything else is empty."""
    if not isinstance(value, str) or "\x00" in value:
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return ""
    return value
