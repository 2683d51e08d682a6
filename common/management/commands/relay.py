"""`manage.py relay`: carry outbox rows to the broker until stopped."""

import signal
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand

from common.relay import Relay


class Command(BaseCommand):
    """Run the relay in this process; several may run at once."""

    help = "Carry outbox rows to the broker until stopped (Ctrl-C or SIGTERM)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the patience after which an open row is sent again."""
        parser.add_argument(
            "--resend-after",
            type=float,
            default=30.0,
            metavar="SECONDS",
            help="send a row again when nobody closed it (30)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Start; a second signal is not needed, the round in hand ends within a second."""
        relay = Relay(current_app, resend_after=timedelta(seconds=options["resend_after"]))
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: relay.stop())
        relay.run()
