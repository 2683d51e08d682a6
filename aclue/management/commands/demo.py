"""`manage.py demo`: a small shop to look at, the same every time."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aclue import seeding


class Command(BaseCommand):
    """Seed the demo shop; safe to repeat and to interrupt."""

    help = "Seed the demo shop: 600 products with pictures, 2,000 people and a year of what they did. DEBUG only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take sizes and what to do with what is there."""
        parser.add_argument("--products", type=int, default=600)
        parser.add_argument("--people", type=int, default=2000)
        parser.add_argument("--if-empty", action="store_true", help="do nothing in a shop that has products of its own")
        parser.add_argument("--reset", action="store_true", help="take the demo away first")
        parser.add_argument("--remove", action="store_true", help="take the demo away, and leave it at that")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError outside DEBUG: its accounts are for trying out. Taking it away is never wrong."""
        if options["remove"]:
            seeding.remove_demo()
            self.stdout.write("The demo shop is gone; whatever else there was is here.")
            return
        if options["if_empty"] and (seeding.is_seeded() or seeding.is_somebody_elses()):
            return
        if options["if_empty"] and not settings.DEBUG:
            self.stdout.write("The shop is empty. Its demo is made with DEBUG only; `import_products` fills it too.")
            return
        if not settings.DEBUG:
            raise CommandError("The demo comes with accounts for trying out, so it is made with DEBUG only.")
        if options["reset"]:
            seeding.remove_demo()
        elif seeding.is_seeded():
            self.stdout.write("The demo shop is in place. (--reset makes it anew.)")
            return
        seeding.seed_demo(
            now=timezone.now(),
            n_products=options["products"],
            n_people=options["people"],
            say=lambda words: self.stdout.write(f"Demo shop: {words}"),
        )
        self.stdout.write("The demo shop is in place.")
