"""`manage.py erase_user`: erase a person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import services
from accounts.management.finding import find_person
from common import personal
from common.scope import as_system


class Command(BaseCommand):
    """Erase a person, as DELETE /users/me does."""

    help = "Erase everything that is kept about a person; counts and orders stay, as nobody's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whom, and whether to ask."""
        parser.add_argument("person", metavar="EMAIL_OR_ID")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    @as_system("erasing a person")
    def handle(self, *args: Any, **options: Any) -> None:
        """Show what will go, ask, and erase in one transaction: interrupted, it has not happened."""
        person = find_person(options["person"])
        name = str(person)
        self.stdout.write(f"Kept about {name} ({person.pk}):")
        for what, rows in sorted(personal.export(person.pk).items()):
            n_rows = sum(1 for _ in rows)
            if n_rows:
                self.stdout.write(f"  {n_rows:>7,} {what.replace('_', ' ')}")
        if not options["yes"] and input(f"Erase all of it for good? Type {name} to confirm: ").strip() != name:
            raise CommandError("Nothing was erased.")
        if not services.erase_person(user_id=person.pk, now=timezone.now()):
            raise CommandError("They have gone meanwhile.")
        self.stdout.write(f"{name} is erased; orders stay as nobody's.")
