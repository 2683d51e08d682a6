"""A CSV file of order lines as a table under our names; what is wrong is named by file, line and column."""

import codecs
import csv
import gzip
import re
import zlib
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import pandas as pd

from common.transactions.presets import Preset
from common.transactions.times import UnclearTime, read_times

_GZIP = b"\x1f\x8b"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d\d?)?", re.ASCII | re.IGNORECASE)
_TOO_LARGE = 10**15
# Bytes that are no text in the file's encoding, as `surrogateescape` hands them on; NUL is in no honest text.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")

T = TypeVar("T")


class UnreadableTransactions(ValueError):
    """The file is not what its columns promise; the message is a sentence that names file, line and column."""


class _Column:
    """One column: each text once, and which of them stands in which row. Most texts stand in many."""

    def __init__(self, name: str, place: int) -> None:
        self.name = name
        self.place = place
        self.codes = array("q")
        self._seen: dict[str, int] = {}

    def add(self, text: str) -> None:
        """Take the text of the next row."""
        self.codes.append(self._seen.setdefault(text, len(self._seen)))

    @property
    def texts(self) -> list[str]:
        """Return the different texts."""
        return list(self._seen)

    def spread(self, values: list[Any], dtype: Any) -> np.ndarray:
        """Return the value of each row, of those that belong to the different texts."""
        return np.array(values, dtype=dtype)[np.frombuffer(self.codes, dtype=np.int64)]


class _Table:
    """What was scanned: the columns under our names, and the line of the file that each row begins at."""

    def __init__(self, name: str, columns: dict[str, _Column]) -> None:
        self.name = name
        self.columns = columns
        self.lines = array("q")

    def read(self, ours: str, what: Callable[[str], T]) -> list[T]:
        """Return each different text of a column as `what` reads it, or refuse it for the ValueError that it raises."""
        values = []
        for position, text in enumerate(self.columns[ours].texts):
            try:
                values.append(what(text.strip()))
            except ValueError as problem:
                raise self.wrong(ours, position, str(problem)) from None
        return values

    def wrong(self, ours: str, position: int, what: str) -> UnreadableTransactions:
        """Return the refusal of a text, at the first line where it stands."""
        column = self.columns[ours]
        return UnreadableTransactions(
            f"{self.name}, line {self.lines[column.codes.index(position)]}, column {column.name!r}: {what}."
        )


def read_transactions(path: Path | str, preset: Preset) -> pd.DataFrame:
    """Return every line of a CSV file (plain or gzip) under our names, in the file's order.

    Columns: order, product, user, title (text, "" where empty, spaces around removed), quantity (int64), price
    (float64), exact_price (the same as Decimal, for money), at (datetime64, UTC), any `extra`, line (of the file, from
    1, the headings included), and ordinal: the place of the line within its order, from 1, counted over all lines of
    the file, so that (order, ordinal) names a line even when the same product stands twice in an order.

    Raises: UnreadableTransactions when the file is no such table, lacks a column, or holds a wrong number or time.
    """
    table = _scan(Path(path), preset)
    names = [ours for ours in table.columns if ours not in {"quantity", "price", "at"}]
    frame = pd.DataFrame(
        {
            ours: pd.Series(table.columns[ours].spread(table.read(ours, _text(ours)), object), dtype="str")
            for ours in names
        }
    )
    frame["quantity"] = table.columns["quantity"].spread(table.read("quantity", _whole_number), np.int64)
    prices = table.read("price", _number)
    frame["price"] = table.columns["price"].spread([float(price) for price in prices], np.float64)
    frame["exact_price"] = table.columns["price"].spread(prices, object)
    frame["at"] = _times(table, preset.day_first)
    if "title" not in frame:
        frame["title"] = ""
    frame["line"] = np.frombuffer(table.lines, dtype=np.int64)
    frame["ordinal"] = frame.groupby("order", sort=False).cumcount() + 1
    return frame


def _scan(path: Path, preset: Preset) -> _Table:
    """Read the whole file into columns of text, in one pass that never holds it as rows."""
    with _opened(path, preset.encoding) as file:
        reader = csv.reader(file, strict=True)
        begins_at = 1
        try:
            headings = [heading.strip() for heading in next(reader, [])]
            table = _Table(path.name, _columns(path.name, headings, preset))
            takers = [(column.add, column.place) for column in table.columns.values()]
            begins_at = reader.line_num + 1
            for row in reader:
                if row:
                    if len(row) != len(headings):
                        raise UnreadableTransactions(
                            f"{path.name}, line {begins_at}: has {len(row)} fields under {len(headings)} headings."
                        )
                    table.lines.append(begins_at)
                    for take, place in takers:
                        take(row[place])
                begins_at = reader.line_num + 1
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableTransactions(
                f"{path.name}, line {begins_at}: the compressed file is damaged, or ends too early."
            ) from None
        except csv.Error as problem:
            raise UnreadableTransactions(f"{path.name}, line {begins_at}: is no CSV ({problem}).") from None
        except UnicodeError:
            raise UnreadableTransactions(f"{path.name}, line {begins_at}: is not {preset.encoding} text.") from None
    if not table.lines:
        raise UnreadableTransactions(f"{path.name}, line 1: has headings and no line below them.")
    for ours, column in table.columns.items():
        for position, text in enumerate(column.texts):
            if _NO_TEXT.search(text):
                raise table.wrong(ours, position, f"is not {preset.encoding} text")
    return table


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    """Open a file as text, whether it is compressed or not."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UnreadableTransactions(f"{path.name}: there is no encoding {encoding!r}.") from None
    # Excel begins UTF-8 with a mark that belongs to no heading.
    options: dict[str, Any] = {
        "encoding": "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding,
        "errors": "surrogateescape",
        "newline": "",
    }
    try:
        with path.open("rb") as raw:
            is_compressed = raw.read(len(_GZIP)) == _GZIP
        with gzip.open(path, "rt", **options) if is_compressed else path.open(**options) as file:
            yield file
    except gzip.BadGzipFile:
        raise
    except OSError as problem:
        raise UnreadableTransactions(f"{path.name}: cannot be read ({problem.strerror}).") from None


def _columns(file: str, headings: list[str], preset: Preset) -> dict[str, _Column]:
    """Return our columns at their places among the headings."""
    if not headings:
        raise UnreadableTransactions(f"{file}, line 1: is empty.")
    if any(map(_NO_TEXT.search, headings)):
        raise UnreadableTransactions(f"{file}, line 1: is not {preset.encoding} text.")
    wanted = preset.columns.names()
    for theirs in chain(wanted.values(), preset.extra.values()):
        if headings.count(theirs) > 1:
            raise UnreadableTransactions(f"{file}, line 1: has the column {theirs!r} more than once.")
    missing = [theirs for theirs in wanted.values() if theirs not in headings]
    if missing:
        raise UnreadableTransactions(
            f"{file}, line 1: has no column {', '.join(map(repr, missing))}; it has {', '.join(map(repr, headings))}."
        )
    wanted |= {ours: theirs for ours, theirs in preset.extra.items() if theirs in headings}
    return {ours: _Column(theirs, headings.index(theirs)) for ours, theirs in wanted.items()}


def _text(ours: str) -> Callable[[str], str]:
    if ours == "user":
        # Spreadsheets that once held an empty cell write customer 17850 as 17850.0.
        return lambda text: re.sub(r"^(\d+)\.0$", r"\1", text)
    return str


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    number = Decimal(text)
    if abs(number) >= _TOO_LARGE:
        raise ValueError(f"{text!r} is too large")
    return number


def _whole_number(text: str) -> int:
    number = _number(text)
    if number % 1:
        raise ValueError(f"{text!r} is not a whole number")
    return int(number)


def _times(table: _Table, day_first: bool | None) -> pd.Series:
    column = table.columns["at"]
    try:
        moments = read_times([text.strip() for text in column.texts], day_first)
    except UnclearTime as problem:
        raise table.wrong("at", problem.position, str(problem)) from None
    naive = column.spread([moment.replace(tzinfo=None) for moment in moments], "datetime64[us]")
    return pd.Series(naive).dt.tz_localize("UTC")
