"""Parameters as people type them."""

import json
from collections.abc import Iterable
from typing import Any

from common.errors import Invalid


def read_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """Return `name=value` pairs as a mapping, values as JSON knows them, else as text. Raises Invalid.

    >>> read_pairs(["factors=64", "alpha=1.5", "repeats=latest"])
    {'factors': 64, 'alpha': 1.5, 'repeats': 'latest'}
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise Invalid(f"A parameter is written NAME=VALUE, not {pair!r}.")
        if name.strip() in found:
            raise Invalid(f"The parameter {name.strip()!r} is given twice.")
        try:
            found[name.strip()] = json.loads(value)
        except ValueError:
            found[name.strip()] = value
    return found
