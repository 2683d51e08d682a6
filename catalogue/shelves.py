"""The categories as every process keeps them: a few hundred rows that each product answer needs."""

import dataclasses
import uuid
from collections import defaultdict
from typing import Any

from django.db.models import Count

from catalogue.media import media_url
from catalogue.models import Category, Product
from common.memo import TimedMemo

SHELF_SECONDS = 5
COUNT_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Shelf:
    """One category, with the ids of all that stand inside it (its own first)."""

    id: uuid.UUID
    name: str
    slug: str
    parent_id: uuid.UUID | None
    description: str
    image_url: str | None
    position: int
    within: tuple[uuid.UUID, ...]


class Shelves:
    """All categories, by id and by slug, in the shop's order."""

    def __init__(self, categories: list[Category]) -> None:
        below: dict[uuid.UUID | None, list[Category]] = defaultdict(list)
        for category in categories:
            below[category.parent_id].append(category)
        self.by_id = {category.pk: self._shelf(category, below) for category in categories}
        self.by_slug = {shelf.slug: shelf for shelf in self.by_id.values()}
        self.children = {parent: [self.by_id[child.pk] for child in inside] for parent, inside in below.items()}

    @staticmethod
    def _shelf(category: Category, below: dict[uuid.UUID | None, list[Category]]) -> Shelf:
        within, waiting = [category.pk], [category.pk]
        while waiting:
            for child in below[waiting.pop()]:
                within.append(child.pk)
                waiting.append(child.pk)
        return Shelf(
            id=category.pk,
            name=category.name,
            slug=category.slug,
            parent_id=category.parent_id,
            description=category.description,
            image_url=media_url(category.image),
            position=category.position,
            within=tuple(within),
        )

    def find(self, slug_or_id: str) -> Shelf | None:
        """Return the category with this slug or id, or None."""
        if shelf := self.by_slug.get(slug_or_id):
            return shelf
        try:
            return self.by_id.get(uuid.UUID(slug_or_id))
        except ValueError:
            return None


def _read() -> Shelves:
    return Shelves(list(Category.objects.all()))


def _count() -> dict[uuid.UUID, int]:
    counted = Product.objects.active().order_by().values("category_id").annotate(n=Count("id"))
    return {row["category_id"]: row["n"] for row in counted}


_shelves = TimedMemo(_read, SHELF_SECONDS)
_counts = TimedMemo(_count, COUNT_SECONDS)


def shelves() -> Shelves:
    """Return the categories, at most five seconds old."""
    return _shelves.get()


def category_list() -> list[dict[str, Any]]:
    """Return all categories with the number of products on show in and below them, at most a minute old."""
    counts = _counts.get()
    return [_described(shelf, counts) for shelf in shelves().by_id.values()]


def category_detail(shelf: Shelf) -> dict[str, Any]:
    """Return one category as the list writes it."""
    return _described(shelf, _counts.get())


def category_tree() -> list[dict[str, Any]]:
    """Return the categories as a tree; each has its `children`."""
    counts, kept = _counts.get(), shelves()

    def grown(shelf: Shelf) -> dict[str, Any]:
        return _described(shelf, counts) | {"children": [grown(child) for child in kept.children.get(shelf.id, [])]}

    return [grown(shelf) for shelf in kept.children.get(None, [])]


def forget() -> None:
    """Read categories and counts anew: this process has changed them."""
    _shelves.forget()
    _counts.forget()


def _described(shelf: Shelf, counts: dict[uuid.UUID, int]) -> dict[str, Any]:
    return {
        "id": shelf.id,
        "name": shelf.name,
        "slug": shelf.slug,
        "parent_id": shelf.parent_id,
        "description": shelf.description,
        "image_url": shelf.image_url,
        "position": shelf.position,
        "product_count": sum(counts.get(inside, 0) for inside in shelf.within),
    }
