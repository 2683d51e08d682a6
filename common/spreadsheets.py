"""Rows as a CSV file that a spreadsheet opens without carrying anything out."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

# A cell that begins like this is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a CSV file line by line, its head first."""
    yield _line(head)
    for row in rows:
        yield _line([cell(value) for value in row])


def cell(value: Any) -> str:
    """Return a value as a cell's text, which no spreadsheet takes for a formula.

    >>> cell("=1+1"), cell(None), cell("plain")
    ("'=1+1", '', 'plain')
    """
    if isinstance(value, int | float | Decimal):
        return str(value)  # A number below 0 is no formula.
    text = "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


def text_of(written: str) -> str:
    """Return the text that `cell` has written, without its guard against formulas.

    >>> text_of("'=1+1"), text_of("'tis"), text_of("plain")
    ('=1+1', "'tis", 'plain')
    """
    return written[1:] if written.startswith("'") and cell(written[1:]) == written else written


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
