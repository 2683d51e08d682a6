"""`manage.py export_user`: everything kept about a person, as JSON."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.exporting import as_json
from accounts.management.finding import find_person
from common import audit
from common.scope import as_system


class Command(BaseCommand):
    """Export a person's data; the same document as GET /users/me/export."""

    help = "Write everything that is kept about a person as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whom, and where to."""
        parser.add_argument("person", metavar="EMAIL_OR_ID")
        parser.add_argument("--out", type=Path, metavar="FILE", help="a new file; the terminal without it")

    @as_system("exporting a person")
    def handle(self, *args: Any, **options: Any) -> None:
        """Write the document; a file is made readable by its owner alone and never written over."""
        person, out = find_person(options["person"]), options["out"]
        now = timezone.now()
        audit.record(action="account.exported", target=f"user {person.pk}", details={"by": "command"}, now=now)
        if out is None:
            for piece in as_json(person.pk, now=now):
                self.stdout.write(piece.decode(), ending="")
            self.stdout.write("")
            return
        try:
            out.touch(mode=0o600, exist_ok=False)
        except OSError as problem:
            raise CommandError(f"{out}: {problem.strerror}") from None
        n_bytes = 0
        with out.open("wb") as file:
            for piece in as_json(person.pk, now=now):
                n_bytes += file.write(piece)
                if sys.stderr.isatty():
                    self.stderr.write(f"\r{n_bytes:,} bytes", ending="")
        self.stdout.write(f"{n_bytes:,} bytes about {person} in {out}.")
