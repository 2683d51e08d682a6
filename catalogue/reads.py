"""Products as the hot reads answer them: one SQL statement, rows to wire without models.

A page through the ORM and a serializer costs five times as much; `bench/` has the figures. Two dialects are
spoken here, PostgreSQL's and SQLite's, and one test suite holds both to the same answers.
"""

import dataclasses
import functools
import re
import time
import uuid
from collections.abc import Sequence
from typing import Any

from catalogue.dialects import Dialect, Shape, dialect, shape_of
from catalogue.queries import FIELDS, STAFF_FIELDS, ProductsAsked
from catalogue.shelves import shelves
from common.memo import TimedMemo
from common.rows import read_rows

# Which column each order runs by, and whether its index keeps that column descending. The table is named where the
# SELECT list casts the column: a bare name would mean what is selected, which no index knows.
# The column and not its cast in the SELECT list, which PostgreSQL would rather sort by.
ID = "catalogue_product.id"
ORDERS = {
    "popularity": ("popularity", True),
    "price": ("catalogue_product.price", False),
    "rating": ("COALESCE(catalogue_product.rating, 0)", False),
    "created_at": ("created_at", True),
    "title": ("title", False),
}
# Totals above this are kept for some seconds: counting 100,000 rows costs far more than showing 20 of them.
COUNTED_EACH_TIME = 200
TOTAL_SECONDS = 5.0
MOST_TOTALS = 1000
THREE_IN_A_ROW = re.compile(r"[^\W_]{3}")
FEATURED_SECONDS = 60
MOST_FEATURED = 100
PUBLIC_FIELDS = tuple(field for field in FIELDS if field not in STAFF_FIELDS)
REMEMBERED = 4096


@dataclasses.dataclass(frozen=True)
class Statement:
    """A question as SQL: the page, the total, and both at once; with their parameters."""

    page: str
    count: str
    page_and_count: str
    filters: tuple[Any, ...]
    order_and_page: tuple[Any, ...]
    # What the total depends on: neither page nor order nor fields.
    counts: str


def product_page(asked: ProductsAsked, fields: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Return the products of one page, with these fields, and how many there are in all."""
    within = _within(asked.category)
    if within is None or asked.ids == () or (asked.q and not asked.words):
        return [], 0
    shape = shape_of(tuple(fields))
    statement = _statement(asked, shape, within)
    start = (asked.page - 1) * asked.per_page
    total = _kept_total(statement)
    if total is None and start > COUNTED_EACH_TIME:
        # Far pages are counted for first: past the end there would be many rows to skip for nothing.
        total = _keep_total(statement, read_rows(statement.count, statement.filters)[0][0])
    if total is not None:
        if start >= total:
            return [], total
        return shape.to_wire(read_rows(statement.page, statement.filters + statement.order_and_page)), total
    # One way to the database for both: cheaper, and the total is that of the moment the page was read.
    rows = read_rows(statement.page_and_count, statement.filters * 2 + statement.order_and_page)
    if rows:
        total = rows[0][-1]
    elif start:
        total = read_rows(statement.count, statement.filters)[0][0]
    else:
        total = 0
    return shape.to_wire(rows), _keep_total(statement, total)


def where_of(asked: ProductsAsked) -> tuple[str, tuple[Any, ...]] | None:
    """Return a question's filters as a condition with its parameters; None where nothing can be found."""
    within = _within(asked.category)
    if within is None or asked.ids == () or (asked.q and not asked.words):
        return None
    return _where(asked, dialect(), within)


def product_detail(product_id: uuid.UUID, fields: Sequence[str], *, hidden_too: bool = False) -> dict[str, Any] | None:
    """Return one product on show (or, for staff, a hidden one), or None."""
    shape = shape_of(tuple(fields))
    rows = read_rows(shape.hidden_detail if hidden_too else shape.detail, (shape.dialect.key(product_id),))
    return shape.to_wire(rows)[0] if rows else None


def featured_products() -> list[dict[str, Any]]:
    """Return the featured products on show, best liked first, at most a minute old."""
    return _featured.get()


def _read_featured() -> list[dict[str, Any]]:
    shape = shape_of(PUBLIC_FIELDS)
    sql = f"{shape.select} WHERE status = 'ACTIVE' AND is_featured ORDER BY popularity DESC, {ID} LIMIT %s"
    return shape.to_wire(read_rows(sql, (MOST_FEATURED,)))


_featured = TimedMemo(_read_featured, FEATURED_SECONDS)


def only(products: Sequence[dict[str, Any]], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return these fields, none of them for staff alone, of products that were read whole."""
    return [{field: product[field] for field in fields} for product in products]


def products_by_id(product_ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """Return the products on show among these, in the given order."""
    if not product_ids:
        return []
    shape = shape_of(PUBLIC_FIELDS)
    clause, parameters = shape.dialect.any_of("id", product_ids)
    rows = read_rows(f"{shape.select} WHERE {clause} AND status = 'ACTIVE'", parameters)
    found = {product["id"]: product for product in shape.to_wire(rows)}
    return [found[str(product_id)] for product_id in product_ids if str(product_id) in found]


def _within(category: str) -> tuple[uuid.UUID, ...] | None:
    """Return the ids of a category and all inside it, none without a category, or None where there is no such one."""
    if not category:
        return ()
    shelf = shelves().find(category)
    return shelf.within if shelf else None


@functools.lru_cache(maxsize=REMEMBERED)
def _statement(asked: ProductsAsked, shape: Shape, within: tuple[uuid.UUID, ...]) -> Statement:
    where, filters = _where(asked, shape.dialect, within)
    order, order_parameters = _order(asked)
    count = f"SELECT COUNT(*) FROM catalogue_product WHERE {where}"
    rest = f"FROM catalogue_product WHERE {where} ORDER BY {order} LIMIT %s OFFSET %s"
    order_and_page = (*order_parameters, asked.per_page, (asked.page - 1) * asked.per_page)
    if asked.words:
        # What words find has to be sorted; PostgreSQL would carry every column through that, cast for the wire.
        rest = f"FROM catalogue_product WHERE id IN (SELECT {ID} {rest}) ORDER BY {order}"
        order_and_page += order_parameters
    return Statement(
        page=f"SELECT {shape.columns} {rest}",
        count=count,
        page_and_count=f"SELECT {shape.columns}, ({count}) {rest}",
        filters=filters,
        order_and_page=order_and_page,
        counts=f"{count} {filters}",
    )


def _where(asked: ProductsAsked, own: Dialect, within: tuple[uuid.UUID, ...]) -> tuple[str, tuple[Any, ...]]:
    clauses: list[str] = ["status = 'ACTIVE'"]
    parameters: list[Any] = []

    def add(clause: str, values: Sequence[Any]) -> None:
        clauses.append(clause)
        parameters.extend(values)

    if within:
        add(*own.any_of("category_id", within))
    if asked.price_min is not None:
        add("price >= %s", (own.number(asked.price_min),))
    if asked.price_max is not None:
        add("price <= %s", (own.number(asked.price_max),))
    if asked.brand:
        add("brand = %s", (asked.brand,))
    if asked.in_stock is not None:
        add("in_stock" if asked.in_stock else "NOT in_stock", ())
    if asked.rating_min is not None:
        add("COALESCE(rating, 0) >= %s", (own.number(asked.rating_min),))
    if asked.occasion:
        add(*own.has_occasion(asked.occasion))
    if asked.ids:
        add(*own.any_of("id", asked.ids))
    for word in asked.words:
        add(*_has_word(word))
    return " AND ".join(clauses), tuple(parameters)


def _order(asked: ProductsAsked) -> tuple[str, tuple[str, ...]]:
    """Return the ORDER BY list; every order ends in the id and can be read off one index, forwards or backwards."""
    if asked.sort == "relevance":
        best_first = "CASE WHEN LOWER(title) LIKE %s ESCAPE '!' THEN 0 ELSE 1 END"
        order = (
            f"{best_first}, popularity DESC, {ID}" if asked.descending else f"{best_first} DESC, popularity, {ID} DESC"
        )
        return order, (f"{_pattern(asked.q)}%",)
    column, kept_descending = ORDERS[asked.sort]
    id_descending = asked.descending != kept_descending
    return f"{column}{' DESC' if asked.descending else ''}, {ID}{' DESC' if id_descending else ''}", ()


def _has_word(word: str) -> tuple[str, tuple[str, ...]]:
    # Trigrams find what has three letters in a row, or begins a word; anywhere else "si" would mean reading all titles.
    start = "%" if THREE_IN_A_ROW.search(word) else "% "
    return "LOWER(' ' || title || ' ' || brand) LIKE %s ESCAPE '!'", (f"{start}{_pattern(word)}%",)


def _pattern(text: str) -> str:
    """Return text for LIKE, its own wildcards taken literally."""
    return text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")


_totals: dict[str, tuple[float, int]] = {}


def _kept_total(statement: Statement) -> int | None:
    kept = _totals.get(statement.counts)
    return kept[1] if kept is not None and time.monotonic() < kept[0] else None


def _keep_total(statement: Statement, total: int) -> int:
    if total > COUNTED_EACH_TIME:
        if len(_totals) >= MOST_TOTALS:
            _totals.clear()
        _totals[statement.counts] = (time.monotonic() + TOTAL_SECONDS, total)
    return total


def forget() -> None:
    """Count and read anew: this process has changed products."""
    _totals.clear()
    _featured.forget()
