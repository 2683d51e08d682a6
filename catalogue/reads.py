"""Products as the hot reads answer them: one SQL statement, rows to wire without models.

A page through the ORM and a serializer costs five times as much; `bench/` has the figures. Two dialects are
spoken here, PostgreSQL's and SQLite's, and one test suite holds both to the same answers.
"""

import dataclasses
import functools
import time
import uuid
from collections.abc import Sequence
from typing import Any

from catalogue.dialects import Dialect, Shape, dialect, shape_of
from catalogue.queries import FIELDS, STAFF_FIELDS, ProductsAsked
from catalogue.search.asking import first_wanted_of, settle, wanted_of
from catalogue.search.backends import JOINED, backend
from catalogue.search.terms import Wanted
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
    "title": ("catalogue_product.title", False),
}
# Totals above this are kept for some seconds: counting 100,000 rows costs far more than showing 20 of them.
COUNTED_EACH_TIME = 200
TOTAL_SECONDS = 5.0
MOST_TOTALS = 1000
DESCENDING = " DESC"
FEATURED_SECONDS = 60
MOST_FEATURED = 100
PUBLIC_FIELDS = tuple(field for field in FIELDS if field not in STAFF_FIELDS)
REMEMBERED = 4096


@dataclasses.dataclass(frozen=True)
class Statement:
    """A question as SQL: the page, the total, and both at once; with their parameters."""

    page: str
    page_parameters: tuple[Any, ...]
    count: str
    count_parameters: tuple[Any, ...]
    page_and_count: str
    page_and_count_parameters: tuple[Any, ...]
    # What the total depends on: neither page nor order nor fields.
    counts: str


def product_page(asked: ProductsAsked, fields: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Return the products of one page, with these fields, and how many there are in all."""
    if not asked.q:
        return _page(asked, fields, None)
    wanted = first_wanted_of(asked.q)
    products, total = _page(asked, fields, wanted)
    if total and wanted is not None:
        settle(asked.q, wanted)
    elif (other := wanted_of(asked.q)) != wanted:
        return _page(asked, fields, other)
    return products, total


def _page(asked: ProductsAsked, fields: Sequence[str], wanted: Wanted | None) -> tuple[list[dict[str, Any]], int]:
    within = _within(asked, wanted)
    if within is None:
        return [], 0
    shape = shape_of(tuple(fields))
    statement = _statement(asked, shape, within, wanted)
    start = (asked.page - 1) * asked.per_page
    total = _kept_total(statement)
    if total is None and start > COUNTED_EACH_TIME:
        # Far pages are counted for first: past the end there would be many rows to skip for nothing.
        total = _keep_total(statement, read_rows(statement.count, statement.count_parameters)[0][0])
    if total is not None:
        if start >= total:
            return [], total
        return shape.to_wire(read_rows(statement.page, statement.page_parameters)), total
    # One way to the database for both: cheaper, and the total is that of the moment the page was read.
    rows = read_rows(statement.page_and_count, statement.page_and_count_parameters)
    if rows:
        total = rows[0][-1]
    elif start:
        total = read_rows(statement.count, statement.count_parameters)[0][0]
    else:
        total = 0
    return shape.to_wire(rows), _keep_total(statement, total)


def found_by(asked: ProductsAsked) -> tuple[str, tuple[Any, ...]] | None:
    """Return what stands behind FROM for the products that a question's filters leave, with its parameters.

    None where nothing can be found.
    """
    wanted = wanted_of(asked.q) if asked.q else None
    within = _within(asked, wanted)
    if within is None:
        return None
    where, parameters = _where(asked, dialect(), within, wanted)
    return f"{_tables(wanted)} WHERE {where}", parameters


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


def _within(asked: ProductsAsked, wanted: Wanted | None) -> tuple[uuid.UUID, ...] | None:
    """Return the ids of the category asked for and of all inside it, none without one; None for a question that
    nothing can answer: no such category, no ids, or signs that are no word."""
    if asked.ids == () or (asked.q and wanted is None):
        return None
    if not asked.category:
        return ()
    shelf = shelves().find(asked.category)
    return shelf.within if shelf else None


@functools.lru_cache(maxsize=REMEMBERED)
def _statement(asked: ProductsAsked, shape: Shape, within: tuple[uuid.UUID, ...], wanted: Wanted | None) -> Statement:
    where, filters = _where(asked, shape.dialect, within, wanted)
    count = f"SELECT COUNT(*) FROM {_tables(wanted)} WHERE {where}"
    one_page = (asked.per_page, (asked.page - 1) * asked.per_page)
    keys, key_parameters = _order(asked, wanted)
    if wanted is None:
        rest = f"FROM catalogue_product WHERE {where} ORDER BY {', '.join(keys)} LIMIT %s OFFSET %s"
        page, page_and_count = f"SELECT {shape.columns} {rest}", f"SELECT {shape.columns}, ({count}) {rest}"
        page_parameters, counting = (*filters, *one_page), filters
    else:
        # What words find has to be sorted: by its keys alone, and not with every column carried through, cast for the
        # wire. The same rows give the total.
        named = [f"{key.removesuffix(DESCENDING)} AS key_{n}" for n, key in enumerate(keys)]
        order = ", ".join(f"key_{n}{DESCENDING if key.endswith(DESCENDING) else ''}" for n, key in enumerate(keys))
        body = f"FROM {_tables(wanted)} WHERE {where} ORDER BY {order} LIMIT %s OFFSET %s"

        def joined(more: str) -> str:
            found = f"SELECT {ID} AS found_id, {', '.join(named)}{more} {body}"
            total = ", total" if more else ""
            source = f"({found}) AS found JOIN catalogue_product ON {ID} = found_id"
            return f"SELECT {shape.columns}{total} FROM {source} ORDER BY {order}"

        page, page_and_count = joined(""), joined(", COUNT(*) OVER () AS total")
        page_parameters, counting = (*key_parameters, *filters, *one_page), ()
    return Statement(
        page=page,
        page_parameters=page_parameters,
        count=count,
        count_parameters=filters,
        page_and_count=page_and_count,
        page_and_count_parameters=(*counting, *page_parameters),
        counts=f"{count} {filters}",
    )


def _tables(wanted: Wanted | None) -> str:
    return "catalogue_product" if wanted is None else JOINED


def _where(
    asked: ProductsAsked, own: Dialect, within: tuple[uuid.UUID, ...], wanted: Wanted | None
) -> tuple[str, tuple[Any, ...]]:
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
        add(*own.any_of(ID, asked.ids))
    if wanted is not None:
        add(*backend().condition(wanted))
    return " AND ".join(clauses), tuple(parameters)


def _order(asked: ProductsAsked, wanted: Wanted | None) -> tuple[list[str], tuple[Any, ...]]:
    """Return the keys to sort by, with the parameters in them.

    The last key is the id; without words every order can be read off one index, forwards or backwards.
    """
    if asked.sort == "relevance" and wanted is not None:
        best, parameters = backend().order(wanted)
        keys = [(key, False) for key in best] + [("popularity", True), (ID, False)]
        return [_directed(key, descending == asked.descending) for key, descending in keys], parameters
    column, kept_descending = ORDERS["popularity" if asked.sort == "relevance" else asked.sort]
    return [_directed(column, asked.descending), _directed(ID, asked.descending != kept_descending)], ()


def _directed(key: str, descending: bool) -> str:
    return key + DESCENDING if descending else key


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
