"""A shop's export to import, and what the command says to it."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

HEADINGS = "order,product,title,quantity,at,price,user"


@pytest.fixture
def export(tmp_path):
    """Write lines below headings into a file."""

    def write(*lines, headings=HEADINGS, name="sales.csv"):
        path = tmp_path / name
        path.write_text("\n".join([headings, *lines]) + "\n")
        return path

    return write


@pytest.fixture
def load(db):
    """Import a file; returns what the command printed, or the sentence by which it refused."""

    def run(path, *options):
        out = io.StringIO()
        try:
            call_command("import_transactions", str(path), *options, stdout=out)
        except CommandError as refusal:
            return str(refusal)
        # How long it took is nothing to compare.
        return re.sub(r"in \d+ seconds", "in 0 seconds", out.getvalue())

    return run
