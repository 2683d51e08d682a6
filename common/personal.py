"""What is kept about people: which tables, and how each app shows it, erases it and moves it from a guest.

Every app that keeps something about people has one provider in its `personal.py`, named in the setting PERSONAL_DATA.
Exporting, erasing and merging go through all of them, and there is no other way.
"""

import functools
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from common.scope import as_system

# The tables whose rows are somebody's, and the column that says whose.
PERSONAL_TABLES: dict[str, str] = {
    "accounts.User": "id",
    "accounts.Session": "user_id",
    "accounts.KnownDevice": "user_id",
    "accounts.OneTimeLink": "user_id",
    "accounts.Authenticator": "user_id",
    "accounts.RecoveryCode": "user_id",
    "accounts.Identity": "user_id",
    "accounts.ApiKey": "user_id",
    "swipes.SwipeSession": "user_id",
    "swipes.Swipe": "user_id",
    "swipes.Impression": "user_id",
    "swipes.BehaviourEvent": "user_id",
    "orders.Order": "user_id",
    "orders.CartItem": "user_id",
    "recommendations.Pick": "user_id",
    "recommendations.Interaction": "user_id",
}

# Columns that open something or only serve us; nobody is shown them.
SECRETS = frozenset({"password", "digest", "refresh_digest", "sealed_secret", "salt", "cookie", "auth_version"})

Row = Mapping[str, Any]
Exported = dict[str, Iterable[Row]]


class PersonalData(Protocol):
    """What one app keeps about people. Everything runs inside the caller's transaction."""

    def export(self, user_id: uuid.UUID) -> Exported:
        """Return everything kept about a person: rows, read when they are asked for, by a name one understands."""
        ...

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """Leave nothing of a person, and every count as it was."""
        ...

    def merge(self, guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
        """Make a guest's doings the person's own; what cannot be theirs goes with the guest."""
        ...


class PersonalTables:
    """A provider for tables that say in one column whose each row is; a subclass names them and adds what differs."""

    # By the name under which they are shown, in the order in which they are erased.
    tables: ClassVar[dict[str, type[Model]]] = {}

    def export(self, user_id: uuid.UUID) -> Exported:
        """Return the person's rows of every table."""
        return {name: shown(rows_of(model, user_id)) for name, model in self.tables.items()}

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """Delete the person's rows of every table."""
        for model in self.tables.values():
            rows_of(model, user_id).delete()

    def merge(self, guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
        """Move nothing: what is not moved goes with the guest."""


def rows_of(model: type[Model], user_id: uuid.UUID) -> QuerySet[Any]:
    """Return a person's rows of one of PERSONAL_TABLES."""
    return model._default_manager.filter(**{PERSONAL_TABLES[model._meta.label]: user_id})


def shown(rows: QuerySet[Any]) -> Iterator[Row]:
    """Yield rows as their owner may see them: every column but secrets."""
    columns = [field.attname for field in rows.model._meta.concrete_fields if field.attname not in SECRETS]
    yield from rows.order_by("pk").values(*columns).iterator(chunk_size=2000)


@functools.cache
def providers() -> tuple[PersonalData, ...]:
    """Return every app's provider, the highest floor first: what stands on other rows goes before them."""
    return tuple(import_string(name)() for name in settings.PERSONAL_DATA)


def export(user_id: uuid.UUID) -> Exported:
    """Return everything that is kept about a person."""
    found: Exported = {}
    for provider in providers():
        found |= provider.export(user_id)
    return found


@as_system("erasing a person")
def erase(user_id: uuid.UUID, now: datetime) -> None:
    """Erase a person from every table; call it in a transaction."""
    for provider in providers():
        provider.erase(user_id, now)


def erase_again(last: PersonalData, user_id: uuid.UUID, now: datetime) -> None:
    """Erase what came to the floors above `last` while they were being erased; for who has just locked the person."""
    for provider in providers():
        if provider is last:
            return
        provider.erase(user_id, now)


@as_system("merging a guest")
def merge(guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
    """Move what a guest did to a person, in every table; call it in a transaction."""
    for provider in providers():
        provider.merge(guest_id, user_id, now)
