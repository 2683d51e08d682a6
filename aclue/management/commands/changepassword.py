"""`manage.py changepassword EMAIL`: Django's command, through our service, so that sessions end and the audit knows."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import services
from accounts.models import User, normalise_email
from common.errors import DomainError


class Command(BaseCommand):
    """Give somebody a new password; every session of theirs ends."""

    help = "Give the user with this address a new password; every session of theirs ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Ask twice; raises CommandError for an unknown address, two different answers or a weak password."""
        user = User.objects.filter(email=normalise_email(email)).first()
        if user is None:
            raise CommandError(f"There is no user with the address {email}.")
        password = getpass("New password: ")
        if password != getpass("Once more: "):
            raise CommandError("The two are not the same; nothing was changed.")
        try:
            services.set_password(user=user, password=password, now=timezone.now(), actor_id=None)
        except DomainError as weak:
            raise CommandError(weak.message) from None
        self.stdout.write(f"{user.email} has a new password; every session of theirs has ended.")
