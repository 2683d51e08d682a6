"""The categories, kept in the process and read anew every five seconds."""

import dataclasses
import time
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from asyncpg import Connection, Record

SECONDS = 5.0


@dataclasses.dataclass(frozen=True)
class Shelf:
    """One category with the ids of all that stand inside it, its own first."""

    name: str
    slug: str
    within: tuple[UUID, ...]


class Shelves:
    """All categories, by id (as text) and by slug."""

    def __init__(self, rows: Iterable[Record]) -> None:
        rows = list(rows)
        below: dict[UUID | None, list[UUID]] = defaultdict(list)
        for row in rows:
            below[row["parent_id"]].append(row["id"])
        self.by_id = {str(row["id"]): Shelf(row["name"], row["slug"], _within(row["id"], below)) for row in rows}
        self.by_slug = {shelf.slug: shelf for shelf in self.by_id.values()}

    def find(self, slug_or_id: str) -> Shelf | None:
        """Return the category with this slug or id, or None."""
        if shelf := self.by_slug.get(slug_or_id):
            return shelf
        try:
            return self.by_id.get(str(UUID(slug_or_id)))
        except ValueError:
            return None


_kept: tuple[float, Shelves] = (0.0, Shelves(()))


async def shelves(connection: Connection) -> Shelves:
    """Return the categories, at most five seconds old."""
    global _kept
    if time.monotonic() >= _kept[0]:
        rows = await connection.fetch(
            "SELECT id, name, slug, parent_id FROM catalogue_category ORDER BY position, name, id"
        )
        _kept = (time.monotonic() + SECONDS, Shelves(rows))
    return _kept[1]


def _within(top: UUID, below: dict[UUID | None, list[UUID]]) -> tuple[UUID, ...]:
    within, waiting = [top], [top]
    while waiting:
        inside = below[waiting.pop()]
        within.extend(inside)
        waiting.extend(inside)
    return tuple(within)
