"""The products of an export: what they are called, what they cost at last, and where they stand."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from catalogue.models import Product

SHELF = "Imported"
PENNY = Decimal("0.01")
LONGEST_TITLE = Product._meta.get_field("title").max_length or 0


def tidy_title(text: str) -> str:
    """Return a title with single spaces, and in sentence case where it is shouted.

    >>> tidy_title("  WHITE HANGING HEART  T-LIGHT HOLDER ")
    'White hanging heart t-light holder'
    >>> tidy_title("Set of 3 IKEA-style boxes")
    'Set of 3 IKEA-style boxes'
    """
    title = " ".join(text.split())
    return (title.capitalize() if title.isupper() else title)[:LONGEST_TITLE]


def describe_products(sales: pd.DataFrame, *, of: pd.Series) -> list[dict[str, Any]]:
    """Return products as rows of the catalogue, the category by its name.

    The title is the most frequent one of the code, once tidied (the code itself where there is none), the price the
    latest one paid.
    """
    sales = sales[sales["product"].isin(of.unique())]
    titles = _most_frequent(sales, sales["title"].map({text: tidy_title(text) for text in sales["title"].unique()}))
    shelves = _most_frequent(sales, sales["category"]) if "category" in sales else {}
    latest = sales.sort_values("at", kind="stable").drop_duplicates("product", keep="last")
    prices = dict(zip(latest["product"], latest["exact_price"], strict=True))
    return [
        {
            "external_reference": code,
            "title": titles.get(code, code),
            "price": prices[code].quantize(PENNY, ROUND_HALF_UP),
            "category": shelves.get(code, SHELF),
        }
        for code in sales["product"].unique().tolist()
    ]


def _most_frequent(sales: pd.DataFrame, texts: pd.Series) -> dict[str, str]:
    """Return the text that stands with each code most often, of equals the first; codes without any are left out."""
    pairs = pd.DataFrame({"product": sales["product"], "text": texts})[texts != ""]
    counts = pairs.groupby(["product", "text"], sort=False).size().sort_values(ascending=False, kind="stable")
    best = counts.reset_index().drop_duplicates("product")
    return dict(zip(best["product"], best["text"], strict=True))
