"""`manage.py audience`: who gets in where, as a page to review."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from aclue.audience import as_markdown

PAGE = settings.BASE_DIR / "docs" / "audience.md"


class Command(BaseCommand):
    """Write docs/audience.md anew from the code."""

    help = "Write docs/audience.md: every route and method, and what becomes of each role. Review what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take nothing; the page has one place."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page."""
        PAGE.write_text(as_markdown(), encoding="utf-8")
        self.stdout.write(
            f"{PAGE.relative_to(settings.BASE_DIR)} is written. Look at what changed: git diff docs/audience.md"
        )
