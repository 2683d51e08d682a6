"""The same small shop every time, and another one for another seed."""

from datetime import date, timedelta
from hashlib import sha256

import numpy as np

from aclue.demo.people import draw_people
from aclue.demo.products import DrawnProduct, draw_products
from aclue.demo.year import draw_year

TABLES = ("sessions", "swipes", "orders", "order_lines", "events")


def test_the_same_seed_fills_the_same_shelves(products: list[DrawnProduct]) -> None:
    again = draw_products(seed=2026, n=600)

    assert again == products


def test_another_seed_fills_other_shelves(products: list[DrawnProduct]) -> None:
    others = draw_products(seed=7, n=600)

    assert [product.title for product in others] != [product.title for product in products]


def test_the_shop_is_the_one_we_know(products: list[DrawnProduct]) -> None:
    """A failure nobody intended means that a stream of chance has shifted, and with it every saved demo."""
    said = "\n".join(f"{product.key} {product.title} {product.description}" for product in products)

    digest = sha256(said.encode()).hexdigest()

    assert digest.startswith("55a17422c5fc1454")


def test_the_same_seed_and_day_draw_the_same_year(products: list[DrawnProduct]) -> None:
    years = [draw_year(draw_people(seed=5, n=60), products, date(2026, 6, 1), seed=5) for _ in range(2)]

    for table in TABLES:
        first, second = (getattr(year, table) for year in years)
        assert first.tobytes() == second.tobytes()


def test_a_demo_made_a_week_later_is_a_week_fresher(products: list[DrawnProduct]) -> None:
    people, day = draw_people(seed=5, n=60), date(2026, 6, 1)

    first, second = (draw_year(people, products, day + timedelta(days=days), seed=5) for days in (0, 7))

    moved = np.median(second.sessions["started_at"]) - np.median(first.sessions["started_at"])
    assert 3 * 86_400 < moved < 11 * 86_400
