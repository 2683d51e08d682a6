"""A second factor for a test's person, and the codes that their app shows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp

from accounts.models import User
from accounts.services import second_factor


@dataclass
class App:
    """An authenticator app, and the recovery codes in its owner's drawer."""

    secret: str
    recovery_codes: list[str]

    def code(self, at: datetime | None = None) -> str:
        """Return what the app shows at a moment; now, without one."""
        return code_of(self.secret, at)


def code_of(secret: str, at: datetime | None = None) -> str:
    """Return the code that belongs to a secret at a moment."""
    return pyotp.TOTP(secret).at(at or datetime.now(UTC))


def switch_on(user: User, *, at: datetime | None = None) -> App:
    """Set a second factor up; an hour ago, unless a moment is named, so that the code of now is unspent."""
    at = at or datetime.now(UTC) - timedelta(hours=1)
    secret = second_factor.begin_setup(user=user, now=at).secret
    return App(secret, second_factor.confirm(user=user, otp=code_of(secret, at), now=at))
