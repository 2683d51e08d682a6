"""Products as the deck's cards write them."""

import dataclasses
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from catalogue.affiliate.clicks import Source
from catalogue.affiliate.programmes import programme_for
from catalogue.media import picture_set

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def as_card(product: dict[str, Any], source: Source) -> dict[str, Any]:
    """Return what a card shows of a product on show; `source` is what its link to the merchant says of itself."""
    return {
        "id": str(product["id"]),
        "title": product["title"],
        "brand": product["brand"],
        "category": product["category_name"],
        "description": product["description"],
        "price": priced(float(product["price"]), product["currency"]),
        "picture": safe_picture(product["image_url"]),
        "picture_set": picture_set(product["image_url"]),
        "shop_link": shop_link(product, source),
    }


def shop_link(product: dict[str, Any], source: Source) -> str | None:
    """Return the way to the merchant, through the click's address, or None where no link may lead."""
    if programme_for(product["affiliate_url"]) is None:
        return None
    told = {name: value for name, value in dataclasses.asdict(source).items() if value}
    return f"{reverse('catalogue:affiliate-click', args=[product['id']])}?{urlencode(told)}"


def priced(amount: float, currency: str) -> str:
    """Return a price as people write it.

    >>> priced(1234.5, "GBP"), priced(20, "CHF")
    ('£1,234.50', 'CHF 20.00')
    """
    return f"{SIGNS.get(currency, f'{currency} ')}{amount:,.2f}"


def safe_picture(url: str | None) -> str | None:
    """Return a picture's address, or None for one that the site's content policy would not load.

    >>> safe_picture("/media/scarf.webp"), safe_picture("http://shop.example/scarf.webp")
    ('/media/scarf.webp', None)
    """
    return None if not url or url.startswith("http://") else url
