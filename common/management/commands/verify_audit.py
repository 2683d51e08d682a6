"""`manage.py verify_audit`: walk the audit log and say whether it was altered."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.audit_chain import Anchor, Verification, Walk, anchor_file, read_anchor
from common.models import AuditEntry


class Command(BaseCommand):
    """Verify the audit log; changes nothing and may be interrupted."""

    help = "Check every entry of the audit log against the chain and the anchors; exit code 1 when it was altered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take further anchors."""
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="FILE|NUMBER:DIGEST",
            help="an anchor kept elsewhere, such as one of the log lines `audit_anchor`; may be given more than once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk the log."""
        anchors = [_anchor(given) for given in options["anchor"]]
        try:
            kept = read_anchor(anchor_file())
        except ValueError as problem:
            raise CommandError(f"{anchor_file()}: {problem}") from None
        if kept is not None:
            anchors.append(kept)
        verification = Verification(anchors=anchors, now=timezone.now())
        total = AuditEntry.bare.sealed().count()
        walk = Walk(0, None)
        for walk in verification.walk():
            if self.stdout.isatty():
                self.stdout.write(f"\r{walk.n_entries:,} of {total:,}", ending="")
                self.stdout.flush()
        if self.stdout.isatty():
            self.stdout.write("")
        if verification.findings:
            for finding in verification.findings:
                place = f"Number {finding.number}: " if finding.number else ""
                self.stdout.write(f"{place}{finding.problem}.")
            raise CommandError("The audit log was altered.", returncode=1)
        end = f", the last is {walk.newest}" if walk.newest else ""
        self.stdout.write(f"{walk.n_entries:,} entries, all as they were sealed{end}.")
        if not anchors:
            self.stdout.write("No anchor was at hand: that the end was cut off could not have been noticed.")


def _anchor(given: str) -> Anchor:
    try:
        path = Path(given)
        anchor = read_anchor(path) if path.is_file() else Anchor.parse(given)
    except ValueError as problem:
        raise CommandError(str(problem)) from None
    assert anchor is not None
    return anchor
