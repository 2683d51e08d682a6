"""`manage.py bootstrap`: roles and the first superuser."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import services


class Command(BaseCommand):
    """Write the roles and make the first superuser; safe to repeat."""

    help = "Write the roles, and make the first superuser (FIRST_SUPERUSER_EMAIL, FIRST_SUPERUSER_PASSWORD)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what changed; raises CommandError when only one of the two settings is given."""
        services.write_roles()
        self.stdout.write("Roles are in place.")
        email, password = settings.FIRST_SUPERUSER_EMAIL, settings.FIRST_SUPERUSER_PASSWORD
        if bool(email) != bool(password):
            raise CommandError(
                "FIRST_SUPERUSER_EMAIL and FIRST_SUPERUSER_PASSWORD go together; one of them is missing."
            )
        if email:
            _, made = services.make_superuser(email=email, password=password, now=timezone.now())
            self.stdout.write(f"Superuser {email} {'was made' if made else 'exists already'}.")
