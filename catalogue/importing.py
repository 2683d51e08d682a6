"""Products from a file: CSV or JSON lines, row by row, the good ones land and the bad ones are named."""

import csv
import dataclasses
import itertools
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from catalogue import services
from catalogue.models import Category, Product
from catalogue.serializers import ProductWriteSerializer
from catalogue.shelves import Shelves
from common.errors import Invalid

BATCH = 500
LISTS = ("tags", "images", "occasions")
COLUMNS = ("external_reference", *ProductWriteSerializer().fields)
REQUIRED = ("external_reference", "title", "price", "category")
LONGEST_REFERENCE = Product._meta.get_field("external_reference").max_length


class UnreadableFile(Invalid):
    """The file as a whole cannot be read."""


@dataclasses.dataclass(frozen=True)
class RowError:
    """What is wrong with one line (counted from 1, the header included) of a file."""

    line: int
    column: str
    message: str


@dataclasses.dataclass
class Report:
    """What an import did."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[RowError] = dataclasses.field(default_factory=list)


def import_products(
    path: Path,
    *,
    now: datetime,
    actor_id: uuid.UUID | None = None,
    make_categories: bool = False,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Make or change the products of a file by their `external_reference`, in batches that each stand.

    An import that was interrupted is simply run again: what landed before counts as unchanged.
    Raises UnreadableFile for an unknown kind of file, a missing column or text that is not UTF-8.
    """
    report = Report()
    reader = _Rows(make_categories, now, actor_id)
    for batch in _batched(_lines(path), BATCH):
        rows: dict[str, Mapping[str, Any]] = {}
        for line, given in batch:
            row = reader.read(line, given, report.errors)
            if row is not None:
                # Of two lines with one reference the later counts, as it would in two imports.
                rows[row["external_reference"]] = row
        made, changed = services.upsert_products(rows=list(rows.values()), now=now, actor_id=actor_id)
        report.made += made
        report.changed += changed
        report.unchanged += len(rows) - made - changed
        progress(report)
    return report


class _Rows:
    """Turn lines into model fields, with the categories at hand."""

    def __init__(self, make_categories: bool, now: datetime, actor_id: uuid.UUID | None) -> None:
        self._make_categories = make_categories
        self._now = now
        self._actor_id = actor_id
        self._load()

    def _load(self) -> None:
        categories = list(Category.objects.all())
        self._categories = {category.pk: category for category in categories}
        self._shelves = Shelves(categories)

    def read(self, line: int, given: dict[str, Any], errors: list[RowError]) -> dict[str, Any] | None:
        """Return a row's model fields; a bad row adds to `errors` and returns None."""
        reference = str(given.pop("external_reference", None) or "").strip()
        if not 0 < len(reference) <= (LONGEST_REFERENCE or 0):
            errors.append(RowError(line, "external_reference", f"Takes 1 to {LONGEST_REFERENCE} characters."))
            return None
        checked = ProductWriteSerializer(data=given)
        if not checked.is_valid():
            errors += [RowError(line, column, _first(problem)) for column, problem in checked.errors.items()]
            return None
        values = dict(checked.validated_data)
        category = self._category(values.pop("category"))
        if category is None:
            errors.append(RowError(line, "category", "There is no such category."))
            return None
        if "image_url" in values:
            values["image"] = values.pop("image_url")
        return {"external_reference": reference, "category": category, **values}

    def _category(self, slug_or_id: str) -> Category | None:
        shelf = self._shelves.find(slug_or_id)
        if shelf is None and self._make_categories:
            name = slug_or_id.replace("-", " ").title()
            services.save_category(
                category=Category(name=name, slug=slug_or_id), now=self._now, actor_id=self._actor_id
            )
            self._load()
            shelf = self._shelves.find(slug_or_id)
        return self._categories[shelf.id] if shelf else None


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the values of each line."""
    readers = {".csv": _csv_lines, ".jsonl": _json_lines, ".ndjson": _json_lines}
    read = readers.get(path.suffix.lower())
    if read is None:
        raise UnreadableFile(f"{path.name}: takes .csv, .jsonl or .ndjson files.")
    try:
        yield from read(path)
    except UnicodeDecodeError as problem:
        raise UnreadableFile(f"{path.name}: is not UTF-8 text (byte {problem.start}).") from None
    except OSError as problem:
        raise UnreadableFile(f"{path.name}: cannot be read ({problem.strerror}).") from None
    except csv.Error as problem:
        raise UnreadableFile(f"{path.name}: is no CSV ({problem}).") from None


def _csv_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
        if missing:
            raise UnreadableFile(f"{path.name}, line 1: the column {missing[0]} is missing.")
        for row in reader:
            given = {column: text for column, text in row.items() if column in COLUMNS and text not in (None, "")}
            for column in LISTS:
                if column in given:
                    given[column] = [part.strip() for part in given[column].split("|") if part.strip()]
            yield reader.line_num, given


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
            except ValueError as problem:
                raise UnreadableFile(f"{path.name}, line {number}: is no JSON ({problem}).") from None
            if not isinstance(row, dict):
                raise UnreadableFile(f"{path.name}, line {number}: is no JSON object.")
            yield number, {column: value for column, value in row.items() if column in COLUMNS}


def _batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _first(problem: Any) -> str:
    """Return the first sentence of a serializer's error, however it is nested."""
    while isinstance(problem, dict | list):
        problem = next(iter(problem.values())) if isinstance(problem, dict) else problem[0]
    return str(problem)
