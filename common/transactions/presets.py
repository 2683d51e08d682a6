"""What exports call their columns, and what stands in them beside sales of products."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True)
class Columns:
    """What the file calls our columns; a file without titles has None there."""

    order: str
    product: str
    quantity: str
    at: str
    price: str
    user: str
    title: str | None = None

    def names(self) -> dict[str, str]:
        """Return the file's name of each of our columns that it has."""
        return {ours: theirs for ours, theirs in asdict(self).items() if theirs is not None}


@dataclass(frozen=True)
class Preset:
    """The columns of one shop's export and what in it is not the sale of a product."""

    columns: Columns
    cancellation_prefix: str = ""
    """An order number that begins so takes goods back."""
    no_product: str = ""
    """A regular expression for whole codes, whatever their case: postage, fees, vouchers, tests, corrections."""
    encoding: str = "utf-8"
    day_first: bool | None = None
    """Whether 01/02/2011 is in February; None where the dates of the file have to tell by themselves."""
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Further columns by our name and the file's: read when they are there, left as text."""


# What this shop books under a code although nobody can put it on a shelf.
_CHARGES = r"POST|DOT|D|M|S|B|C2|CRUK|PADS|BANK CHARGES|AMAZONFEE|ADJUST\w*|TEST\w*|GIFT\w*|DCGS\w*|SP\d\w*"

_ONLINE_RETAIL = Preset(
    columns=Columns(
        order="InvoiceNo",
        product="StockCode",
        quantity="Quantity",
        at="InvoiceDate",
        price="UnitPrice",
        user="CustomerID",
        title="Description",
    ),
    cancellation_prefix="C",
    no_product=_CHARGES,
    extra=MappingProxyType({"country": "Country"}),
)
# The second edition of the same shop's books gives three columns other names.
_ONLINE_RETAIL_II = replace(
    _ONLINE_RETAIL, columns=replace(_ONLINE_RETAIL.columns, order="Invoice", price="Price", user="Customer ID")
)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {"online-retail": _ONLINE_RETAIL, "online-retail-ii": _ONLINE_RETAIL_II}
)
