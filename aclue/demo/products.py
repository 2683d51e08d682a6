"""Draw the shop's products: the same seed fills the same shelves."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product as every_combination
from typing import TypeVar

import numpy as np

from aclue.demo.categories import DrawnCategory, department_of, draw_categories
from aclue.demo.colours import COLOUR_OF, COLOURS, COMPANIONS
from aclue.demo.kind import Kind
from aclue.demo.kinds import KINDS
from aclue.demo.latent import LATENT_SIZE, latent_of, unit
from aclue.demo.randomness import stream
from aclue.demo.seasons import SEASONS
from aclue.demo.words import BRANDS, CLOSINGS

T = TypeVar("T")

__all__ = ["DrawnCategory", "DrawnProduct", "draw_categories", "draw_products", "slugify"]

SHOP_URL = "https://shop.example/gifts/"
ENDINGS = (Decimal("0.00"), Decimal("0.50"), Decimal("0.95"), Decimal("0.99"))
CHEAPEST, DEAREST = 4, 480  # pounds, before the ending
NEW_SHARE = 0.08  # of products, added within the last NEW_DAYS
NEW_DAYS = 75
UNRATED_DAYS = 24  # a product this young has no rating yet
FEATURED_PER_DEPARTMENT = 2
OWN_CHARACTER = 0.30  # how far a product strays from its kind, as a share of the length of its latent vector
ASIN_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class DrawnProduct:
    """One product as the shop shows it, with what its picture and the people's tastes need to know."""

    key: str  # unique and stable, such as "tableware-mug-03"
    title: str
    slug: str
    description: str
    price: Decimal  # two places
    currency: str
    category_slug: str
    brand: str
    rating: Decimal | None  # 1.0 to 5.0; none while the product is new
    review_count: int
    tags: tuple[str, ...]
    occasions: tuple[str, ...]
    stock: int
    is_featured: bool
    created_days_ago: int
    affiliate_url: str
    asin: str | None

    department: str  # the top-level category's slug
    thing: str  # what it is in a search box: "stoneware mug"
    motif: str  # of motifs.MOTIFS
    variant: int  # which of the motif's small differences
    colour: str  # of colours.COLOURS
    accent: str  # likewise, and not the same
    season: tuple[float, ...]  # twelve weights, January first; 1.0 is an ordinary month
    used_up: bool  # so that people buy it again
    appeal: float  # what everybody sees in it, in standard deviations
    latent: tuple[float, ...]  # (LATENT_SIZE,) of length one; see latent.py


def draw_products(seed: int = 2026, n: int = 600) -> list[DrawnProduct]:
    """Return `n` products, spread evenly over the kinds and shuffled.

    Raises: ValueError if `n` asks for more of a kind than its words can name.
    """
    products: list[DrawnProduct] = []
    for place, kind in enumerate(KINDS):
        count = n // len(KINDS) + (place < n % len(KINDS))
        products.extend(_draw_kind(kind, count, stream(seed, f"products/{kind.category_slug}/{kind.motif}")))
    products = _feature_the_best(products)
    return [products[row] for row in stream(seed, "products/order").permutation(len(products))]


def slugify(text: str) -> str:
    """Return `text` as it stands in an address.

    >>> slugify("Slow-burning soy candle, fig & cedar")
    'slow-burning-soy-candle-fig-and-cedar'
    """
    plain = (
        unicodedata.normalize("NFKD", text.replace("&", " and ").replace("'", "")).encode("ascii", "ignore").decode()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _draw_kind(kind: Kind, count: int, rng: np.random.Generator) -> list[DrawnProduct]:
    colours = _shuffled(kind.colours or tuple(COLOURS), rng)
    descriptions: set[str] = set()
    drawn = []
    for number, (thing, look, detail) in enumerate(_choose_words(kind, count, colours, rng)):
        colour = COLOUR_OF.get(detail, colours[number % len(colours)]) if kind.details else detail
        title = _capitalised(kind.pattern.format(thing=thing, look=look, detail=detail))
        department = department_of(kind.category_slug)
        brand = _one_of(BRANDS[department], rng)
        description = _describe(kind, brand, thing, detail, rng)
        while description in descriptions:
            description = _describe(kind, brand, thing, detail, rng)
        descriptions.add(description)

        price = _draw_price(kind, rng)
        appeal = float(rng.standard_normal())
        created_days_ago = int(rng.integers(1, NEW_DAYS) if rng.random() < NEW_SHARE else rng.integers(180, 900))
        is_rated = created_days_ago > UNRATED_DAYS
        slug = slugify(title)
        drawn.append(
            DrawnProduct(
                key=f"{kind.category_slug}-{kind.motif}-{number + 1:02d}",
                title=title,
                slug=slug,
                description=description,
                price=price,
                currency="GBP",
                category_slug=kind.category_slug,
                brand=brand,
                rating=_draw_rating(appeal, rng) if is_rated else None,
                review_count=_draw_review_count(appeal, created_days_ago, rng) if is_rated else 0,
                tags=kind.tags,
                occasions=kind.occasions,
                stock=_draw_stock(rng),
                is_featured=False,
                created_days_ago=created_days_ago,
                affiliate_url=SHOP_URL + slug,
                asin=_draw_asin(rng) if rng.random() < 0.4 else None,
                department=department,
                thing=thing,
                motif=kind.motif,
                variant=4 * number + kind.shapes[kind.things.index(thing)] if kind.shapes else number,
                colour=colour,
                accent=COMPANIONS[colour][number % 3],
                season=SEASONS[kind.season],
                used_up=kind.used_up,
                appeal=round(appeal, 6),
                latent=_draw_latent(kind, price, rng),
            )
        )
    return drawn


def _choose_words(
    kind: Kind, count: int, colours: tuple[str, ...], rng: np.random.Generator
) -> list[tuple[str, str, str]]:
    """Return `count` different (thing, look, detail), each time the one whose words were heard least so far."""
    remaining = _shuffled(tuple(every_combination(kind.things, kind.looks, kind.details or colours)), rng)
    if count > len(remaining):
        raise ValueError(f"The words for {kind.motif!r} make {len(remaining)} titles, not {count}.")
    heard: Counter[tuple[int, str]] = Counter()
    candidates, chosen = list(remaining), []
    for _ in range(count):
        words = min(candidates, key=lambda candidate: sum(heard[slot] for slot in enumerate(candidate)))
        candidates.remove(words)
        heard.update(enumerate(words))
        chosen.append(words)
    return chosen


def _describe(kind: Kind, brand: str, thing: str, detail: str, rng: np.random.Generator) -> str:
    """Return a story and two facts, in two to four sentences: a short story sometimes earns a closing line."""
    story = _one_of(kind.stories, rng)
    facts = _shuffled(kind.facts, rng)[:2]
    sentences = [story, *facts]
    if story.count(". ") == 0 and rng.random() < 0.4:
        sentences.append(_one_of(CLOSINGS[_one_of(kind.occasions, rng)], rng))
    told = " ".join(_capitalised(sentence.format(thing=thing, detail=detail, brand=brand)) for sentence in sentences)
    return re.sub(r"\b([Aa]) (?=[aeio](?!ne\b))", r"\1n ", told)  # an espresso cup, yet a one-off


def _draw_price(kind: Kind, rng: np.random.Generator) -> Decimal:
    pounds = int(np.clip(kind.price * np.exp(kind.spread * rng.standard_normal()), CHEAPEST, DEAREST))
    return Decimal(pounds) + _one_of(ENDINGS, rng)


def _draw_rating(appeal: float, rng: np.random.Generator) -> Decimal:
    stars = np.clip(4.2 + 0.3 * appeal + 0.2 * rng.standard_normal(), 1, 5)
    return Decimal(f"{stars:.1f}")


def _draw_review_count(appeal: float, created_days_ago: int, rng: np.random.Generator) -> int:
    a_year = min(created_days_ago, 365) / 365
    return int(a_year * np.exp(3.6 + 0.9 * appeal + 0.4 * rng.standard_normal()))


def _draw_stock(rng: np.random.Generator) -> int:
    """Return how many are left: usually plenty, sometimes a last few, now and then none."""
    luck = rng.random()
    if luck < 0.03:
        return 0
    return int(rng.integers(1, 6) if luck < 0.10 else rng.integers(12, 240))


def _draw_asin(rng: np.random.Generator) -> str:
    return "B0" + "".join(ASIN_LETTERS[letter] for letter in rng.integers(0, len(ASIN_LETTERS), 8))


def _draw_latent(kind: Kind, price: Decimal, rng: np.random.Generator) -> tuple[float, ...]:
    stray = OWN_CHARACTER * unit(rng.standard_normal(LATENT_SIZE))
    return tuple(round(float(value), 6) for value in unit(latent_of(kind, float(price)) + stray))


def _feature_the_best(products: list[DrawnProduct]) -> list[DrawnProduct]:
    """Return the products with each department's best-loved ones that are in stock marked as featured."""
    featured: set[str] = set()
    for department in dict.fromkeys(product.department for product in products):
        in_stock = [product for product in products if product.department == department and product.stock]
        best = sorted(in_stock, key=lambda product: -product.appeal)[:FEATURED_PER_DEPARTMENT]
        featured.update(product.key for product in best)
    return [replace(product, is_featured=product.key in featured) for product in products]


def _one_of(choices: tuple[T, ...], rng: np.random.Generator) -> T:
    return choices[int(rng.integers(len(choices)))]


def _shuffled(choices: tuple[T, ...], rng: np.random.Generator) -> tuple[T, ...]:
    return tuple(choices[place] for place in rng.permutation(len(choices)))


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
