"""Secrets that are drawn, kept as digests, or kept sealed.

What is drawn here has 256 bits, so a plain SHA-256 says nothing of it and can be looked up; what a person has chosen
is a password, and belongs to Django's hashers.
"""

import base64
import functools
import hashlib
import secrets

from cryptography.fernet import Fernet, MultiFernet

from common import keys


def draw_token() -> str:
    """Return a fresh secret for a link, a device or a key: 43 characters fit for a URL."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return what is kept of a drawn secret: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def seal(text: str, *, purpose: str) -> str:
    """Return a text encrypted under a key of its purpose's own, derived from SECRET_KEY."""
    return _box(keys.secrets()[0], purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Return what was sealed, also under a former key that SECRET_KEY_FALLBACKS names.

    Raises cryptography.fernet.InvalidToken under any other key or for another purpose.
    """
    return MultiFernet([_box(secret, purpose) for secret in keys.secrets()]).decrypt(sealed.encode()).decode()


@functools.lru_cache(maxsize=8)
def _box(secret_key: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(keys.derive(secret_key, purpose)))
