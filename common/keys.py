"""Keys for purposes of this floor, derived from SECRET_KEY, and from former ones for what was signed before."""

import functools
import hashlib
import hmac

from django.conf import settings


def secrets() -> list[str]:
    """Return the present secret, then the former ones that SECRET_KEY_FALLBACKS keeps."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


@functools.lru_cache(maxsize=64)
def derive(secret: str, purpose: str) -> bytes:
    """Return the key of one purpose: who learns it learns neither the secret nor another purpose's key."""
    return hashlib.blake2b(purpose.encode(), key=secret.encode()[:64], digest_size=32).digest()


def id_of(key: bytes) -> str:
    """Return a short name for a key that gives nothing of it away."""
    return hashlib.sha256(key).hexdigest()[:8]


def signed(key: bytes, text: str) -> str:
    """Return the HMAC-SHA256 of a text, as 64 hexadecimal digits."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
