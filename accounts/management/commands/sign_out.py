"""`manage.py sign_out`: end somebody's sessions, or everybody's."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import services
from accounts.management.finding import find_person
from common.scope import as_system


class Command(BaseCommand):
    """Sign a person out everywhere, or everybody."""

    help = "End all sessions of a person, or of everybody. Passwords, API keys and known devices stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whom."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("person", metavar="EMAIL_OR_ID", nargs="?")
        who.add_argument("--everybody", action="store_true", help="guests too, who cannot come back to what they did")

    @as_system("signing people out")
    def handle(self, *args: Any, **options: Any) -> None:
        """End the sessions; it counts within the second, in every process."""
        now = timezone.now()
        if options["everybody"]:
            self.stdout.write(f"{services.sign_out_everybody(now=now):,} sessions have ended.")
            return
        person = find_person(options["person"])
        services.sign_out_everywhere(user=person, now=now)
        self.stdout.write(f"{person} is signed out everywhere.")
