"""The buyers of an export as people here: known again by an address that no mail reaches."""

import hashlib
import re

import pandas as pd

from accounts.services import PersonToImport

# RFC 2606 reserves `.invalid`: nothing is ever sent there, and nobody can register such an address elsewhere.
DOMAIN = "@imported.invalid"
_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def address_of(customer: str) -> str:
    """Return the address that a customer of an export has here; different customers have different ones.

    >>> address_of("17850")
    'customer-17850@imported.invalid'
    >>> address_of("AB") == address_of("ab")
    False
    """
    # Addresses know no capitals and few signs; whatever has others is told apart by its digest.
    name = customer if _PLAIN.fullmatch(customer) else hashlib.sha256(customer.encode()).hexdigest()[:40]
    return f"customer-{name}{DOMAIN}"


def describe_people(sales: pd.DataFrame, *, of: pd.Series) -> list[PersonToImport]:
    """Return buyers, who are here since they first bought something."""
    since = sales[sales["user"].isin(of.unique())].groupby("user", sort=False)["at"].min()
    return [
        PersonToImport(email=address_of(str(customer)), first_name="", last_name="", joined_at=at.to_pydatetime())
        for customer, at in since.items()
    ]
