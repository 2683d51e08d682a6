"""What the affiliate ledger comes to: clicks, sales and reversals by whatever one likes, to the penny."""

import dataclasses
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    F,
    Field,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
)
from django.db.models.functions import Cast, Coalesce, Round, TruncMonth

from catalogue.models import AffiliateClick, AffiliateConversion, ConversionKind, Product
from common import audit
from common.spreadsheets import as_csv

DIMENSIONS = ("programme", "month", "placement", "policy", "product")
FIGURES = (
    "currency",
    "clicks",
    "conversions",
    "revenue",
    "commission",
    "reversals",
    "reversed revenue",
    "reversed commission",
    "earned",
)
OF_CLICKS: dict[str, "Field[Any, Any]"] = {"placement": CharField(), "policy": CharField(), "product_id": UUIDField()}


@dataclasses.dataclass(frozen=True)
class Sums:
    """Sales and reversals in one currency."""

    n_conversions: int
    revenue: Decimal
    commission: Decimal
    n_reversals: int
    reversed_revenue: Decimal
    reversed_commission: Decimal

    @property
    def earned(self) -> Decimal:
        """Return the commission that is left."""
        return self.commission - self.reversed_commission


@dataclasses.dataclass
class ReportRow:
    """What belongs together, under the words that it is grouped by; clicks know no currency."""

    words: tuple[str, ...]
    n_clicks: int = 0
    sums: dict[str, Sums] = dataclasses.field(default_factory=dict)


def affiliate_report(*, since: date, until: date, by: Sequence[str]) -> list[ReportRow]:
    """Return clicks by the day they were made, and lines of the ledger by the day of their order, from a day until
    before another, in UTC.

    A line belongs where its click does; a reversal without a click of its own, where its sale's does. What no click is
    known of has empty words. `by` names some of DIMENSIONS.
    """
    begins, ends = (datetime.combine(day, time(), UTC) for day in (since, until))
    rows: dict[tuple[Any, ...], ReportRow] = {}
    clicks = AffiliateClick.objects.filter(clicked_at__gte=begins, clicked_at__lt=ends)
    columns = {name: F(name) for name in OF_CLICKS}
    for found in _grouped(clicks, "clicked_at", columns, by).annotate(n=Count("pk")):
        _row(rows, found, by).n_clicks = found["n"]
    lines = AffiliateConversion.objects.filter(ordered_at__gte=begins, ordered_at__lt=ends)
    for found in _grouped(lines, "ordered_at", _of_origin(), by, "currency").annotate(**_figures()):
        _row(rows, found, by).sums[found["currency"]] = Sums(
            n_conversions=found["n_sale"],
            revenue=_money(found["amount_sale"]),
            commission=_money(found["commission_sale"]),
            n_reversals=found["n_reversal"],
            reversed_revenue=_money(found["amount_reversal"]),
            reversed_commission=_money(found["commission_reversal"]),
        )
    _name_products(rows, by)
    return sorted(rows.values(), key=lambda row: row.words)


def _of_origin() -> dict[str, Any]:
    """Return what a line has of its own click, else of the click of the sale that it takes back."""
    sale = AffiliateConversion.objects.filter(
        programme=OuterRef("programme"), external_reference=OuterRef("sale_reference"), kind=ConversionKind.SALE
    )
    return {
        name: Coalesce(F(f"click__{name}"), Subquery(sale.values(f"click__{name}")[:1]), output_field=field)
        for name, field in OF_CLICKS.items()
    }


def _grouped(
    rows: QuerySet[Any], moment: str, columns: dict[str, Any], by: Sequence[str], *also: str
) -> QuerySet[Any, dict[str, Any]]:
    expressions = {
        "programme": F("programme__name"),
        "month": TruncMonth(moment, tzinfo=UTC),
        "placement": columns["placement"],
        "policy": columns["policy"],
        "product": columns["product_id"],
    }
    named = {f"by_{name}": expressions[name] for name in by}
    return rows.order_by().annotate(**named).values(*named, *also)


def _figures() -> dict[str, Any]:
    """Return counts and sums in whole pennies, which every database adds without a rounding."""
    figures: dict[str, Any] = {}
    for kind in ConversionKind:
        of_kind, name = Q(kind=kind), kind.value.lower()
        figures[f"n_{name}"] = Count("pk", filter=of_kind)
        for field in ("amount", "commission"):
            figures[f"{field}_{name}"] = Sum(Cast(Round(F(field) * 100), BigIntegerField()), filter=of_kind)
    return figures


def _money(pennies: int | None) -> Decimal:
    return Decimal(int(pennies or 0)).scaleb(-2)


def _row(rows: dict[tuple[Any, ...], ReportRow], found: dict[str, Any], by: Sequence[str]) -> ReportRow:
    key = tuple(found[f"by_{name}"] or "" for name in by)
    return rows.setdefault(key, ReportRow(tuple(_word(value) for value in key)))


def _word(value: Any) -> str:
    return f"{value:%Y-%m}" if isinstance(value, datetime) else str(value)


def _name_products(rows: dict[tuple[Any, ...], ReportRow], by: Sequence[str]) -> None:
    """Write products' titles in place of their ids; two of one title stay two rows."""
    if "product" not in by:
        return
    place = by.index("product")
    ids = {key[place] for key in rows if isinstance(key[place], uuid.UUID)}
    titles = dict(Product.objects.filter(pk__in=ids).values_list("pk", "title"))
    for key, row in rows.items():
        title = titles.get(key[place], "")
        row.words = (*row.words[:place], title, *row.words[place + 1 :])


def as_table(rows: Sequence[ReportRow]) -> Iterator[list[Any]]:
    """Yield the cells of each row, a line for each currency; clicks stand in the first of them, to be added up."""
    for row in rows:
        currencies = sorted(row.sums) or [""]
        for position, currency in enumerate(currencies):
            clicks = row.n_clicks if position == 0 else 0
            yield [*row.words, currency, clicks, *_cells(row.sums.get(currency))]


def _cells(sums: Sums | None) -> list[Any]:
    if sums is None:
        return [0, "", "", 0, "", "", ""]
    return [
        sums.n_conversions,
        sums.revenue,
        sums.commission,
        sums.n_reversals,
        sums.reversed_revenue,
        sums.reversed_commission,
        sums.earned,
    ]


def as_csv_lines(
    rows: Sequence[ReportRow], *, by: Sequence[str], now: datetime, actor_id: uuid.UUID | None
) -> Iterator[str]:
    """Yield the report as a CSV file without formulas; that it went out is written down."""
    audit.record(action="affiliate.report_exported", actor_id=actor_id, details={"by": list(by)}, now=now)
    return as_csv((*by, *FIGURES), as_table(rows))
