"""`manage.py createsuperuser`: a sentence that names the way."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Point to `bootstrap`, the one way to the first superuser."""

    help = "Superusers are made by `bootstrap`, or by giving somebody the role admin."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with what to do instead."""
        raise CommandError("Set FIRST_SUPERUSER_EMAIL and FIRST_SUPERUSER_PASSWORD and run `manage.py bootstrap`.")
