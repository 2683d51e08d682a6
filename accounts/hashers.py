"""How passwords are hashed, and how many at a time."""

from django.conf import settings
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher

from common.slots import in_background, slot


class SlottedBCryptSHA256PasswordHasher(BCryptSHA256PasswordHasher):
    """Django's own, 12 rounds over a SHA-256, in one of the few places that a machine has for it.

    A hash takes a processor for a quarter of a second: without places a flood of sign-ins would take all of them, and
    with them the shop. A web process waits for a tenth of a second, or in calm hours half a one, and then answers 429;
    a command or a task waits on. Checking a password comes through here too: it hashes what was given and compares.
    """

    def encode(self, password: str, salt: str) -> str:
        """Hash a password; raises TooMany when no place gets free in time."""
        with slot(settings.VAR_DIR / "hash-slots", n_slots=settings.PASSWORD_HASH_SLOTS):
            return in_background(super().encode, password, salt)
