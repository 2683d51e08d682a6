"""What the products that a question finds have in common: counts by category, brand, price and occasion."""

import time
import uuid
from typing import Any

from catalogue.dialects import dialect
from catalogue.prices import ABOVE, BANDS
from catalogue.queries import ProductsAsked
from catalogue.reads import found_by
from catalogue.shelves import shelves
from common.rows import read_rows

MOST_BRANDS = 50
# Counting 100,000 products four ways costs far more than a page of them, and a shop does not change in a moment.
KEPT_SECONDS = 10.0
MOST_KEPT = 500

_kept: dict[ProductsAsked, tuple[float, dict[str, Any]]] = {}


def facets_of(asked: ProductsAsked) -> dict[str, Any]:
    """Return how many products the filters leave, in all and by category (with what stands inside it), brand, price
    band and occasion; at most ten seconds old. What has no product is left out, and of the brands there are fifty.
    """
    kept = _kept.get(asked)
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    source = found_by(asked)
    found = _shape(0, {}, [], [0] * (len(BANDS) + 1), []) if source is None else _count(*source)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[asked] = (time.monotonic() + KEPT_SECONDS, found)
    return found


def forget() -> None:
    """Count anew: this process has changed products."""
    _kept.clear()


def _count(source: str, parameters: tuple[Any, ...]) -> dict[str, Any]:
    own = dialect()
    products = f"FROM {source}"
    by_category = read_rows(f"SELECT category_id, COUNT(*) {products} GROUP BY category_id", parameters)
    brands = read_rows(
        f"SELECT brand, COUNT(*) {products} AND brand <> '' GROUP BY brand ORDER BY COUNT(*) DESC, brand LIMIT %s",
        (*parameters, MOST_BRANDS),
    )
    limits = [own.number(limit) for limit, _ in BANDS]
    below = ", ".join(["COALESCE(SUM(CASE WHEN price < %s THEN 1 ELSE 0 END), 0)"] * len(limits))
    (*cumulated, total) = read_rows(f"SELECT {below}, COUNT(*) {products}", (*limits, *parameters))[0]
    ends = [*map(int, cumulated), int(total)]
    bands = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    occasions = read_rows(
        f"SELECT value, COUNT(*) FROM (SELECT occasions {products}) AS found, {own.each_occasion} "
        "GROUP BY value ORDER BY COUNT(*) DESC, value",
        parameters,
    )
    counts = {uuid.UUID(str(key)): count for key, count in by_category}
    return _shape(int(total), counts, brands, bands, occasions)


def _shape(
    total: int, by_category: dict[uuid.UUID, int], brands: list[Any], bands: list[int], occasions: list[Any]
) -> dict[str, Any]:
    every = shelves().by_id.values()
    inside = [(shelf, sum(by_category.get(key, 0) for key in shelf.within)) for shelf in every]
    categories = sorted(((shelf, n) for shelf, n in inside if n), key=lambda one: (-one[1], one[0].name))
    names = [*(name for _, name in BANDS), ABOVE]
    return {
        "total": total,
        "categories": [{"slug": shelf.slug, "name": shelf.name, "count": n} for shelf, n in categories],
        "brands": [{"name": name, "count": n} for name, n in brands],
        "price_bands": [{"name": name, "count": n} for name, n in zip(names, bands, strict=True) if n],
        "occasions": [{"name": name, "count": n} for name, n in occasions],
    }
