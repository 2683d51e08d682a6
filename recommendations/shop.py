"""The shop as a process keeps it for scoring: columns as arrays by row number, changes read as they come."""

import itertools
import threading
import time
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q

from catalogue.models import Occasion, Product, Status
from catalogue.shelves import shelves

LOOK_SECONDS = 1.0
# How well liked products are changes for many at once, and says little that is new within a minute.
POPULARITY_SECONDS = 60.0
# A transaction may stamp its rows some time before it commits.
OVERLAP = timedelta(seconds=60)
OCCASION_BITS = {occasion.value: 1 << position for position, occasion in enumerate(Occasion)}
COLUMNS = ("pk", "title", "price", "category_id", "in_stock", "status", "occasions", "updated_at")


class Wishes(NamedTuple):
    """Hard filters of an answer."""

    category: str = ""
    price_min: float | None = None
    price_max: float | None = None
    occasion: str = ""


class Shop:
    """Products by row number. Rows are only ever added, so a number stays valid for as long as the process lives."""

    numbers = itertools.count(1)

    def __init__(self) -> None:
        # Tells two shops of one process apart; the address of a forgotten one may be given out again.
        self.number = next(self.numbers)
        self.ids: list[uuid.UUID] = []
        self.titles: list[str] = []
        self.prices = np.zeros(0)
        self.categories = np.zeros(0, np.int32)
        self.is_active = np.zeros(0, bool)
        self.on_show = np.zeros(0, bool)
        self.occasions = np.zeros(0, np.int32)
        self.popularity = np.zeros(0)
        self._rows: dict[uuid.UUID, int] = {}
        self._category_rows: dict[uuid.UUID, int] = {}
        self._lock = threading.Lock()
        self._look_at = self._popularity_at = 0.0
        self._newest: datetime | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_categories(self) -> int:
        """How many categories have products."""
        return len(self._category_rows)

    def row(self, product_id: uuid.UUID) -> int:
        """Return a product's row, or -1."""
        return self._rows.get(product_id, -1)

    def rows(self, product_ids: Iterable[uuid.UUID]) -> np.ndarray:
        """Return the rows of products, -1 for those that are not here."""
        return np.array([self._rows.get(product_id, -1) for product_id in product_ids], np.int64)

    def rows_of_texts(self, product_ids: Iterable[str]) -> np.ndarray:
        """Return the rows of products named by text, as models name them."""
        return self.rows(uuid.UUID(product_id) for product_id in product_ids)

    def look(self) -> None:
        """Read what has changed, at most once a second."""
        if time.monotonic() < self._look_at:
            return
        with self._lock:
            if time.monotonic() >= self._look_at:
                self._read_changes()
                self._look_at = time.monotonic() + LOOK_SECONDS
                if time.monotonic() >= self._popularity_at:
                    self._read_popularity()
                    self._popularity_at = time.monotonic() + POPULARITY_SECONDS

    def suits(self, wishes: Wishes) -> np.ndarray:
        """Return (n,) bool: on show, in stock and within the wishes. A category includes those inside it."""
        suits = self.on_show.copy()
        if wishes.price_min is not None:
            suits &= self.prices >= wishes.price_min
        if wishes.price_max is not None:
            suits &= self.prices <= wishes.price_max
        if wishes.occasion:
            suits &= (self.occasions & OCCASION_BITS[wishes.occasion]) > 0
        if wishes.category:
            shelf = shelves().find(wishes.category)
            inside = [self._category_rows[key] for key in (shelf.within if shelf else ()) if key in self._category_rows]
            suits &= np.isin(self.categories, inside)
        return suits

    def category_name(self, row: int) -> str:
        """Return the name of a product's category, empty when it has just gone."""
        key = next((key for key, number in self._category_rows.items() if number == self.categories[row]), None)
        shelf = shelves().by_id.get(key) if key else None
        return shelf.name if shelf else ""

    def _read_changes(self) -> None:
        changed = Q() if self._newest is None else Q(updated_at__gte=self._newest - OVERLAP)
        products = Product.objects.filter(changed).order_by().values_list(*COLUMNS)
        known: list[tuple[int, Any]] = []
        new: list[Any] = []
        for values in products.iterator(chunk_size=10_000):
            row = self._rows.get(values[0])
            if row is None:
                new.append(values)
            else:
                known.append((row, values))
            self._newest = values[-1] if self._newest is None else max(self._newest, values[-1])
        # By id, so that equally liked products stand in the order that lists give them. Asked to sort, SQLite would go
        # through all products in that order to find the few that have changed.
        self._add(sorted(new, key=lambda values: values[0]))
        for row, values in known:
            self._set(row, values)

    def _read_popularity(self) -> None:
        popularity = np.zeros(len(self.ids))
        liked = Product.objects.filter(popularity__gt=0).order_by().values_list("pk", "popularity")
        for product_id, value in liked.iterator(chunk_size=10_000):
            row = self._rows.get(product_id)
            if row is not None:
                popularity[row] = value
        self.popularity = popularity

    def _add(self, new: list[Any]) -> None:
        if not new:
            return
        start = len(self.ids)
        # Arrays first and names last: whoever looks up a row meanwhile finds it filled.
        self.prices = np.concatenate([self.prices, np.zeros(len(new))])
        self.categories = np.concatenate([self.categories, np.zeros(len(new), np.int32)])
        self.is_active = np.concatenate([self.is_active, np.zeros(len(new), bool)])
        self.on_show = np.concatenate([self.on_show, np.zeros(len(new), bool)])
        self.occasions = np.concatenate([self.occasions, np.zeros(len(new), np.int32)])
        self.popularity = np.concatenate([self.popularity, np.zeros(len(new))])
        self.titles += [""] * len(new)
        self.ids += [values[0] for values in new]
        for row, values in enumerate(new, start=start):
            self._set(row, values)
            self._rows[values[0]] = row

    def _set(self, row: int, values: Any) -> None:
        _, title, price, category_id, in_stock, status, occasions, _ = values
        self.titles[row] = title
        self.prices[row] = float(price)
        self.categories[row] = self._category_rows.setdefault(category_id, len(self._category_rows))
        self.is_active[row] = status == Status.ACTIVE
        self.on_show[row] = in_stock and status == Status.ACTIVE
        self.occasions[row] = sum(OCCASION_BITS.get(occasion, 0) for occasion in occasions)


_shop = Shop()


def shop() -> Shop:
    """Return this process's shop, at most a second old."""
    _shop.look()
    return _shop


def forget() -> None:
    """Read the shop anew."""
    global _shop
    _shop = Shop()
