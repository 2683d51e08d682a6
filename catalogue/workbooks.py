"""Excel workbooks (XLSX): read row by row, within bounds, as a small archive may unpack into anything; and written."""

import io
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from common.spreadsheets import cell

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEGABYTE = 1024 * 1024
MOST_MEMBERS = 1000
# Unpacked, all sheets together, the table of texts, and any other part, which openpyxl reads as a whole.
MOST_UNPACKED = 160 * MEGABYTE
MOST_TEXTS = 48 * MEGABYTE
MOST_OTHER = 4 * MEGABYTE
TEXTS = "xl/sharedStrings.xml"
SHARED_TEXT = f"{{{SHEET_MAIN_NS}}}si"
SHEETS = "xl/worksheets/"
# Excel's own last row; far more columns than products have.
LAST_ROW = 1_048_576
MOST_CELLS = 128
# Elements beside the rows: widths of columns, merged cells.
MOST_BESIDE = 20_000
PIECE = 64 * 1024


class BadWorkbook(Exception):
    """A file is no workbook, or one beyond all bounds; its words say what is wrong."""


def check_archive(file: BinaryIO) -> None:
    """Look at an archive's table of contents alone. Raises BadWorkbook."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise BadWorkbook("is no XLSX workbook") from None
    if "[Content_Types].xml" not in names or not any(name.startswith(SHEETS) for name in names):
        raise BadWorkbook("is no XLSX workbook")
    # Members are never unpacked beyond the size that stands here.
    sizes = [
        (member.file_size, _most(member.filename)) for member in members if member.filename.endswith((".xml", ".rels"))
    ]
    if (
        len(members) > MOST_MEMBERS
        or sum(size for size, _ in sizes) > MOST_UNPACKED
        or any(size > most for size, most in sizes)
    ):
        raise BadWorkbook("unpacks into more than a workbook of products may")


def count_rows(file: BinaryIO) -> int:
    """Return how many rows of the first sheet hold anything, after a look at every element. Raises BadWorkbook."""
    check_archive(file)
    counts = {}
    try:
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if name == TEXTS or (name.startswith(SHEETS) and name.endswith(".xml")):
                    with archive.open(name) as part:
                        counts[name] = _Scan().run(part)
    except BadWorkbook:
        raise
    except Exception as problem:
        raise _bad(problem) from None
    with _opened(_Outline, file) as book:
        try:
            return counts[book.worksheets[0]._worksheet_path.lstrip("/")]
        except (IndexError, KeyError):
            raise BadWorkbook("has no sheet") from None


def rows(file: BinaryIO) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield number and values of each row of the first sheet that holds anything. Raises BadWorkbook.

    Only for a file that `count_rows` has counted: what it refuses may take all memory here.
    """
    with _opened(_Reader, file) as book:
        sheet = book.worksheets[0]
        with sheet._get_source() as source:
            parser = WorkSheetParser(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            found = parser.parse()
            while True:
                try:
                    number, cells = next(found)
                except StopIteration:
                    return
                except Exception as problem:
                    raise _bad(problem) from None
                # How high each row is, which nobody asks.
                parser.row_dimensions.clear()
                values = _values(cells)
                if any(value not in (None, "") for value in values):
                    yield number, values


def _values(cells: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the values of a row in their columns; those far out are passed over."""
    values: list[Any] = []
    for cell_ in cells:
        column = cell_["column"]
        if cell_["value"] is not None and column <= MOST_CELLS:
            values += [None] * (column - len(values))
            values[column - 1] = cell_["value"]
    return values


class _Outline(ExcelReader):
    """A workbook without its texts."""

    def read_strings(self) -> None:
        """Read none."""


class _Reader(ExcelReader):
    """A workbook whose table of texts is small: neither its elements nor a hundred thousand objects are kept."""

    def read_strings(self) -> None:
        """Read the texts."""
        self.shared_strings = _Texts()
        if TEXTS not in self.valid_files:
            return
        with self.archive.open(TEXTS) as part:
            steps = iterparse(part, events=("start", "end"))
            _, root = next(steps)
            for event, element in steps:
                if event == "end" and element.tag == SHARED_TEXT:
                    self.shared_strings.append(Text.from_tree(element).content.replace("x005F_", ""))
                    root.clear()


class _Texts:
    """Texts by number, in one stretch of bytes: each alone would take 50 bytes more."""

    def __init__(self) -> None:
        self._stretch, self._ends = bytearray(), array("L", [0])

    def append(self, text: str) -> None:
        """Add a text."""
        self._stretch += text.encode()
        self._ends.append(len(self._stretch))

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        return self._stretch[self._ends[number] : self._ends[number + 1]].decode()


@contextmanager
def _opened(reader: type[ExcelReader], file: BinaryIO) -> Iterator[Any]:
    try:
        reading = reader(file, read_only=True, data_only=True, keep_links=False)
        reading.read()
    except Exception as problem:
        raise _bad(problem) from None
    try:
        yield reading.wb
    finally:
        reading.wb.close()


def pack(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of one sheet: no spreadsheet takes a text in it for a formula, and numbers stay numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(head))
    for line in lines:
        sheet.append([_cell(value) for value in line])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float | Decimal):
        return value
    return ILLEGAL_CHARACTERS_RE.sub("", cell(value))


def _bad(problem: Exception) -> BadWorkbook:
    """Return what to say of a failure: a damaged workbook makes zipfile, expat and openpyxl raise anything."""
    return BadWorkbook(f"is no XLSX workbook that can be read ({type(problem).__name__})")


def _most(name: str) -> int:
    if name == TEXTS:
        return MOST_TEXTS
    return MOST_UNPACKED if name.startswith(SHEETS) else MOST_OTHER


class _Scan:
    """A look at the elements of a part, none of which is kept."""

    def __init__(self) -> None:
        self._rows = self._cells = self._beside = self._last = 0
        self._is_in_row = self._is_filled = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse

    def run(self, part: IO[bytes]) -> int:
        """Return the number of rows that hold anything. Raises BadWorkbook, ExpatError."""
        while piece := part.read(PIECE):
            self._parser.Parse(piece, False)
        self._parser.Parse(b"", True)
        return self._rows

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if self._is_in_row:
            self._cells += 1
            self._is_filled = self._is_filled or name in {"v", "t"}
            # A cell has a value or a formula with it, and a rich text some parts.
            if self._cells > 5 * MOST_CELLS:
                raise BadWorkbook(f"has a row of more than {MOST_CELLS} cells")
        elif name in {"row", "si"}:
            self._is_in_row, self._is_filled, self._cells = True, False, 0
            if name == "row":
                self._follow(int(float(attributes.get("r", self._last + 1))))
        else:
            self._beside += 1
            if self._beside > MOST_BESIDE:
                raise BadWorkbook("has too much beside its rows")

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] in {"row", "si"}:
            self._is_in_row = False
            self._rows += self._is_filled

    def _follow(self, number: int) -> None:
        """Raises BadWorkbook for a row that openpyxl would pass over, or one that it would wait for without end."""
        if not self._last < number <= LAST_ROW:
            raise BadWorkbook(f"has a row {number} after row {self._last}")
        self._last = number

    @staticmethod
    def _refuse(*_: Any) -> None:
        raise BadWorkbook("declares a document type")
