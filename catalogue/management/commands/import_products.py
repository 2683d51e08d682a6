"""`manage.py import_products FILE`: products from CSV, XLSX or JSON lines."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalogue.importing import Report, import_products
from catalogue.search.vocabulary import refresh_words
from catalogue.sheets import COLUMNS, REQUIRED
from common.errors import DomainError

MOST_SHOWN = 50
TOLD_EVERY = 5000


class Command(BaseCommand):
    """Make or change products; bad lines are named and the good ones land."""

    help = (
        "Make or change products from a .csv, .xlsx or .jsonl file, by external_reference. "
        f"Columns: {', '.join(COLUMNS)}; required: {', '.join(REQUIRED)}. In CSV and XLSX, lists are separated by |."
    )

    told = 0

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--make-categories", action="store_true", help="make categories that are not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print progress and a summary; raises CommandError for an unreadable file, or when lines were refused."""
        try:
            report = import_products(
                options["file"], now=timezone.now(), make_categories=options["make_categories"], progress=self._progress
            )
        except DomainError as problem:
            raise CommandError(problem.message) from None
        refresh_words(now=timezone.now())
        self.stdout.write(
            f"{report.made} made, {report.changed} changed, {report.unchanged} unchanged, {report.refused} refused."
        )
        for error in report.errors[:MOST_SHOWN]:
            column = f", {error.column}" if error.column else ""
            self.stderr.write(f"{options['file'].name}, line {error.line}{column}: {error.message}")
        if len(report.errors) > MOST_SHOWN:
            self.stderr.write(f"… and {len(report.errors) - MOST_SHOWN} more.")
        if report.errors:
            raise CommandError("Some lines were refused; the others have landed.")

    def _progress(self, report: Report) -> None:
        if report.lines >= self.told + TOLD_EVERY:
            self.told = report.lines
            self.stdout.write(f"{report.lines} lines …")
