"""Products as files that spreadsheets open and that may be uploaded again as they are."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from catalogue import workbooks
from catalogue.models import FileKind, Product
from catalogue.sheets import COLUMNS
from common import audit
from common.spreadsheets import as_csv

BLOCK = 500


def as_csv_lines(products: QuerySet[Product], *, now: datetime, actor_id: uuid.UUID | None) -> Iterator[str]:
    """Yield products as a CSV file without formulas, its head first; that they went out is written down."""
    _record(products, FileKind.CSV, now, actor_id)
    return as_csv(COLUMNS, _rows(products))


def as_workbook(products: QuerySet[Product], *, now: datetime, actor_id: uuid.UUID | None) -> bytes:
    """Return products as an Excel workbook without formulas; that they went out is written down."""
    _record(products, FileKind.XLSX, now, actor_id)
    return workbooks.pack(COLUMNS, _rows(products))


def _record(products: QuerySet[Product], kind: FileKind, now: datetime, actor_id: uuid.UUID | None) -> None:
    details = {"products": products.count(), "kind": kind}
    audit.record(action="product.exported", actor_id=actor_id, details=details, now=now)


def _rows(products: QuerySet[Product]) -> Iterator[list[Any]]:
    for product in products.select_related("category").iterator(chunk_size=BLOCK):
        yield [_value(product, column) for column in COLUMNS]


def _value(product: Product, column: str) -> Any:
    match column:
        case "category":
            return product.category.slug
        case "image_url":
            # A picture of our own has no address that somebody else's file could give.
            return product.image if product.image.startswith(("https://", "http://")) else ""
        case "tags" | "images" | "occasions":
            return "|".join(map(str, getattr(product, column)))
    return getattr(product, column)
