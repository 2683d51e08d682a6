"""Files of networks' reports: the good lines come into the ledger, and the bad ones are named."""

import dataclasses
import io
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from rest_framework import serializers

from catalogue.affiliate.conversions import ReportLine, record_conversions
from catalogue.affiliate.shapes import ReportLineSerializer
from catalogue.importing import batched
from catalogue.models import AffiliateProgramme, ConversionKind
from catalogue.sheets import Line, RowError, Sheet, UnreadableFile
from common.files import read_within_bounds

MOST_LINES = 10_000
RULES = ReportLineSerializer()
COLUMNS = tuple(RULES.fields)
REQUIRED = tuple(name for name, field in RULES.fields.items() if field.required)


@dataclasses.dataclass
class Landed:
    """What became of a file, counted in lines."""

    n_new: int = 0
    n_known: int = 0
    errors: list[RowError] = dataclasses.field(default_factory=list)


def import_report(
    *, programme: AffiliateProgramme, name: str, file: BinaryIO, now: datetime, actor_id: uuid.UUID | None
) -> Landed:
    """Take the lines of a network's report (CSV, XLSX or JSON lines) into the ledger, in batches that each stand.

    The same file again changes nothing. Raises FileTooLarge and UnreadableFile, before any line lands.
    """
    content = read_within_bounds(file)
    sheet = Sheet(name, lambda: io.BytesIO(content), columns=COLUMNS, required=REQUIRED)
    if sheet.count() > MOST_LINES:
        raise UnreadableFile(f"{name}: has more than {MOST_LINES:,} lines; please split it.")
    landed = Landed()
    for lines in batched(sheet.lines()):
        _land(programme, lines, landed, now, actor_id)
    return landed


def _land(
    programme: AffiliateProgramme, lines: Sequence[Line], landed: Landed, now: datetime, actor_id: uuid.UUID | None
) -> None:
    """Take a batch into the ledger, and note what became of it."""
    numbers, good = [], []
    for line in lines:
        try:
            good.append(_read(line))
            numbers.append(line.number)
        except serializers.ValidationError as wrong:
            landed.errors += [
                RowError(line.number, str(column), str(problems[0])) for column, problems in _by_column(wrong)
            ]
    outcomes = record_conversions(programme=programme, lines=good, now=now, actor_id=actor_id)
    for number, outcome in zip(numbers, outcomes, strict=True):
        if outcome.error is not None:
            landed.errors.append(RowError(number, str((outcome.error.loc or ("",))[-1]), outcome.error.message))
        elif outcome.is_new:
            landed.n_new += 1
        else:
            landed.n_known += 1
    landed.errors.sort(key=lambda error: error.line)


def _read(line: Line) -> ReportLine:
    """Return what a line says; raises ValidationError."""
    if line.error is not None:
        raise serializers.ValidationError({line.error.column: [line.error.message]})
    given = dict(line.values)
    if isinstance(given.get("kind"), str):
        given["kind"] = given["kind"].strip().lower()
    values = RULES.run_validation(given)
    return ReportLine(**values | {"kind": ConversionKind(values["kind"].upper())})


def _by_column(wrong: serializers.ValidationError) -> list[tuple[str, list[str]]]:
    return list(dict(wrong.detail).items())  # type: ignore[arg-type]  # a flat serializer has a list for each column
