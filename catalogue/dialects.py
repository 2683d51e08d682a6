"""A product's fields in SQL and back: two dialects, PostgreSQL's and SQLite's, with the same answers."""

import functools
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection

from catalogue.media import media_url
from catalogue.queries import FIELDS
from catalogue.shelves import Shelves, shelves
from common.rows import Row

COLUMNS = {field: field for field in FIELDS} | {
    "category": "category_id",
    "category_name": "category_id",
    "image_url": "image",
}
Readers = dict[str, Callable[[Any], Any]]


class Dialect:
    """What PostgreSQL writes and reads its own way."""

    casts = {
        "id": "id::text",
        "category_id": "category_id::text",
        "price": "price::float8",
        "rating": "rating::float8",
        "images": "images::text",
        "tags": "tags::text",
    }
    readers: Readers = {}
    # Each of a row's occasions as a row with a `value`, to be joined.
    each_occasion = "LATERAL jsonb_array_elements_text(occasions) AS one(value)"

    @staticmethod
    def key(value: uuid.UUID) -> Any:
        """Return an id as a parameter."""
        return value

    @staticmethod
    def number(value: Any) -> Any:
        """Return a decimal as a parameter."""
        return value

    @staticmethod
    def any_of(column: str, keys: Sequence[uuid.UUID]) -> tuple[str, tuple[Any, ...]]:
        """Return a test for one of several keys; a single one stays an equality, which an index order can follow."""
        if len(keys) == 1:
            return f"{column} = %s", (keys[0],)
        return f"{column} = ANY(%s)", (list(keys),)

    @staticmethod
    def has_occasion(occasion: str) -> tuple[str, tuple[Any, ...]]:
        """Return a test for an occasion in the list of them."""
        return "occasions @> %s::text::jsonb", (f'["{occasion}"]',)


class SQLiteDialect(Dialect):
    """The same for SQLite."""

    casts = {}
    each_occasion = "json_each(occasions)"

    @staticmethod
    def key(value: uuid.UUID) -> Any:
        """Return an id as Django stores it there."""
        return value.hex

    @staticmethod
    def number(value: Any) -> Any:
        """Return a decimal as the number that is stored."""
        return float(value)

    @staticmethod
    def any_of(column: str, keys: Sequence[uuid.UUID]) -> tuple[str, tuple[Any, ...]]:
        """Return a test for one of several keys."""
        return f"{column} IN ({', '.join(['%s'] * len(keys))})", tuple(key.hex for key in keys)

    @staticmethod
    def has_occasion(occasion: str) -> tuple[str, tuple[Any, ...]]:
        """Return a test for an occasion in the list of them."""
        return "EXISTS (SELECT 1 FROM json_each(occasions) WHERE value = %s)", (occasion,)


def _dashed(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _in_utc(moment: datetime) -> datetime:
    """Return a stored moment as what it is: Django writes UTC and the driver reads it back without a zone."""
    return moment.replace(tzinfo=UTC)


def _images(raw: str) -> Any:
    # Almost every list holds addresses that go out as they stand; only paths need the media folder's address.
    return [media_url(image) for image in orjson.loads(raw)] if '"' in raw else []


@functools.lru_cache(maxsize=1)
def _names_in(kept: Shelves) -> dict[str, tuple[str | None, str | None]]:
    """Return slug and name of each category by its id, written either way: a text's hash is cheaper than a UUID's."""
    named = ((key, (shelf.slug, shelf.name)) for key, shelf in kept.by_id.items())
    return {text: names for key, names in named for text in (str(key), key.hex)}


_READERS: Readers = {
    "image_url": media_url,
    "images": _images,
    "tags": orjson.Fragment,
}
SQLiteDialect.readers = {
    "id": _dashed,
    "category_id": _dashed,
    "price": float,
    "rating": float,
    "in_stock": bool,
    "is_featured": bool,
    "created_at": _in_utc,
    "updated_at": _in_utc,
}


class Shape:
    """Some fields in one dialect: the SELECT list that reads them and the way from its rows to the wire."""

    def __init__(self, dialect: Dialect, fields: tuple[str, ...]) -> None:
        self.dialect = dialect
        self.fields = fields
        self.columns = ", ".join(dialect.casts.get(COLUMNS[field], COLUMNS[field]) for field in fields)
        self.select = f"SELECT {self.columns} FROM catalogue_product"
        self.detail = f"{self.select} WHERE id = %s AND status = 'ACTIVE'"
        self.hidden_detail = f"{self.select} WHERE id = %s AND status <> 'DELETED'"
        readers = dialect.readers | _READERS
        self._reads = [(field, readers[field]) for field in fields if field in readers]
        self._named = [(field, part) for part, field in enumerate(("category", "category_name")) if field in fields]

    def to_wire(self, rows: list[Row]) -> list[dict[str, Any]]:
        """Return each row as what goes out; columns behind the fields are left out."""
        products = [dict(zip(self.fields, row, strict=False)) for row in rows]
        for field, read in self._reads:
            for product in products:
                if (value := product[field]) is not None:
                    product[field] = read(value)
        if self._named:
            names = _names_in(shelves())
            for field, part in self._named:
                for product in products:
                    product[field] = names.get(product[field], (None, None))[part]
        return products


_POSTGRESQL, _SQLITE = Dialect(), SQLiteDialect()


def shape_of(fields: tuple[str, ...]) -> Shape:
    """Return these fields as the present database has them."""
    return _shape(dialect(), fields)


@functools.cache
def dialect() -> Dialect:
    """Return how the present database speaks."""
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE


_shape = functools.lru_cache(maxsize=1024)(Shape)
