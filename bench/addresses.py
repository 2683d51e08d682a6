"""What is asked in the benchmark: the same questions every time, drawn with a seed."""

import dataclasses
import random

from bench.shop import BRANDS, PRODUCTS, SHELVES, product_id

SEED = 20261120
BASE = "/api/v1/products"
WORDS = ("silk", "oak", "brass", "candle", "scarf", "mug", "lamp", "cushion", "kettle", "puzzle", "basket", "mirror")
SORTS = ("price", "rating", "created_at", "popularity", "title")
CARD_FIELDS = "id,title,price,currency,brand,image_url,rating"


@dataclasses.dataclass(frozen=True)
class Case:
    """One row of the table: a name, the addresses asked round and round, and whether with tokens."""

    name: str
    paths: tuple[str, ...]
    signed_in: bool = False


def cases(products: int = PRODUCTS) -> tuple[Case, ...]:
    """Return the cases; anonymous and signed-in ones ask the same."""
    lists, details = list_paths(1000), detail_paths(2000, products)
    return (
        Case("product list", lists),
        Case("product detail", details),
        Case("product list, signed in", lists, signed_in=True),
        Case("product detail, signed in", details, signed_in=True),
        Case("product list, no question twice", new_list_paths(30_000)),
        Case("product search", search_paths(2000)),
    )


def list_paths(n: int, different: int = 150) -> tuple[str, ...]:
    """Return addresses of the list as a shop's visitors ask: a few questions often, many seldom (by 1/rank)."""
    draw = random.Random(SEED)
    questions = [_list_path(draw) for _ in range(different)]
    return tuple(draw.choices(questions, weights=[1 / rank for rank in range(1, different + 1)], k=n))


def new_list_paths(n: int) -> tuple[str, ...]:
    """Return addresses of the list of which none comes twice, so that nobody can have remembered a question."""
    draw = random.Random(SEED + 1)
    return tuple(f"{BASE}?price_max={100 + number / 100:.2f}&{_filters(draw, most=False)}" for number in range(n))


def search_paths(n: int) -> tuple[str, ...]:
    """Return addresses of searches for two words that products are made of, as shop.sql draws them."""
    draw = random.Random(SEED + 3)
    return tuple(f"{BASE}?q={'+'.join(draw.sample(WORDS, 2))}" for _ in range(n))


def detail_paths(n: int, products: int = PRODUCTS) -> tuple[str, ...]:
    """Return addresses of random products on show."""
    draw = random.Random(SEED + 2)
    numbers = (draw.randint(1, products) for _ in range(10 * n))
    shown = (number for number in numbers if number % 50 != 7 and number % 100 != 13)
    return tuple(
        f"{BASE}/{product_id(next(shown))}{draw.choice(('', '', '', f'?fields={CARD_FIELDS}'))}" for _ in range(n)
    )


def odd_paths() -> tuple[str, ...]:
    """Return addresses that are compared and not timed: every filter and sort, empty pages, nothing found."""
    words = (
        "q=silk",
        "q=silk+scarf",
        "q=silk&sort=price",
        "q=silk+sca",
        "q=brand+1&order=asc",
        "category=no-such-shelf",
    )
    short_words = ("q=si", "q=oak+silk+la&sort=title", "q=silk+%26+oak", "q=%26", "q=lamp&rating_min=3&page=2")
    sorts = tuple(f"sort={sort}&order={order}" for sort in SORTS for order in ("asc", "desc"))
    filters = (
        "in_stock=false",
        "in_stock=true&brand=Brand+0",
        "occasion=birthday",
        "rating_min=4.5",
        "category=shelf-3&rating_min=3&price_max=40",
        "page=100000",
        "per_page=100",
        "page=3&per_page=7&category=shelf-39",
        f"ids={product_id(1)},{product_id(2)},{product_id(7)}",
        "fields=id,stock,tags,category,images",
    )
    return tuple(f"{BASE}?{query}" for query in (*words, *short_words, *sorts, *filters))


def wrong_paths() -> tuple[str, ...]:
    """Return addresses that both must refuse with the same status."""
    queries = (
        "page=0",
        "page=x",
        "per_page=101",
        "sort=colour",
        "order=up",
        "price_min=9&price_max=1",
        "price_min=cheap",
        "price_min=-1",
        "price_min=1.234",
        "rating_min=5.1",
        "occasion=monday",
        "in_stock=perhaps",
        "ids=1,2",
        "fields=id,colour",
        "page=1&page=2",
        f"q={'a' * 201}",
        "brand=",
    )
    return (*(f"{BASE}?{query}" for query in queries), f"{BASE}/{product_id(0)}")


def _list_path(draw: random.Random) -> str:
    filters = _filters(draw)
    if draw.random() < 0.3:
        filters += f"&price_min={draw.randint(5, 30)}"
    return f"{BASE}?{filters}".replace("?&", "?").rstrip("?")


def _filters(draw: random.Random, *, most: bool = True) -> str:
    parts = []
    if draw.random() < 0.6:
        parts.append(f"category=shelf-{int(draw.random() ** 2 * SHELVES)}")
    if most and draw.random() < 0.3:
        parts.append(f"price_max={draw.randint(31, 150)}")
    if draw.random() < 0.15:
        parts.append(f"brand=Brand+{int(draw.random() ** 2 * BRANDS)}")
    if draw.random() < 0.2:
        parts.append("in_stock=true")
    if draw.random() < 0.1:
        parts.append(f"rating_min={draw.choice((3, 4, 4.5))}")
    if draw.random() < 0.4:
        parts.append(f"sort={draw.choice(SORTS)}")
    if draw.random() < 0.3:
        parts.append(f"page={draw.randint(2, 5)}")
    if draw.random() < 0.25:
        parts.append(f"fields={CARD_FIELDS}")
    return "&".join(parts)
