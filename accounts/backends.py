"""Permissions for users; signing in goes through services alone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User


class AccountBackend(ModelBackend):
    """Django's groups and permissions without Django's own door for passwords."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return nobody: `services.sign_in` is the one entrance (see accounts/forms.py)."""
        return None
