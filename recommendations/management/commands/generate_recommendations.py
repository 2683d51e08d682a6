"""`manage.py generate_recommendations`: pick for people ahead of their asking."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User, normalise_email
from recommendations import services
from recommendations.registry import registry
from recommendations.scoring import Scorer
from recommendations.shop import shop
from recommendations.taste import all_people


class Command(BaseCommand):
    """Store picks, block by block; whoever has them already is passed by."""

    help = "Store recommendations for everybody with a history, or for one person. Interrupted, simply start it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take for whom."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--all", action="store_true", help="everybody who swiped, bought or looked at something")
        who.add_argument("--user", metavar="EMAIL_OR_ID")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for an unknown person and where no model serves."""
        if not Scorer(shop(), registry()).models:
            raise CommandError("No model serves yet: manage.py train")
        waiting = all_people() if options["all"] else [_person(options["user"]).pk]
        passed = picked = 0
        for n_people, n_picked in services.refresh_picks(user_ids=waiting, now=timezone.now()):
            passed, picked = passed + n_people, picked + n_picked
            self.stdout.write(f"{passed:,} of {len(waiting):,} people, {picked:,} picked anew")
        self.stdout.write(f"Picked for {picked:,} people; {passed - picked:,} had nothing new.")


def _person(email_or_id: str) -> User:
    """Return a person by address or id. Raises CommandError."""
    try:
        found = User.objects.filter(pk=uuid.UUID(email_or_id)).first()
    except ValueError:
        found = User.objects.filter(email=normalise_email(email_or_id)).first()
    if found is None:
        raise CommandError(f"There is nobody called {email_or_id!r}.")
    return found
