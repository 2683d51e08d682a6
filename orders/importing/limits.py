"""What our tables cannot hold, or what would be wrong in them, is refused before anything is written."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from catalogue.models import Product
from common.transactions import Preset, UnreadableTransactions
from orders.importing.people import address_of
from orders.models import Order, OrderLine

LOOKED_UP_AT_ONCE = 500
LONGEST_ORDER = Order._meta.get_field("external_reference").max_length or 0
LONGEST_CODE = Product._meta.get_field("external_reference").max_length or 0
SMALLEST_STEP = Decimal(1).scaleb(-OrderLine._meta.get_field("unit_price").decimal_places)
HIGHEST_PRICE = Decimal("99999999.99")
MOST = 2**31 - 1


def _order(number: str) -> str:
    return "" if 0 < len(number) <= LONGEST_ORDER else f"takes 1 to {LONGEST_ORDER} characters"


def _code(code: str) -> str:
    return "" if len(code) <= LONGEST_CODE else f"takes 1 to {LONGEST_CODE} characters"


def _quantity(quantity: int) -> str:
    return "" if quantity <= MOST else f"{quantity} is more than {MOST}"


def _price(price: Decimal) -> str:
    if price > HIGHEST_PRICE:
        return f"{price} is more than {HIGHEST_PRICE}"
    return "" if price % SMALLEST_STEP == 0 else f"{price} has more than 4 decimals, so its money could not be kept"


CHECKS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {"order": _order, "product": _code, "quantity": _quantity, "exact_price": _price}
)


def check_limits(sales: pd.DataFrame, path: Path, preset: Preset) -> None:
    """Raises UnreadableTransactions for the first line whose sale could not be stored as it is."""
    names = preset.columns.names()
    for ours, problem_of in CHECKS.items():
        problems = {value: what for value in sales[ours].unique() if (what := problem_of(value))}
        if problems:
            line, value = _first(sales, sales[ours].isin(list(problems)), ours)
            column = names[ours.removeprefix("exact_")]
            raise UnreadableTransactions(f"{path.name}, line {line}, column {column!r}: {problems[value]}.")
    buyers = sales.groupby("order", sort=False)["user"].transform("first")
    others = sales["user"] != buyers
    if others.any():
        line, order = _first(sales, others, "order")
        raise UnreadableTransactions(
            f"{path.name}, line {line}, column {names['user']!r}: a line above gives the order {order!r} another buyer."
        )


def check_owners(missing: pd.DataFrame, path: Path, preset: Preset) -> None:
    """Raises UnreadableTransactions where lines are missing in an order that is here as somebody else's."""
    buyers = missing.drop_duplicates("order").set_index("order")
    references = buyers.index.tolist()
    for start in range(0, len(references), LOOKED_UP_AT_ONCE):
        here = Order.objects.filter(external_reference__in=references[start : start + LOOKED_UP_AT_ONCE])
        # An order without a person was theirs: erasing people leaves their orders.
        for reference, address in here.exclude(user=None).values_list("external_reference", "user__email"):
            buyer = buyers.loc[reference]
            if address != address_of(buyer["user"]):
                raise UnreadableTransactions(
                    f"{path.name}, line {buyer['line']}, column {preset.columns.order!r}: "
                    f"the order {reference!r} is here already, and somebody else's."
                )


def _first(sales: pd.DataFrame, wrong: pd.Series, ours: str) -> tuple[int, Any]:
    row = sales[wrong].iloc[0]
    return row["line"], row[ours]
