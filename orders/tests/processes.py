"""The command as a process of its own, in a folder and an embedded database of its own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings


class Shop:
    """An empty shop below a folder."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "shop.sqlite3"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "DJANGO_"))},
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "CELERY_BROKER_URL": "filesystem://",
            "REDIS_URL": "",
            "ENVIRONMENT": "development",
            "DEBUG": "true",
            "SECRET_KEY": "only for tests only for tests only for tests",
            "LOG_LEVEL": "WARNING",
        }
        self.run("migrate", "--verbosity", "0")

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a management command."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        """Run a management command to its good end; returns what it printed."""
        process = self.start(*arguments)
        words, _ = process.communicate()
        assert process.returncode == 0, words
        return words

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what the database answers, read past all of our own code."""
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.rows(f"SELECT COUNT(*) FROM {table}")[0][0])

    def sales(self) -> list[tuple[Any, ...]]:
        """Return all lines with what they say of buyer and product, without the ids that each import draws anew."""
        return self.rows(
            "SELECT external.external_reference, ordinal, quantity, unit_price, placed_at, external.status, email,"
            " buyer.created_at, product.external_reference, title, slug, price"
            " FROM orders_orderline AS line JOIN orders_order AS external ON external.id = order_id"
            " JOIN accounts_user AS buyer ON buyer.id = user_id"
            " JOIN catalogue_product AS product ON product.id = product_id"
            " ORDER BY external.external_reference, ordinal"
        )

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table that an import writes."""
        tables = ("orders_order", "orders_orderline", "accounts_user", "catalogue_product", "catalogue_category")
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables}
