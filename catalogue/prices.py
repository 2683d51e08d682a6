"""Bands of prices, as people think of presents."""

from decimal import Decimal

# Where each band ends, and its name.
BANDS = ((Decimal(10), "under 10"), (Decimal(25), "10 to 25"), (Decimal(50), "25 to 50"), (Decimal(100), "50 to 100"))
ABOVE = "over 100"


def price_band(price: Decimal) -> str:
    """Return the band a price lies in.

    >>> price_band(Decimal("9.99")), price_band(Decimal(25)), price_band(Decimal(400))
    ('under 10', '25 to 50', 'over 100')
    """
    return next((name for limit, name in BANDS if price < limit), ABOVE)
