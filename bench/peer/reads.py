"""Products from PostgreSQL to JSON, with the same statements as catalogue/reads.py.

It searches the same documents for the same words, but knows of no slips, no other forms of a word, and nothing that has
but some of them.
"""

import functools
import os
import time
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Connection, Record

from bench.peer.questions import ProductsQuestion, Question
from bench.peer.shelves import Shelves, shelves

COLUMNS = {
    "id": "id::text",
    "title": "title",
    "slug": "slug",
    "description": "description",
    "price": "price::float8",
    "currency": "currency",
    "category": "category_id::text",
    "category_id": "category_id::text",
    "category_name": "category_id::text",
    "brand": "brand",
    "image_url": "image",
    "images": "images::text",
    "asin": "asin",
    "rating": "rating::float8",
    "review_count": "review_count",
    "affiliate_url": "affiliate_url",
    "in_stock": "in_stock",
    "stock": "stock",
    "is_featured": "is_featured",
    "tags": "tags::text",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
ID = "catalogue_product.id"
JOINED = "catalogue_product JOIN catalogue_searchdocument AS document ON document.product_id = catalogue_product.id"
# Which columns each order runs by, and whether its index keeps the first one descending.
ORDERS = {
    "popularity": ("popularity", True),
    "price": ("catalogue_product.price", False),
    "rating": ("COALESCE(catalogue_product.rating, 0)", False),
    "created_at": ("created_at", True),
    "title": ("catalogue_product.title", False),
}
NATURALLY_DESCENDING = {"popularity", "relevance", "rating", "created_at"}
MEDIA_URL = os.environ.get("MEDIA_URL", "/media/")
COUNTED_EACH_TIME, TOTAL_SECONDS, MOST_TOTALS = 200, 5.0, 1000
OPTIONS = orjson.OPT_UTC_Z

_totals: dict[tuple[Any, ...], tuple[float, int]] = {}


class Statement:
    """A question as SQL, with its parameters."""

    def __init__(self, asked: ProductsQuestion, fields: tuple[str, ...], within: tuple[UUID, ...]) -> None:
        where, self.filters = _where(asked, within)
        keys, order_parameters = _order(asked, len(self.filters))
        self.start = (asked.page - 1) * asked.per_page
        n = len(self.filters) + len(order_parameters)
        tables = JOINED if asked.words else "catalogue_product"
        self.count = f"SELECT COUNT(*) FROM {tables} WHERE {where}"
        if asked.words:
            order = ", ".join(f"key_{n}{' DESC' if down else ''}" for n, (_, down) in enumerate(keys))
            named = ", ".join(f"{key} AS key_{n}" for n, (key, _) in enumerate(keys))
            rest = f"FROM {JOINED} WHERE {where} ORDER BY {order} LIMIT ${n + 1} OFFSET ${n + 2}"
            found = f"(SELECT {ID} AS found_id, {named}{{}} {rest}) AS found"
            joined = f"JOIN catalogue_product ON {ID} = found_id ORDER BY {order}"
            self.page = f"SELECT {_columns(fields)} FROM {found.format('')} {joined}"
            counted = found.format(", COUNT(*) OVER () AS total")
            self.page_and_count = f"SELECT {_columns(fields)}, total FROM {counted} {joined}"
        else:
            order = ", ".join(f"{key}{' DESC' if down else ''}" for key, down in keys)
            rest = f"FROM catalogue_product WHERE {where} ORDER BY {order} LIMIT ${n + 1} OFFSET ${n + 2}"
            self.page = f"SELECT {_columns(fields)} {rest}"
            self.page_and_count = f"SELECT {_columns(fields)}, ({self.count}) AS total {rest}"
        self.parameters = (*self.filters, *order_parameters, asked.per_page, self.start)
        self.counts = (where, tuple(tuple(one) if isinstance(one, list) else one for one in self.filters))


async def product_page(question: Question, fields: tuple[str, ...], connection: Connection) -> bytes:
    """Return one page as JSON."""
    asked, kept = question.asked, await shelves(connection)
    shelf = kept.find(asked.category) if asked.category else None
    if (asked.category and shelf is None) or asked.ids == () or (asked.q and not asked.words):
        return _page([], 0, asked)
    within = shelf.within if shelf else ()
    statement = question.statements.get((fields, within))
    if statement is None:
        statement = question.statements[fields, within] = Statement(asked, fields, within)
    total = _kept_total(statement)
    if total is None and statement.start > COUNTED_EACH_TIME:
        total = _keep_total(statement, await connection.fetchval(statement.count, *statement.filters))
    if total is not None:
        if statement.start >= total:
            return _page([], total, asked)
        rows = await connection.fetch(statement.page, *statement.parameters)
        return _page([_to_wire(row, kept) for row in rows], total, asked)
    rows = await connection.fetch(statement.page_and_count, *statement.parameters)
    if rows:
        total = rows[0]["total"]
    else:
        total = await connection.fetchval(statement.count, *statement.filters) if statement.start else 0
    products = [_to_wire(row, kept) for row in rows]
    for product in products:
        del product["total"]
    return _page(products, _keep_total(statement, total), asked)


async def product_detail(product_id: UUID, fields: tuple[str, ...], connection: Connection) -> bytes | None:
    """Return one product on show as JSON, or None."""
    row = await connection.fetchrow(_detail_statement(fields), product_id)
    return None if row is None else orjson.dumps(_to_wire(row, await shelves(connection)), option=OPTIONS)


@functools.cache
def _columns(fields: tuple[str, ...]) -> str:
    return ", ".join(f"{COLUMNS[field]} AS {field}" for field in fields)


@functools.cache
def _detail_statement(fields: tuple[str, ...]) -> str:
    return f"SELECT {_columns(fields)} FROM catalogue_product WHERE id = $1 AND status = 'ACTIVE'"


def _where(asked: ProductsQuestion, within: tuple[UUID, ...]) -> tuple[str, tuple[Any, ...]]:
    clauses: list[str] = ["status = 'ACTIVE'"]
    parameters: list[Any] = []

    def add(clause: str, value: Any) -> None:
        parameters.append(value)
        clauses.append(clause.format(f"${len(parameters)}"))

    def any_of(column: str, keys: tuple[UUID, ...]) -> None:
        add(
            f"{column} = {{}}" if len(keys) == 1 else f"{column} = ANY({{}}::uuid[])",
            keys[0] if len(keys) == 1 else keys,
        )

    if within:
        any_of("category_id", within)
    if asked.price_min is not None:
        add("price >= {}", asked.price_min)
    if asked.price_max is not None:
        add("price <= {}", asked.price_max)
    if asked.brand:
        add("brand = {}", asked.brand)
    if asked.in_stock is not None:
        clauses.append("in_stock" if asked.in_stock else "NOT in_stock")
    if asked.rating_min is not None:
        add("COALESCE(rating, 0) >= {}", asked.rating_min)
    if asked.occasion:
        add("occasions @> {}::text::jsonb", f'["{asked.occasion}"]')
    if asked.ids:
        any_of(ID, asked.ids)
    if asked.words:
        add("document.all_words @@ {}::text::tsquery", _query(asked.words, typed=True))
    return " AND ".join(clauses), tuple(parameters)


def _order(asked: ProductsQuestion, n_before: int) -> tuple[list[tuple[str, bool]], tuple[str, ...]]:
    """Return what to sort by and whether downwards, with the parameters in it."""
    sort = asked.sort or ("relevance" if asked.q else "popularity")
    descending = asked.order == "desc" if asked.order else sort in NATURALLY_DESCENDING
    if sort == "relevance" and asked.words:
        title, whole, typed = (f"${n_before + n}::text" for n in (1, 2, 3))
        tests = (
            f"document.title = {title}",
            f"document.title_words @@ {whole}::tsquery",
            f"document.title_words @@ {typed}::tsquery",
            f"document.label_words @@ {typed}::tsquery",
        )
        place = f"CASE {' '.join(f'WHEN {test} THEN {n}' for n, test in enumerate(tests))} ELSE {len(tests)} END"
        longer = f"CASE WHEN document.n_title_words = {len(asked.words)} THEN 0 ELSE 1 END"
        keys = [(place, False), (longer, False), ("popularity", True), (ID, False)]
        words = (" ".join(asked.words), _query(asked.words, typed=False), _query(asked.words, typed=True))
        return [(key, down == descending) for key, down in keys], words
    column, kept_descending = ORDERS["popularity" if sort == "relevance" else sort]
    return [(column, descending), (ID, descending != kept_descending)], ()


def _query(words: list[str], *, typed: bool) -> str:
    """Return the words as a tsquery, the last of them as a beginning where somebody may be typing it."""
    ending = ":*" if typed and (len(words[-1]) > 1 or len(words) == 1) else ""
    return " & ".join(f"'{word}'" for word in words) + ending


def _kept_total(statement: Statement) -> int | None:
    kept = _totals.get(statement.counts)
    return kept[1] if kept is not None and time.monotonic() < kept[0] else None


def _keep_total(statement: Statement, total: int) -> int:
    if total > COUNTED_EACH_TIME:
        if len(_totals) >= MOST_TOTALS:
            _totals.clear()
        _totals[statement.counts] = (time.monotonic() + TOTAL_SECONDS, total)
    return total


def _to_wire(row: Record, kept: Shelves) -> dict[str, Any]:
    product = dict(row)
    if "category" in product:
        product["category"] = kept.by_id[product["category"]].slug
    if "category_name" in product:
        product["category_name"] = kept.by_id[product["category_name"]].name
    if "image_url" in product:
        product["image_url"] = _media_url(product["image_url"])
    if "images" in product:
        raw = product["images"]
        product["images"] = [_media_url(image) for image in orjson.loads(raw)] if '"' in raw else []
    if "tags" in product:
        product["tags"] = orjson.Fragment(product["tags"])
    return product


def _media_url(image: str) -> str | None:
    if not image:
        return None
    return image if image.startswith(("https://", "http://")) else f"{MEDIA_URL}{image}"


def _page(products: list[dict[str, Any]], total: int, asked: ProductsQuestion) -> bytes:
    pages = -(-total // asked.per_page)
    page = {"items": products, "total": total, "page": asked.page, "per_page": asked.per_page, "pages": pages}
    return orjson.dumps(page, option=OPTIONS)
