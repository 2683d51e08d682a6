"""What a person did, read from every source, and what it says about their taste."""

import functools
import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from common.feedback import Kind
from common.rows import read_rows

# The newest events that a live answer reads.
MOST_EVENTS = 300
# The events by which it is known what somebody has met already.
MOST_REMEMBERED = 20_000
WEIGHTS = {
    Kind.LOVED: 2.0,
    Kind.LIKED: 1.0,
    Kind.SKIPPED: 0.0,
    Kind.DISLIKED: -1.0,
    Kind.NEVER_AGAIN: -2.0,
    Kind.DISMISSED: -0.5,
    Kind.VIEWED: 0.1,
    Kind.CLICKED: 0.2,
    Kind.SHARED: 0.7,
    Kind.ADDED_TO_CART: 0.7,
    Kind.WISHED: 1.0,
    Kind.BOUGHT: 1.0,
}
# Of several answers to one product the latest counts; all else adds up.
ANSWERS = frozenset({Kind.LOVED, Kind.LIKED, Kind.SKIPPED, Kind.DISLIKED, Kind.NEVER_AGAIN})
# What somebody said outright, as against what they merely did.
SPOKEN = ANSWERS | {Kind.DISMISSED}
SOMEBODY = uuid.UUID("5b0d3b0d-0000-4000-8000-000000000000")
ANYBODY = (SOMEBODY, SOMEBODY.hex)
SETTLED = frozenset({Kind.BOUGHT, Kind.DISLIKED, Kind.NEVER_AGAIN, Kind.DISMISSED})
SAID = {
    Kind.LOVED: "loved",
    Kind.LIKED: "liked",
    Kind.BOUGHT: "bought",
    Kind.WISHED: "wished for",
    Kind.ADDED_TO_CART: "put into your cart",
    Kind.SHARED: "shared",
    Kind.CLICKED: "looked at",
    Kind.VIEWED: "looked at",
}


class Event(NamedTuple):
    """One thing somebody did with a product."""

    user_id: uuid.UUID
    product_id: uuid.UUID
    kind: Kind
    occurred_at: datetime


@functools.cache
def sources() -> tuple[Callable[[], QuerySet[Any]], ...]:
    """Return the functions that the setting FEEDBACK_SOURCES names; raises ImportError for a wrong one."""
    return tuple(import_string(path) for path in settings.FEEDBACK_SOURCES)


def events_of(user_id: uuid.UUID, most: int = MOST_EVENTS) -> list[Event]:
    """Return a person's newest events, newest first, in one query."""
    statement, parameters = _newest(sources(), most)
    key = user_id.hex if connection.vendor == "sqlite" else user_id
    rows = read_rows(statement, [key if value in ANYBODY else value for value in parameters], personal=True)
    return _in_order(Event(user_id, _id(product_id), Kind(kind), _moment(at)) for _, product_id, kind, at in rows)


@functools.cache
def _newest(sources_: tuple[Callable[[], QuerySet[Any]], ...], most: int) -> tuple[str, tuple[Any, ...]]:
    """Return the statement for somebody's newest events, with a stand-in for who it is.

    It is the same for everybody, and putting it together costs Django ten times what it costs the database to answer.
    """
    first, *others = (source().filter(user_id=SOMEBODY) for source in sources_)
    rows = first.union(*others, all=True).order_by("-occurred_at", "product_id", "kind")[:most]
    return rows.query.sql_with_params()


def _id(value: uuid.UUID | str) -> uuid.UUID:
    """Return an id as PostgreSQL's driver or SQLite's gives it."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _moment(value: datetime | str) -> datetime:
    """Return a moment as PostgreSQL's driver or SQLite's gives it; the latter's names no zone, and UTC is meant."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def whole_history(newest: Sequence[Event]) -> Sequence[Event]:
    """Return all that a person did, given their newest events: these, and an older query's where they are but the last.

    A taste is told by the newest few hundred; what was bought before that is no news all the same.
    """
    return newest if len(newest) < MOST_EVENTS else events_of(newest[0].user_id, most=MOST_REMEMBERED)


def events_of_many(user_ids: Sequence[uuid.UUID], most: int = MOST_EVENTS) -> dict[uuid.UUID, list[Event]]:
    """Return what `events_of` returns for each of some people, in one query a source."""
    found: dict[uuid.UUID, list[Event]] = {user_id: [] for user_id in user_ids}
    for source in sources():
        for user_id, product_id, kind, at in source().filter(user_id__in=user_ids).iterator(chunk_size=10_000):
            found[user_id].append(Event(user_id, product_id, Kind(kind), at))
    return {user_id: _in_order(events)[:most] for user_id, events in found.items()}


def all_events(*, until: datetime, since: datetime | None = None) -> Iterator[Event]:
    """Yield everybody's events of a span, source by source, without holding them all where the database can do so.

    On SQLite a source is read to its end first: while a statement of a connection is open, the connection may not
    write (how far it is, say) once another one has written.
    """
    for source in sources():
        rows = source().filter(occurred_at__lt=until)
        if since is not None:
            rows = rows.filter(occurred_at__gte=since)
        read = list(rows) if connection.vendor == "sqlite" else rows.iterator(chunk_size=10_000)
        for user_id, product_id, kind, at in read:
            yield Event(user_id, product_id, Kind(kind), at)


def counted(events: Iterable[Event]) -> Iterator[Event]:
    """Leave out the answers to a product that a later answer of the same person has replaced."""
    kept = list(events)
    latest: dict[tuple[uuid.UUID, uuid.UUID], Event] = {}
    for event in kept:
        if event.kind in ANSWERS:
            card = event.user_id, event.product_id
            former = latest.get(card)
            # Two sittings may be answered in one moment; whatever their order, one of them counts.
            if former is None or (event.occurred_at, event.kind) > (former.occurred_at, former.kind):
                latest[card] = event
    for event in kept:
        if event.kind not in ANSWERS or event is latest[event.user_id, event.product_id]:
            yield event


def mark_of(events: Iterable[Event]) -> str:
    """Return a digest of a history: the same as long as nothing was added, changed or taken back."""
    digest = hashlib.sha256()
    for event in events:
        digest.update(f"{event.product_id}{event.kind}{event.occurred_at.timestamp()}".encode())
    return digest.hexdigest()


def _in_order(events: Iterable[Event]) -> list[Event]:
    """Return events newest first, those of one moment in a fixed order whatever the database's collation."""
    return sorted(events, key=lambda event: (-event.occurred_at.timestamp(), event.product_id, event.kind))


def all_people() -> list[uuid.UUID]:
    """Return everybody who has a history, in the order of their ids."""
    people = {user_id for source in sources() for user_id in source().values_list("user_id", flat=True).distinct()}
    return sorted(people)


def is_there_any() -> bool:
    """Return whether anybody has done anything yet."""
    return any(source().exists() for source in sources())
