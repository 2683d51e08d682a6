"""Files of products, and others that staff send, as lines: CSV, workbooks (XLSX), JSON lines, read piece by piece."""

import csv
import dataclasses
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from catalogue import workbooks
from catalogue.models import FileKind
from catalogue.rules import ProductWriteSerializer
from common.errors import Invalid
from common.spreadsheets import text_of

LISTS = ("tags", "images", "occasions")
COLUMNS = ("external_reference", *ProductWriteSerializer().fields)
REQUIRED = ("external_reference", "title", "price", "category")
KINDS = {".csv": FileKind.CSV, ".xlsx": FileKind.XLSX, ".jsonl": FileKind.JSONL, ".ndjson": FileKind.JSONL}
# Spreadsheets of other countries write these for commas.
DELIMITERS = (",", ";", "\t")
PIECE = 256 * 1024
# What Excel leaves in a cell whose formula failed.
FAILED_CELLS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


class UnreadableFile(Invalid):
    """The file as a whole cannot be read."""


@dataclasses.dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one line (counted from 1, the header included) of a file; no column means the whole line."""

    line: int
    column: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line's values by column, or why there are none."""

    number: int
    values: dict[str, Any]
    error: RowError | None = None


def kind_of(name: str) -> FileKind:
    """Return the kind of file that a name ends in; raises UnreadableFile."""
    kind = KINDS.get(Path(name).suffix.lower())
    if kind is None:
        raise UnreadableFile(f"{name}: takes .csv, .xlsx, .jsonl or .ndjson files.")
    return kind


class Sheet:
    """A file, of products unless other columns are named, that may be opened as often as one likes."""

    def __init__(
        self,
        name: str,
        opened: Callable[[], BinaryIO],
        kind: FileKind | None = None,
        *,
        columns: Sequence[str] = COLUMNS,
        required: Sequence[str] = REQUIRED,
    ) -> None:
        """Take how to open the file, and its kind where the name does not tell it. Raises UnreadableFile."""
        self.name = name
        self.kind = kind or kind_of(name)
        self._opened = opened
        self._columns, self._required = columns, required

    @classmethod
    def at(cls, path: Path) -> "Sheet":
        """Return the file that lies at a path."""
        return cls(path.name, lambda: path.open("rb"))

    def look(self) -> None:
        """Look at what can be seen at once: text or archive, and the columns of a CSV. Raises UnreadableFile."""
        with self._reading() as file:
            if self.kind is FileKind.XLSX:
                workbooks.check_archive(file)
                return
            self._check_text(file)
            if self.kind is FileKind.CSV:
                file.seek(0)
                self._header(self._csv_rows(file))

    def count(self) -> int:
        """Return how many lines there are to read, after looking at the whole file. Raises UnreadableFile."""
        self.look()
        with self._reading() as file:
            if self.kind is FileKind.XLSX:
                return max(workbooks.count_rows(file) - 1, 0)
            if self.kind is FileKind.CSV:
                return max(sum(1 for _ in self._csv_rows(file)) - 1, 0)
            with self._text(file) as text:
                return sum(1 for line in text if line.strip())

    def lines(self) -> Iterator[Line]:
        """Yield each line. Raises UnreadableFile."""
        with self._reading() as file:
            if self.kind is FileKind.JSONL:
                yield from self._json_lines(file)
            else:
                rows = self._csv_rows(file) if self.kind is FileKind.CSV else workbooks.rows(file)
                yield from self._table_lines(rows)

    def _reading(self) -> "_Reading":
        return _Reading(self.name, self._opened)

    @staticmethod
    @contextmanager
    def _text(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            yield text
        finally:
            # Who opened the file closes it, and may have done so.
            with suppress(ValueError):
                text.detach()

    @staticmethod
    def _check_text(file: BinaryIO) -> None:
        """Read all of a file as UTF-8; raises UnicodeDecodeError, with the place in the whole file."""
        at, rest = 0, b""
        while piece := file.read(PIECE):
            piece = rest + piece
            try:
                piece.decode("utf-8")
                rest = b""
            except UnicodeDecodeError as problem:
                # A letter of several bytes may go on in the next piece.
                if problem.end < len(piece) or len(piece) - problem.start > 3:
                    raise UnicodeDecodeError("utf-8", b"", at + problem.start, at + problem.end, "") from None
                rest = piece[problem.start :]
            at += len(piece) - len(rest)
        if rest:
            raise UnicodeDecodeError("utf-8", b"", at, at + len(rest), "")

    def _csv_rows(self, file: BinaryIO) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield the rows of a CSV file that hold anything, each with the line it begins at."""
        with self._text(file) as text:
            first = text.readline()
            text.seek(0)
            reader = csv.reader(text, delimiter=max(DELIMITERS, key=first.count))
            while True:
                number = reader.line_num + 1
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as problem:
                    raise UnreadableFile(f"{self.name}, line {number}: is no CSV ({problem}).") from None
                if any(row):
                    yield number, row

    def _header(self, rows: Iterator[tuple[int, Sequence[Any]]]) -> list[str]:
        """Return the columns by the first row; raises UnreadableFile for one that is missing or there twice."""
        number, names = next(rows, (1, ()))
        columns = [str(name or "").strip().lower() for name in names]
        while columns and not columns[-1]:
            columns.pop()
        for column in self._required:
            if column not in columns:
                raise UnreadableFile(f"{self.name}, line {number}: the column {column} is missing.")
        for column in self._columns:
            if columns.count(column) > 1:
                raise UnreadableFile(f"{self.name}, line {number}: the column {column} is there twice.")
        return columns

    def _table_lines(self, rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Line]:
        columns = self._header(rows)
        for number, row in rows:
            if any(cell not in (None, "") for cell in row[len(columns) :]):
                yield Line(number, {}, RowError(number, "", "There are more cells than columns."))
                continue
            cells = {
                column: cell
                for column, cell in zip(columns, row, strict=False)
                if column in self._columns and cell not in (None, "")
            }
            failed = next((column for column, cell in cells.items() if cell in FAILED_CELLS), None)
            if failed:
                message = f"The cell holds the error {cells[failed]}."
                yield Line(number, {}, RowError(number, failed, message))
                continue
            yield Line(number, {column: _value(column, cell) for column, cell in cells.items()})

    def _json_lines(self, file: BinaryIO) -> Iterator[Line]:
        with self._text(file) as text:
            for number, words in enumerate(text, start=1):
                if words.strip():
                    yield _json_line(number, words, self._columns)


class _Reading:
    """An open file whose failures are UnreadableFile, as a context manager."""

    def __init__(self, name: str, opened: Callable[[], BinaryIO]) -> None:
        self._name, self._opened = name, opened

    def __enter__(self) -> BinaryIO:
        try:
            self._file = self._opened()
        except OSError as problem:
            raise self._unreadable(problem) from None
        return self._file

    def __exit__(self, kind: Any, problem: BaseException | None, trace: Any) -> None:
        self._file.close()
        if isinstance(problem, UnicodeDecodeError | OSError | workbooks.BadWorkbook):
            raise self._unreadable(problem) from None

    def _unreadable(self, problem: Exception) -> UnreadableFile:
        match problem:
            case UnicodeDecodeError():
                return UnreadableFile(f"{self._name}: is not UTF-8 text (byte {problem.start}).")
            case OSError():
                return UnreadableFile(f"{self._name}: cannot be read ({problem.strerror}).")
        return UnreadableFile(f"{self._name}: {problem}.")


def _value(column: str, cell: Any) -> Any:
    """Return a cell as a column's value: words between bars are a list, and a text loses its guard against formulas."""
    if isinstance(cell, float):
        # As people see it: the binary 19.989999999999998 was typed as 19.99.
        cell = f"{cell:.15g}"
    if isinstance(cell, str):
        cell = text_of(cell)
    if column in LISTS:
        return [part.strip() for part in str(cell).split("|") if part.strip()]
    return cell


def _json_line(number: int, text: str, columns: Sequence[str]) -> Line:
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        message = f"The line is no JSON: {problem.msg} (character {problem.colno})."
        return Line(number, {}, RowError(number, "", message))
    if isinstance(row, dict):
        return Line(number, {column: value for column, value in row.items() if column in columns})
    return Line(number, {}, RowError(number, "", "The line is no JSON object."))
