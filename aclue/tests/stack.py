"""The real processes of aclue for a test: the command lines of `make run`, a folder and a database of their own."""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import redis
from aiosmtpd.controller import Controller

from aclue import launcher

ROOT = launcher.BASE_DIR
# As whom the processes work on PostgreSQL: neither owner nor superuser, as in production.
APP = "aclue_stack_app"
# The PostgreSQL that tests may make databases in, and for a fixture's parameter each database that aclue runs on.
DATABASE = os.environ.get("TEST_DATABASE_URL", "")
needs_postgres = pytest.mark.skipif(not DATABASE, reason="TEST_DATABASE_URL is not set")
DATABASES = [pytest.param("", id="embedded"), pytest.param(DATABASE, id="postgres", marks=needs_postgres)]


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(what: Callable[[], bool], *, seconds: float, why: str) -> None:
    """Wait for something to become true; fails with `why` when it does not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} seconds in vain: {why}")


class Stack:
    """A running aclue."""

    def __init__(self, folder: Path, *, database_url: str = "", broker_url: str = "", mail_port: int = 25) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url or f"sqlite:///{folder / 'stack.sqlite3'}"
        self.lines = launcher.commands("127.0.0.1", str(self.port))
        self.lines["relay"] += ["--resend-after", "2"]
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "DJANGO_"))},
            "VAR_DIR": str(folder),
            "DATABASE_URL": _as_app(self.database_url),
            "MIGRATION_DATABASE_URL": database_url,
            "CELERY_BROKER_URL": broker_url or "filesystem://",
            "REDIS_URL": "",
            "ENVIRONMENT": "development",
            "DEBUG": "true",
            "SECRET_KEY": "only for tests only for tests only for tests",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "RATE_LIMIT_REGISTER": "1000/hour",
            # Some tests read without pause while something else happens.
            "RATE_LIMIT_HEAVY": "100000/minute",
            "LOG_LEVEL": "WARNING",
        }
        self.manage("migrate", "--verbosity", "0")

    def manage(self, *arguments: str) -> str:
        """Run a management command; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *names: str) -> None:
        """Start processes by the names that `make run` gives them."""
        for name in names:
            self.running[name] = subprocess.Popen(
                self.lines[name], cwd=ROOT, env=self.environment, start_new_session=True
            )
        if "web" in names:
            wait_until(self._is_healthy, seconds=120, why="the site answers")

    def kill(self, name: str) -> None:
        """End a process and all it has started, with kill -9."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End everything at once; whatever it went through, an embedded database has to be whole."""
        for name in list(self.running):
            self.kill(name)
        if self.database_url.startswith("sqlite"):
            assert self.ask("PRAGMA integrity_check") == [("ok",)]

    def count(self, table: str, condition: str) -> int:
        """Return how many rows of a table meet a condition, read past all of our own code."""
        return int(self.ask(f"SELECT COUNT(*) FROM {table} WHERE {condition}")[0][0])

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, or what RETURNING gives of a change, read past all of our own code."""
        url = self.database_url
        if url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as connection:
                rows = connection.execute(sql).fetchall()
                connection.commit()
                return rows
        with psycopg.connect(url) as connection:
            return connection.execute(sql).fetchall()

    def _is_healthy(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health").status_code == 200
        return False


def _as_app(database_url: str) -> str:
    parts = urlsplit(database_url)
    if parts.scheme == "sqlite":
        return database_url
    return urlunsplit(parts._replace(netloc=f"{APP}:{APP}@{parts.netloc.rpartition('@')[2]}"))


@contextlib.contextmanager
def fresh_postgres(server_url: str) -> Iterator[str]:
    """Make a database on a server and drop it afterwards; yields its URL."""
    name = f"aclue_stack_{uuid.uuid4().hex[:8]}"
    parts = urlsplit(server_url)
    with psycopg.connect(server_url, autocommit=True) as server:
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            server.execute(f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{APP}'")
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def fresh_redis(server_url: str) -> Iterator[str]:
    """Empty a database of a server that no other test uses, also afterwards; yields its URL.

    The suite's own database will not do: between any two tests it is emptied, with every message in it.
    """
    number = int(urlsplit(server_url).path.strip("/") or 0)
    url = urlunsplit(urlsplit(server_url)._replace(path=f"/{(number + 4) % 16}"))
    with redis.Redis.from_url(url) as server:
        server.flushdb()
        try:
            yield url
        finally:
            server.flushdb()


class Postbox:
    """A local SMTP server. While `hold` is set it takes a mail's text and does not answer."""

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.arrived = 0
        self.abandoned = 0
        self.hold = False
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._controller.port)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        self.arrived += 1
        try:
            while self.hold:
                await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            # The server gives a mail up when its sender's connection is lost.
            self.abandoned += 1
            raise
        self.delivered.append(envelope.rcpt_tos[0])
        return "250 taken"

    def __enter__(self) -> "Postbox":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hold = False
        self._controller.stop()
