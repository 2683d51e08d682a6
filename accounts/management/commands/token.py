"""`manage.py token EMAIL`: a bearer token for anybody, in DEBUG."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import services
from accounts.models import User, normalise_email


class Command(BaseCommand):
    """Print an access token for a user, so that a developer can call the API as them."""

    help = "Print an access token for the user with this address. Works with DEBUG only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Raises CommandError outside DEBUG and for an unknown address."""
        if not settings.DEBUG:
            raise CommandError("A token for anybody is given in DEBUG only.")
        user = User.objects.filter(email=normalise_email(email), is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user with the address {email}.")
        self.stdout.write(services.open_session(user=user, now=timezone.now(), device="manage.py token").access_token)
