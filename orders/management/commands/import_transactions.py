"""`manage.py import_transactions FILE`: orders, with their buyers and products, from a shop's own export."""

import argparse
import re
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.bar import Bar
from common.errors import DomainError
from common.transactions import UnreadableTransactions
from common.transactions.options import UnknownOption, add_file_options, preset_of
from orders.importing import Report, import_transactions


class Command(BaseCommand):
    """Bring orders in; safe to repeat and to interrupt."""

    help = (
        "Bring the sales of a .csv or .csv.gz file of order lines in: delivered orders, their buyers and products. "
        "Nothing is written unless the whole file can be read. The same file twice changes nothing; after an "
        "interruption run it again."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the file and what it calls our columns."""
        parser.add_argument("file", type=Path)
        add_file_options(parser)
        parser.add_argument("--currency", default="GBP", help="what the prices are in (GBP)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print progress and a summary; raises CommandError with a sentence for a file or option that will not do."""
        if not re.fullmatch("[A-Z]{3}", options["currency"]):
            raise CommandError(f"--currency takes three capitals such as GBP, not {options['currency']!r}.")
        try:
            preset = preset_of(options)
        except UnknownOption as problem:
            raise CommandError(str(problem)) from None
        self.bar = Bar(self.stdout)
        started = time.monotonic()
        self.stdout.write(f"Reading {options['file'].name} …")
        try:
            report = import_transactions(
                options["file"],
                preset=preset,
                currency=options["currency"],
                now=timezone.now(),
                progress=self.bar.show,
            )
        except UnreadableTransactions as problem:
            raise CommandError(f"{problem} Nothing was imported.") from None
        except DomainError as problem:
            self.bar.end()
            raise CommandError(problem.message) from None
        except KeyboardInterrupt:
            self.bar.end()
            raise CommandError("Interrupted. What has landed stays; run it again to go on.", returncode=130) from None
        self._sum_up(report, options["currency"], time.monotonic() - started)

    def _sum_up(self, report: Report, currency: str, seconds: float) -> None:
        say = self.stdout.write
        say(f"{report.lines:,} lines read, {report.sales:,} of them sales worth {report.revenue:,} {currency}:")
        say(f"{report.orders:,} orders of {report.people:,} customers, {report.products:,} products.")
        if report.dropped:
            say(f"{report.dropped.total():,} lines dropped:")
            for reason, n_lines in report.dropped.most_common():
                say(f"{n_lines:>11,}  {reason}")
        if report.new_lines:
            say(f"{report.new_orders:,} orders and {report.new_lines:,} lines are new, in {seconds:.0f} seconds.")
        else:
            say("All of it was here already; nothing has changed.")
