"""How well a real shop's products are found: the titles of Online Retail, as they are written and with slips."""

import random
from decimal import Decimal

import pandas as pd
import pytest

from catalogue import services, tasks
from catalogue.queries import ProductsAsked
from catalogue.reads import product_page
from conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.data]

SEED = 20261127
LETTERS = "abcdefghijklmnopqrstuvwxyz"
N_MISSPELT = 200


@pytest.fixture
def titles(data, accessories):
    """Put what Online Retail has sold on show, liked as often as it was bought; returns the titles, each once."""
    lines = pd.read_csv(data / "online_retail" / "online_retail.csv.gz", dtype=str)
    is_sale = lines["CustomerID"].notna() & (lines["Quantity"].astype(int) > 0) & (lines["UnitPrice"].astype(float) > 0)
    sales = lines[is_sale & lines["StockCode"].str.match(r"\d{5}")]
    bought = sales["StockCode"].map(sales.groupby("StockCode")["Description"].last().str.strip()).value_counts()
    rows = [
        {
            "external_reference": f"title {n}",
            "title": title,
            "price": Decimal(1),
            "category": accessories,
            "popularity": float(n_lines),
        }
        for n, (title, n_lines) in enumerate(bought.items())
    ]
    services.add_products(rows=rows, now=NOW, actor_id=None)
    tasks.refresh_search()
    return list(bought.index)


def found(q, n):
    """Return the titles of the first products that a search finds."""
    asked = ProductsAsked(page=1, per_page=n, fields=("title",), sort="relevance", descending=True, q=q)
    return [product["title"] for product in product_page(asked, asked.fields)[0]]


def with_slips(draw, title):
    """Return the title with one or two letters added, left out, changed or swapped with the next."""
    letters = list(title.lower())
    for _ in range(draw.choice((1, 2))):
        place = draw.randrange(len(letters) - 1)
        kind = draw.choice(("added", "left out", "changed", "swapped"))
        if kind == "added":
            letters.insert(place, draw.choice(LETTERS))
        elif kind == "left out":
            del letters[place]
        elif kind == "changed":
            letters[place] = draw.choice(LETTERS)
        else:
            letters[place : place + 2] = reversed(letters[place : place + 2])
    return "".join(letters)


def test_a_title_finds_its_product_first(titles):
    assert len(titles) > 3600

    missed = [title for title in titles if found(title, 1) != [title]]

    assert len(missed) <= 0.03 * len(titles), missed


def test_a_title_with_one_or_two_slips_finds_its_product_among_the_first_five(titles):
    draw = random.Random(SEED)
    asked = [(title, with_slips(draw, title)) for title in draw.sample(titles, N_MISSPELT)]

    missed = [(title, q) for title, q in asked if title not in found(q, 5)]

    assert len(missed) <= 0.1 * N_MISSPELT, missed
