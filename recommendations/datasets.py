"""The one door from rows to arrays: what everybody did, as the maths takes it."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from catalogue.models import Product
from catalogue.shelves import shelves
from recommendations.ml.interactions import IdMap, Interactions
from recommendations.taste import WEIGHTS, Event, all_events, counted

# What says anything of a taste; looking at a product and skipping it are too weak to learn products' likeness from.
LEAST_WEIGHT = 0.1
REPORT_EVERY = 50_000


class Dataset(NamedTuple):
    """What a model is trained on."""

    interactions: Interactions
    since: datetime | None
    until: datetime
    fingerprint: str

    @property
    def now(self) -> float:
        """The moment to which ages count, in seconds since the epoch: the newest event's."""
        return self.until.timestamp()


def read_dataset(*, until: datetime, progress: Callable[[int], None] = lambda n: None) -> Dataset:
    """Read everybody's feedback up to `until` (exclusive), every product of the shop as an item.

    Ages count to the newest event, so that a shop whose history ends long ago is learnt like a living one.
    """
    events = list(counted(_noting(all_events(until=until), progress)))
    weighty = [event for event in events if abs(WEIGHTS[event.kind]) >= LEAST_WEIGHT]
    weighty.sort(key=lambda event: (event.occurred_at, event.user_id, event.product_id, event.kind))
    items = IdMap([str(pk) for pk in Product.objects.kept().order_by("pk").values_list("pk", flat=True)])
    known = set(items.ids)
    weighty = [event for event in weighty if str(event.product_id) in known]
    interactions = Interactions.from_events(
        [str(event.user_id) for event in weighty],
        [str(event.product_id) for event in weighty],
        [WEIGHTS[event.kind] for event in weighty],
        [event.occurred_at.timestamp() for event in weighty],
        items=items,
    )
    return Dataset(
        interactions=interactions,
        since=weighty[0].occurred_at if weighty else None,
        until=weighty[-1].occurred_at if weighty else until.astimezone(UTC),
        fingerprint=fingerprint_of(weighty),
    )


def fingerprint_of(events: Iterable[Event]) -> str:
    """Return a digest of the data: the same rows in the same order give the same one."""
    digest = hashlib.sha256()
    for event in events:
        digest.update(f"{event.user_id}{event.product_id}{event.kind}{event.occurred_at.timestamp():.3f}".encode())
    return digest.hexdigest()


def read_texts() -> tuple[IdMap, list[str]]:
    """Return every product of the shop and what is written on it: title, brand, category, tags and description."""
    names = {shelf.id: shelf.name for shelf in shelves().by_id.values()}
    columns = ("pk", "title", "brand", "category_id", "tags", "description")
    ids, texts = [], []
    for pk, title, brand, category_id, tags, description in (
        Product.objects.kept().order_by("pk").values_list(*columns).iterator(chunk_size=5000)
    ):
        ids.append(str(pk))
        texts.append(" ".join([title, brand, names.get(category_id, ""), *map(str, tags), description]))
    return IdMap(ids), texts


def _noting(events: Iterable[Event], progress: Callable[[int], None]) -> Iterable[Event]:
    n = 0
    for n, event in enumerate(events, start=1):
        if n % REPORT_EVERY == 0:
            progress(n)
        yield event
    progress(n)
