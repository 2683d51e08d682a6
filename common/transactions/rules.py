"""Which lines of an export are sales of products to known people, and why the others are not."""

import re
from collections import Counter

import numpy as np
import pandas as pd

from common.transactions.presets import Preset

NO_CUSTOMER = "no customer"
CANCELLATION = "cancellation"
NO_QUANTITY = "quantity not above zero"
NO_PRICE = "price not above zero"
NO_CODE = "no product code"
NO_PRODUCT = "no product"


def kept(frame: pd.DataFrame, preset: Preset) -> tuple[pd.DataFrame, Counter[str]]:
    """Return the lines that are sales of products to known people, and how many others were dropped for which reason.

    A line that could be dropped for several reasons counts under the first of: no customer, cancellation, quantity not
    above zero, price not above zero, no product code, no product. Exact duplicates stay: each is money.
    """
    rules: list[tuple[str, pd.Series]] = [(NO_CUSTOMER, frame["user"] == "")]
    if preset.cancellation_prefix:
        rules.append((CANCELLATION, frame["order"].str.startswith(preset.cancellation_prefix)))
    rules += [
        (NO_QUANTITY, ~(frame["quantity"] > 0)),
        (NO_PRICE, ~(frame["price"] > 0)),
        (NO_CODE, frame["product"] == ""),
        (NO_PRODUCT, ~keep_products(frame["product"], preset)),
    ]
    names = np.array([name for name, _ in rules])
    broken = np.stack([rule.to_numpy(dtype=bool) for _, rule in rules])
    dropped = broken.any(axis=0)
    first = names[broken.argmax(axis=0)[dropped]]
    return frame[~dropped], Counter(first.tolist())


def keep_products(codes: pd.Series, preset: Preset) -> pd.Series:
    """Return which codes are products: not empty and none of the preset's charges, fees, vouchers and tests."""
    charges = re.compile(preset.no_product, re.IGNORECASE)
    # An export names each code thousands of times: look at it once.
    found = {code: code != "" and not charges.fullmatch(code) for code in codes.unique()}
    return codes.map(found).astype(bool)
