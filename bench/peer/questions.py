"""What may be asked of the product list: the same rules as catalogue/queries.py, in pydantic's words."""

import functools
import re
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import parse_qsl
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

FIELDS = (
    "id",
    "title",
    "slug",
    "description",
    "price",
    "currency",
    "category",
    "category_id",
    "category_name",
    "brand",
    "image_url",
    "images",
    "asin",
    "rating",
    "review_count",
    "affiliate_url",
    "in_stock",
    "stock",
    "is_featured",
    "tags",
    "created_at",
    "updated_at",
)
Occasion = Literal[
    "birthday",
    "christmas",
    "wedding",
    "anniversary",
    "valentines",
    "mothers-day",
    "fathers-day",
    "graduation",
    "housewarming",
    "baby",
    "thank-you",
    "easter",
]
LONGEST_REMEMBERED = 300


def _parts(text: object) -> object:
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


def _words(longest: int, shortest: int = 1) -> object:
    return StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest, pattern=r"^[^\x00]*$")


Field_ = Literal[FIELDS]  # type: ignore[valid-type]
Fields = Annotated[tuple[Field_, ...], BeforeValidator(_parts), Field(max_length=len(FIELDS))]
Price = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)]


class FieldsQuestion(BaseModel):
    """Which fields to answer with."""

    model_config = ConfigDict(frozen=True)

    fields: Fields = FIELDS


class ProductsQuestion(FieldsQuestion):
    """One question to the product list."""

    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(20, ge=1, le=100)
    q: Annotated[str, _words(200, 0)] = ""
    category: Annotated[str, _words(140)] | None = None
    price_min: Price | None = None
    price_max: Price | None = None
    brand: Annotated[str, _words(120)] | None = None
    occasion: Occasion | None = None
    in_stock: bool | None = None
    rating_min: Annotated[Decimal, Field(ge=0, le=5, max_digits=3, decimal_places=2)] | None = None
    ids: Annotated[tuple[UUID, ...], BeforeValidator(_parts), Field(max_length=100)] | None = None
    sort: Literal["price", "rating", "created_at", "popularity", "title", "relevance"] | None = None
    order: Literal["asc", "desc"] | None = None

    @property
    def words(self) -> list[str]:
        """The plain words of `q`, each once."""
        return list(dict.fromkeys(re.findall(r"[^\W_]+", self.q.lower())))

    @model_validator(mode="after")
    def in_range(self) -> "ProductsQuestion":
        """Refuse an inverted price range."""
        if self.price_min is not None and self.price_max is not None and self.price_min > self.price_max:
            raise ValueError("price_max lies below price_min")
        return self


class Question:
    """A validated question with the statements that were made of it."""

    def __init__(self, asked: ProductsQuestion) -> None:
        self.asked = asked
        self.statements: dict[object, object] = {}


def products_question(query: bytes) -> Question:
    """Return the validated question; raises ValueError. Like ours, it remembers the last few thousand."""
    return _remembered(query) if len(query) <= LONGEST_REMEMBERED else Question(_read(ProductsQuestion, query))


def fields_question(query: bytes) -> tuple[str, ...]:
    """Return the fields asked for; raises ValueError."""
    if not query:
        return FIELDS
    return _remembered_fields(query) if len(query) <= LONGEST_REMEMBERED else _read(FieldsQuestion, query).fields


@functools.lru_cache(maxsize=4096)
def _remembered(query: bytes) -> Question:
    return Question(_read(ProductsQuestion, query))


@functools.lru_cache(maxsize=4096)
def _remembered_fields(query: bytes) -> tuple[str, ...]:
    return _read(FieldsQuestion, query).fields


def _read(shape: type[FieldsQuestion], query: bytes):  # type: ignore[no-untyped-def]
    given: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in given and name in shape.model_fields:
            raise ValueError(f"{name} is given more than once")
        given[name] = value
    return shape.model_validate(given)
