"""The shop of the benchmark: a database of its own with 100,000 products, made once and kept."""

import hashlib
import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.progress import say

ROOT = Path(__file__).resolve().parent.parent
SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
NAME = "aclue_bench"
FILLING = Path(__file__).with_name("shop.sql")
PRODUCTS = 100_000
# Requests are counted as in production, and no limit is ever reached.
NO_LIMIT_REACHED = dict.fromkeys(
    ("RATE_LIMIT_READ", "RATE_LIMIT_WRITE", "RATE_LIMIT_HEAVY", "RATE_LIMIT_NETWORK"), "1000000000/minute"
)
# What products that came in past the services are found by.
FOUND_BY = "from catalogue.tasks import refresh_search; refresh_search()"
TOP_SHELVES, SHELVES, BRANDS = 8, 40, 400


class NoDatabase(Exception):
    """No PostgreSQL answers; the text says where one was looked for."""


def server_url() -> str:
    """Return the address of the PostgreSQL server to use."""
    named = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL") or ""
    return named if named.startswith("postgres") else SERVER


def product_id(number: int) -> uuid.UUID:
    """Return the id of the n-th product, as shop.sql makes it."""
    return uuid.UUID(hashlib.md5(f"product {number}".encode()).hexdigest())


def ready_shop(environment: dict[str, str], *, products: int = PRODUCTS, name: str = NAME) -> str:
    """Return the address of the filled database; made anew when schema, filling or size have changed."""
    url = urlunsplit(urlsplit(server_url())._replace(path=f"/{name}"))
    version = _version(products)
    if _kept_version(name) == version:
        say(f"database {name}: kept from an earlier run")
        return url
    say(f"database {name}: making it anew")
    _recreate(name)
    _manage(environment | {"DATABASE_URL": url}, "migrate", "--verbosity=0")
    say(f"database {name}: filling in {products:,} products")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT set_config('bench.products', %s, false)", (str(products),))
        connection.execute(FILLING.read_bytes())
        # Statistics before the words are counted, so that nothing is planned for empty tables.
        connection.execute("ANALYZE")
        _manage(environment | {"DATABASE_URL": url}, "shell", "-v", "0", "-c", FOUND_BY)
        connection.execute("VACUUM (ANALYZE)")
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(version))
        connection.execute(comment)
    return url


def drop_shop(name: str) -> None:
    """Remove the database."""
    with _server() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def server_version() -> str:
    """Return the version of the PostgreSQL server."""
    with _server() as connection:
        return str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]


def _server() -> "psycopg.Connection[tuple[object, ...]]":
    try:
        return psycopg.connect(server_url(), autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as problem:
        place = urlsplit(server_url())
        raise NoDatabase(
            f"No PostgreSQL answers at {place.hostname}:{place.port or 5432} ({str(problem).strip().splitlines()[0]}). "
            "Start one, or name one in TEST_DATABASE_URL."
        ) from None


def _version(products: int) -> str:
    digest = hashlib.sha256(FILLING.read_bytes())
    for migration in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(migration.read_bytes())
    return f"{products} products, {digest.hexdigest()[:16]}"


def _kept_version(name: str) -> str | None:
    with _server() as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (name,)
        ).fetchone()
    return str(found[0]) if found and found[0] else None


def _recreate(name: str) -> None:
    drop_shop(name)
    with _server() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _manage(environment: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
