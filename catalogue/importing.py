"""Products from a file, batch by batch: the good lines land and the bad ones are named.

The command and the uploads of staff both come through here.
"""

import dataclasses
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError
from django.utils.text import slugify
from rest_framework import serializers

from catalogue import services
from catalogue.models import Category, Product, UploadMode
from catalogue.rules import ProductWriteSerializer
from catalogue.sheets import Line, RowError, Sheet
from catalogue.shelves import Shelves

BATCH = 500
RULES = ProductWriteSerializer()
REFERENCE = serializers.CharField(max_length=Product._meta.get_field("external_reference").max_length)


@dataclasses.dataclass
class Report:
    """What an import did (or would do, when it is a trial), counted in lines."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[RowError] = dataclasses.field(default_factory=list)

    @property
    def lines(self) -> int:
        """Return how many lines were read."""
        return self.made + self.changed + self.unchanged + self.refused

    def add(self, other: "Report") -> None:
        """Add what another stretch of lines came to."""
        self.made += other.made
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.errors += other.errors


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
    Raises UnreadableFile, before anything lands, for an unknown kind of file, a missing column or no UTF-8.
    """
    sheet = Sheet.at(path)
    sheet.count()
    importer = Importer(now=now, actor_id=actor_id, make_categories=make_categories)
    report = Report()
    for lines in batched(sheet.lines()):
        report.add(importer.land(lines))
        progress(report)
    return report


@dataclasses.dataclass
class Batch:
    """Lines that were checked: the rows of the good ones by reference, and what is wrong with the others."""

    n_lines: int
    rows: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    numbers: dict[str, int] = dataclasses.field(default_factory=dict)
    errors: list[RowError] = dataclasses.field(default_factory=list)


class Importer:
    """Land the lines of one file, a batch at a time, in the file's order."""

    def __init__(
        self,
        *,
        now: datetime,
        actor_id: uuid.UUID | None,
        mode: UploadMode = UploadMode.UPSERT,
        make_categories: bool = False,
        is_trial: bool = False,
    ) -> None:
        """Take what to do with the lines; a trial writes nothing and counts what would be done."""
        self._now, self.actor_id = now, actor_id
        self._mode, self._make_categories, self._is_trial = mode, make_categories, is_trial
        # Who was named in the file before, by reference and by slug: a second line about a product is an error.
        self._references: dict[str, int] = {}
        self._slugs: dict[str, int] = {}

    def remember(self, line: Line) -> None:
        """Take note of a line that has landed earlier."""
        self._name(line, REFERENCE.run_validation(line.values["external_reference"]), line.values.get("slug"))

    def land(self, lines: Sequence[Line]) -> Report:
        """Write a batch, and return what became of it; a bad line is reported and leaves the others alone."""
        return self.write(self.prepare(lines))

    def prepare(self, lines: Sequence[Line]) -> "Batch":
        """Check a batch by the rules, so that writing it takes the less time."""
        self._look_up_categories()
        batch = Batch(len(lines))
        for line in lines:
            row = self._read(line, batch.errors)
            if row is not None:
                batch.rows[row["external_reference"]] = row
                batch.numbers[row["external_reference"]] = line.number
        return batch

    def write(self, batch: "Batch") -> Report:
        """Write a batch that was prepared, in a transaction or several, and return what became of it."""
        report = Report(errors=batch.errors)
        for reference, column, message in self._contradictions(batch.rows):
            report.errors.append(RowError(batch.numbers[reference], column, message))
            row = batch.rows.pop(reference)
            self._references.pop(reference)
            self._slugs.pop(row.get("slug", ""), None)
        if not self._is_trial:
            self._make_categories_of(batch.rows.values())
        self._upsert(list(batch.rows.values()), batch.numbers, report)
        report.errors.sort(key=lambda error: error.line)
        report.refused = batch.n_lines - report.made - report.changed - report.unchanged
        return report

    def _upsert(self, rows: list[dict[str, Any]], numbers: Mapping[str, int], report: Report) -> None:
        if self._is_trial:
            made, changed = services.count_changes(rows=rows)
        else:
            try:
                made, changed = services.upsert_products(rows=rows, now=self._now, actor_id=self.actor_id)
            except services.SlugTaken as taken:
                if len(rows) == 1:
                    number = numbers[rows[0]["external_reference"]]
                    report.errors.append(RowError(number, "external_reference", taken.message))
                    return
                # Somebody else has written one of these meanwhile: each by itself, so that the others land.
                for row in rows:
                    reference = row["external_reference"]
                    contradictions = self._contradictions({reference: row})
                    report.errors += [RowError(numbers[reference], *told) for _, *told in contradictions]
                    if not contradictions:
                        self._upsert([row], numbers, report)
                return
        report.made += made
        report.changed += changed
        report.unchanged += len(rows) - made - changed

    def _make_categories_of(self, rows: Iterable[dict[str, Any]]) -> None:
        wanted: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if row["category"].slug in self._imagined:
                wanted.setdefault(row["category"].slug, []).append(row)
        for slug, of_it in wanted.items():
            category = self._imagined[slug]
            try:
                services.save_category(category=category, now=self._now, actor_id=self.actor_id)
            except IntegrityError:
                # Somebody else has made it meanwhile.
                there = Category.objects.get(slug=slug)
                for row in of_it:
                    row["category"] = there

    def _read(self, line: Line, errors: list[RowError]) -> dict[str, Any] | None:
        """Return a line's model fields; a bad line adds to `errors` and returns None."""
        if line.error:
            errors.append(line.error)
            return None
        try:
            values = _fields(line)
        except serializers.ValidationError as wrong:
            errors += [RowError(line.number, column, _first(problem)) for column, problem in _problems(wrong).items()]
            return None
        for column, named in (("external_reference", self._references), ("slug", self._slugs)):
            if values.get(column) in named:
                message = f"Line {named[values[column]]} names this already."
                errors.append(RowError(line.number, column, message))
                return None
        category = self._category(values.pop("category"))
        if category is None:
            errors.append(RowError(line.number, "category", "There is no such category."))
            return None
        self._name(line, values["external_reference"], values.get("slug"))
        if "image_url" in values:
            values["image"] = values.pop("image_url")
        return {**values, "category": category}

    def _contradictions(self, rows: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str]]:
        """Return the references of rows that contradict what is there, with the column and what to say of each."""
        known = services.known_references(references=rows) if self._mode is UploadMode.CREATE else set()
        taken = services.taken_slugs(rows=rows.values()) - known
        return [
            *(
                (reference, "external_reference", "There is a product with this reference already.")
                for reference in known
            ),
            *((reference, "slug", "Another product has this slug.") for reference in taken),
        ]

    def _name(self, line: Line, reference: str, slug: str | None) -> None:
        self._references[reference] = line.number
        if slug:
            self._slugs[slug] = line.number

    def _look_up_categories(self) -> None:
        categories = list(Category.objects.all())
        self._categories = {category.pk: category for category in categories}
        self._shelves = Shelves(categories)
        # Those that are to be made.
        self._imagined: dict[str, Category] = {}

    def _category(self, named: str) -> Category | None:
        shelf = self._shelves.find(named)
        if shelf is None and self._make_categories and (slug := slugify(named)[: services.LONGEST_CATEGORY]):
            shelf = self._shelves.find(slug)
            if shelf is None:
                new = Category(name=slug.replace("-", " ").title(), slug=slug)
                return self._imagined.setdefault(slug, new)
        return self._categories[shelf.id] if shelf else None


def batched(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield lines in batches."""
    iterator = iter(lines)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch


def _fields(line: Line) -> dict[str, Any]:
    """Return a line's values as the rules read them; raises ValidationError, all columns in one."""
    values = dict(line.values)
    problems: dict[str, Any] = {}
    try:
        reference = REFERENCE.run_validation(values.pop("external_reference", serializers.empty))
    except serializers.ValidationError as wrong:
        problems["external_reference"] = wrong.detail
    try:
        checked = RULES.run_validation(values)
    except serializers.ValidationError as wrong:
        problems |= _problems(wrong)
    if problems:
        raise serializers.ValidationError(problems)
    return {"external_reference": reference, **checked}


def _problems(wrong: serializers.ValidationError) -> dict[str, Any]:
    """Return what is wrong by column."""
    return wrong.detail if isinstance(wrong.detail, dict) else {"": wrong.detail}


def _first(problem: Any) -> str:
    """Return the first sentence of a serializer's error, however it is nested."""
    while isinstance(problem, dict | list):
        problem = next(iter(problem.values())) if isinstance(problem, dict) else problem[0]
    return str(problem)
