"""Who: users, their sessions and roles."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    """Who: users, their sessions and roles."""

    name = "accounts"

    def ready(self) -> None:
        """Connect the browser's sign-in and sign-out to `Session` rows."""
        from accounts import browser

        user_logged_in.connect(browser.keep_session, dispatch_uid="accounts.keep_session")
        user_logged_out.connect(browser.end_session, dispatch_uid="accounts.end_session")
