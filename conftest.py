"""Fixtures of the whole suite: people, a small shop, and an API client for each of them.

Alice owns, Bob is a friend, Charlie has no business here; Mary is a merchandiser.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from catalogue import facets, reads, shelves
from catalogue import services as catalogue
from catalogue.affiliate import programmes
from catalogue.models import Category, Product
from catalogue.search import asking, vocabulary
from common import flags, limits
from common.buffers import WriteBuffer
from common.postgresql import roles
from common.scope import as_system
from common.tests.triggers import triggers_of
from recommendations import registry, shop, trending
from swipes import services as swipes
from swipes.models import SessionType, SwipeSession

APP_ROLE = "aclue_tests_app"
PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DATA = Path(os.environ.get("ACLUE_DATA_DIR") or settings.BASE_DIR.parent / "shared" / "data")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what needs a service that is not named; with the variable set it has to pass."""
    is_postgres = "postgres" in settings.DATABASES["default"]["ENGINE"]
    missing = {
        "postgres": None if is_postgres else "TEST_DATABASE_URL names no PostgreSQL",
        "redis": None if settings.REDIS_URL else "TEST_REDIS_URL is not set",
        "data": None if "ACLUE_DATA_DIR" in os.environ or DATA.is_dir() else "ACLUE_DATA_DIR is not set",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Work as in production; and let Django empty the tables after a test of several transactions, which the audit
    log's triggers refuse."""
    # Of the class: a browser's test works on a connection of its own, as Playwright keeps an event loop in the thread.
    operations = type(connection.ops)
    flush = operations.sql_flush
    with django_db_blocker.unblock():
        unguard, guard = triggers_of(connection, "common_auditentry", "common_auditpayload")

    def flush_all(ops: Any, *args: Any, **options: Any) -> list[str]:
        emptied = [*unguard, *flush(ops, *args, **options), *guard]
        # Emptying is the owner's work.
        return ["RESET ROLE", *emptied, f"SET ROLE {APP_ROLE}"] if connection.vendor == "postgresql" else emptied

    operations.sql_flush = flush_all  # type: ignore[method-assign, assignment]
    if connection.vendor != "postgresql":
        yield
        return
    with django_db_blocker.unblock():
        _work_as_app_role()
    yield
    # The database is taken down by whoever made it.
    with django_db_blocker.unblock():
        connection.close()
    del connection.settings_dict["OPTIONS"]["assume_role"]


def _work_as_app_role() -> None:
    """Have every connection of the suite work as a role that is neither superuser nor owner, as in production.

    The role that TEST_DATABASE_URL names has to be able to make it: row-level security does not hold superusers.
    """
    with connection.cursor() as cursor:
        # Several runs share a server, and roles are the server's.
        cursor.execute(
            f"DO $$ BEGIN CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        # Some tests make tables of their own.
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {APP_ROLE}")
    roles.grant_work(APP_ROLE)
    connection.settings_dict["OPTIONS"]["assume_role"] = APP_ROLE
    connection.close()


@contextmanager
def as_tables_owner() -> Iterator[None]:
    """Work as the role that owns the tables, for what only an owner may do; nothing happens on SQLite."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        try:
            yield
        finally:
            cursor.execute(f"SET ROLE {APP_ROLE}")


@pytest.fixture(scope="session", autouse=True)
def _suite_scope() -> Iterator[None]:
    """Let fixtures that outlive a test prepare whatever they like."""
    with as_system("the suite"):
        yield


@pytest.fixture(autouse=True)
def _test_scope() -> Iterator[None]:
    """Let a test prepare and look at whatever it likes; requests and tasks begin as they do in production."""
    with as_system("a test"):
        yield


@pytest.fixture(autouse=True)
def _forget_between_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop what a process remembers: limits, categories, totals, caches, models; what it looks up now and then is
    looked up each time."""
    monkeypatch.setattr(shop, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(shop, "POPULARITY_SECONDS", 0.0)
    monkeypatch.setattr(registry, "LOOK_SECONDS", 0.0)
    # What staff have switched is known until a test switches something, so that no count of queries depends on it.
    monkeypatch.setattr(flags, "LOOK_SECONDS", 3600.0)
    flags.assume({})
    limits.reset()
    reads.forget()
    facets.forget()
    asking.forget()
    vocabulary.forget()
    shelves.forget()
    programmes.forget()
    shop.forget()
    registry.forget()
    trending.forget()
    cache.clear()


@pytest.fixture
def settled(_forget_between_tests: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process at work: what it looks up now and then has been looked up, what was shown is written down aside."""
    monkeypatch.setattr(WriteBuffer, "add", lambda buffer, item: None)
    monkeypatch.setattr(shop, "LOOK_SECONDS", 3600.0)
    monkeypatch.setattr(registry, "LOOK_SECONDS", 3600.0)


class ApiClient:
    """Somebody's way to the API: JSON in, JSON out, with their bearer token."""

    def __init__(self, token: str | None = None) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(path: str, data: Any = None, headers: dict[str, str] | None = None, **options: Any) -> Any:
            send = getattr(self.client, method)
            if method in {"get", "head"}:
                return send(path, data or {}, headers={**self.headers, **(headers or {})}, **options)
            options.setdefault("content_type", "application/json")
            body = {} if data is None else {"data": data}
            return send(path, **body, headers={**self.headers, **(headers or {})}, **options)

        return call


def make_person(name: str, *, roles: tuple[str, ...] = ()) -> User:
    """Return a new person called `name`, with roles."""
    email = f"{name.lower()}@example.com"
    user = accounts.register(email=email, password=PASSWORD, first_name=name, now=NOW)
    if roles:
        accounts.write_roles()
        accounts.set_roles(user=user, roles=list(roles), now=NOW, actor_id=None)
    return user


@pytest.fixture
def api(db: None) -> Callable[..., ApiClient]:
    """Return a client for a person, or for nobody."""

    def client_of(user: User | None = None) -> ApiClient:
        if user is None:
            return ApiClient()
        return ApiClient(accounts.open_session(user=user, now=datetime.now(UTC), device="test").access_token)

    return client_of


@pytest.fixture
def alice(db: None) -> User:
    return make_person("Alice")


@pytest.fixture
def bob(db: None) -> User:
    return make_person("Bob")


@pytest.fixture
def charlie(db: None) -> User:
    return make_person("Charlie")


@pytest.fixture
def mary(db: None) -> User:
    return make_person("Mary", roles=("merchandiser",))


@pytest.fixture
def admin(db: None) -> User:
    return make_person("Ada", roles=("admin",))


@pytest.fixture
def make_category(db: None) -> Callable[..., Category]:
    """Return a maker of categories: name, then whatever else."""

    def make(name: str, parent: Category | None = None, **values: Any) -> Category:
        slug = values.pop("slug", name.lower().replace(" ", "-"))
        return catalogue.save_category(
            category=Category(name=name, slug=slug, parent=parent, **values), now=NOW, actor_id=None
        )

    return make


@pytest.fixture
def accessories(make_category: Callable[..., Category]) -> Category:
    return make_category("Accessories")


@pytest.fixture
def make_product(accessories: Category) -> Callable[..., Product]:
    """Return a maker of products: title, then whatever differs from a plain one for 20.00."""

    def make(title: str, **values: Any) -> Product:
        now = values.pop("now", NOW)
        values = {"title": title, "price": Decimal("20.00"), "category": accessories, "stock": 5, **values}
        return catalogue.create_product(values=values, now=now, actor_id=None)

    return make


@pytest.fixture
def scarf(make_product: Callable[..., Product]) -> Product:
    return make_product("Silk scarf", brand="Larkfield", tags=["silk"], occasions=["birthday"])


@pytest.fixture
def mug(make_product: Callable[..., Product]) -> Product:
    return make_product("Speckled mug", price=Decimal("12.50"), brand="Fernhill", occasions=["housewarming"])


@pytest.fixture
def data() -> Path:
    """Return the folder of public data sets, for tests marked `data`."""
    return DATA


@pytest.fixture
def deck(alice: User) -> SwipeSession:
    """Alice's session for herself."""
    return swipes.start_session(user=alice, session_type=SessionType.DISCOVERY, now=NOW)


@pytest.fixture
def unknown_id() -> uuid.UUID:
    return uuid.UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture
def explain(db: None) -> Callable[[str, tuple[Any, ...]], str]:
    """Return the plan that the database chooses for a statement."""

    def plan_of(sql: str, parameters: tuple[Any, ...]) -> str:
        prefix = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        with connection.cursor() as cursor:
            cursor.execute(prefix + sql, parameters)
            return "\n".join(str(row) for row in cursor.fetchall())

    return plan_of
