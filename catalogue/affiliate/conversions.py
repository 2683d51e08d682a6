"""What networks report: each line once in the ledger, matched to its click, in whatever order the lines come."""

import dataclasses
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from catalogue.affiliate.programmes import Rates
from catalogue.models import AffiliateClick, AffiliateConversion, AffiliateProgramme, ConversionKind
from common import audit
from common.errors import Conflict, DomainError, Invalid

BATCH = 500
PENNY = Decimal("0.01")
CLOCKS_DIFFER = timedelta(days=1)
SUB_ID = re.compile(r"[0-9a-f]{32}")
# What two lines of one name have to agree in.
SAID = ("sale_reference", "sub_id", "ordered_at", "amount", "currency", "is_reported")


class LineContradicts(Conflict):
    """The ledger has a line of this name that says something else."""

    error_code = "CONVERSION_EXISTS"
    detail = "There is a line of this name already, and it says something else."


@dataclasses.dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a network's report, with amounts to the penny."""

    external_reference: str
    ordered_at: datetime
    amount: Decimal
    currency: str
    kind: ConversionKind = ConversionKind.SALE
    sub_id: str = ""
    sale_reference: str = ""
    commission: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: a row, new or known, or what is wrong with it."""

    conversion: AffiliateConversion | None
    is_new: bool = False
    error: DomainError | None = None


def record_conversion(
    *, programme: AffiliateProgramme, line: ReportLine, now: datetime, actor_id: uuid.UUID | None
) -> tuple[AffiliateConversion, bool]:
    """Take one line into the ledger; returns its row and whether it is new. Raises LineContradicts, Invalid."""
    (outcome,) = record_conversions(programme=programme, lines=[line], now=now, actor_id=actor_id)
    if outcome.error is not None:
        raise outcome.error
    assert outcome.conversion is not None
    return outcome.conversion, outcome.is_new


def record_conversions(
    *, programme: AffiliateProgramme, lines: Sequence[ReportLine], now: datetime, actor_id: uuid.UUID | None
) -> list[Outcome]:
    """Take lines of one programme into the ledger, and return what became of each; a bad one leaves the others alone.

    A line is known by the programme, its reference and its kind. What stands there is never changed: the same line
    again is the same row, and one that says something else is LineContradicts. A reversal is a line of its own and may
    come before its sale. Where the report has no commission, the rate of the click's category on the order's day makes
    it.
    """
    errors = [_fault_of(line, now) for line in lines]
    good = [line for line, error in zip(lines, errors, strict=True) if error is None]
    with transaction.atomic():
        rows = _rows_of(programme, good, now)
        # In one order, so that no two reports wait for each other; of two lines of one name the first one counts.
        AffiliateConversion.objects.bulk_create(sorted(rows, key=_name_of), ignore_conflicts=True, batch_size=BATCH)
        kept = _kept(programme, rows)
        outcomes = [_compare(row, kept[_name_of(row)]) for row in rows]
        if n_new := sum(outcome.is_new for outcome in outcomes):
            details = {"lines": n_new}
            target = f"programme {programme.pk}"
            audit.record(action="conversion.recorded", actor_id=actor_id, target=target, details=details, now=now)
    recorded = iter(outcomes)
    return [next(recorded) if error is None else Outcome(None, error=error) for error in errors]


def _fault_of(line: ReportLine, now: datetime) -> DomainError | None:
    if line.ordered_at > now + CLOCKS_DIFFER:
        return Invalid("Lies in the future.", loc=("body", "ordered_at"))
    if line.kind is ConversionKind.SALE and line.sale_reference not in ("", line.external_reference):
        return Invalid("A sale takes back no other line.", loc=("body", "sale_reference"))
    for field in ("amount", "commission"):
        amount = getattr(line, field)
        if amount is not None and (amount < 0 or amount != amount.quantize(PENNY)):
            return Invalid("Takes a sum to the penny, never below 0.", loc=("body", field))
    return None


def _rows_of(programme: AffiliateProgramme, lines: Sequence[ReportLine], now: datetime) -> list[AffiliateConversion]:
    """Return the lines as rows that are not stored yet, each with its click and its commission."""
    # Some networks write what links carried in capitals.
    ids = {uuid.UUID(line.sub_id) for line in lines if SUB_ID.fullmatch(line.sub_id.lower())}
    found = AffiliateClick.objects.filter(programme=programme, pk__in=ids).select_related("product")
    clicks = {click.pk.hex: click for click in found}
    rates = None if all(line.commission is not None for line in lines) else Rates(programme)
    rows = []
    for line in lines:
        click, commission = clicks.get(line.sub_id.lower()), line.commission
        if commission is None:
            assert rates is not None
            category_id = click.product.category_id if click else None
            percent = rates.percent(category_id, line.ordered_at.astimezone(UTC).date())
            commission = (line.amount * percent / 100).quantize(PENNY, ROUND_HALF_UP)
        rows.append(
            AffiliateConversion(
                programme=programme,
                kind=line.kind,
                external_reference=line.external_reference,
                sale_reference=line.sale_reference or line.external_reference,
                sub_id=line.sub_id,
                click=click,
                ordered_at=line.ordered_at,
                amount=line.amount,
                commission=commission,
                is_reported=line.commission is not None,
                currency=line.currency,
                recorded_at=now,
            )
        )
    return rows


def _kept(
    programme: AffiliateProgramme, rows: Sequence[AffiliateConversion]
) -> dict[tuple[str, str], AffiliateConversion]:
    """Return what the ledger has under the names of these rows."""
    references = {row.external_reference for row in rows}
    found = AffiliateConversion.objects.filter(programme=programme, external_reference__in=references)
    return {_name_of(row): row for row in found.select_related("click", "programme")}


def _name_of(row: AffiliateConversion) -> tuple[str, str]:
    return row.external_reference, row.kind


def _compare(row: AffiliateConversion, kept: AffiliateConversion) -> Outcome:
    if kept.pk == row.pk:
        return Outcome(kept, is_new=True)
    # A commission of our own making may come out differently now that rates have changed.
    fields = (*SAID, "commission") if row.is_reported else SAID
    if any(getattr(row, field) != getattr(kept, field) for field in fields):
        return Outcome(None, error=LineContradicts(f"{row.external_reference}: {LineContradicts.detail}"))
    return Outcome(kept)
