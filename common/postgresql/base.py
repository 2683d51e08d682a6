"""A PostgreSQL connection that announces the scope of the code (common/scope.py) first in each transaction.

Three things happen below Django's cursors, so that logs and query budgets know nothing of it, and in messages that are
sent anyway, so that none of it costs a round trip:

- where psycopg begins a transaction, the announcement travels behind the BEGIN;
- a statement in autocommit travels behind the announcement: several statements of one message are one transaction;
- a scope that changes inside a transaction is announced at once.

What is announced ends with its transaction (SET LOCAL), so a connection that is used again, also behind a pooler,
knows nothing of whom it served before. psycopg's methods overridden here are not public ones: should they change their
names, nothing is announced any more, nobody sees a row, and the first test fails.
"""

# mypy: disable-error-code="misc,attr-defined,call-arg"
# (Django's stubs know the backend of psycopg 2 alone.)

from collections.abc import Iterable
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import register_tzloader
from psycopg import errors, generators, pq
from psycopg.client_cursor import ClientCursorMixin

from common import scope

IDLE, IN_TRANSACTION = pq.TransactionStatus.IDLE, pq.TransactionStatus.INTRANS
# What reads or writes rows. Anything else (VACUUM, LISTEN, CREATE INDEX CONCURRENTLY) may have to travel alone.
ABOUT_ROWS = (b"SELECT", b"INSERT", b"UPDATE", b"DELETE", b"WITH", b"(", b"DECLARE", b"EXPLAIN", b"MERGE", b"LOCK")
BEGINNING = 80


class ScopedConnection(psycopg.Connection[Any]):
    """psycopg's connection, whose every BEGIN says for whom."""

    def _exec_command(self, command: Any, result_format: pq.Format = pq.Format.TEXT) -> Any:
        first = scope.current().first
        # In a pipeline a message has room for one statement; `executemany` below never begins in one.
        if not first or command is not self._begin_statement or self._pipeline:
            return (yield from super()._exec_command(command, result_format))
        self._check_connection_ok()
        self.pgconn.send_query(command + b";" + first)
        results = yield from generators.execute(self.pgconn)
        for result in results:
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise errors.error_from_result(result)
        return results[0]


class ScopedCursorMixin(ClientCursorMixin[Any, Any]):
    """Puts the announcement before a statement that is a transaction by itself."""

    _n_announced = 0

    def _execute_send(self, query: Any, *, force_extended: bool = False, binary: bool | None = None) -> None:
        first = scope.current().first
        self._n_announced = 0
        if not (first and self._pgconn.transaction_status == IDLE and _is_about_rows(query.query)):
            return super()._execute_send(query, force_extended=force_extended, binary=binary)
        self._query = query
        self._n_announced = 1
        self._pgconn.send_query(first + query.query)
        return None

    def _set_results(self, results: list[Any]) -> None:
        super()._set_results(results[self._n_announced :])


class ScopedCursor(ScopedCursorMixin, base.Cursor):
    """Django's cursor with the announcement."""

    def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        """Execute a statement many times, in a transaction that has begun: a pipeline takes no BEGIN of two parts."""
        connection = self.connection
        if not scope.current().first or connection.pgconn.transaction_status != IDLE:
            super().executemany(query, params_seq, returning=returning)
        elif connection.autocommit:
            with connection.transaction():
                super().executemany(query, params_seq, returning=returning)
        else:
            self.execute("SELECT")
            super().executemany(query, params_seq, returning=returning)


class ScopedServerSideCursor(ScopedCursorMixin, base.ServerSideCursor):
    """Django's server-side cursor with the announcement before its DECLARE.

    Outside a transaction it is WITH HOLD: its rows are laid down when the DECLARE commits, under the scope of then.
    """


class _Psycopg:
    """The driver's module as Django's backend sees it, with connections of ours."""

    connect = ScopedConnection.connect

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend with scopes."""

    Database: Any = _Psycopg()

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters, with our cursor."""
        return super().get_connection_params() | {"cursor_factory": ScopedCursor}

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; with a name, one that stays on the server."""
        if name is None:
            return super().create_cursor()
        # As Django's own, which names its class.
        cursor = ScopedServerSideCursor(
            self.connection, name=name, scrollable=False, withhold=self.connection.autocommit
        )
        loader = self.connection.adapters.get_loader(base.TIMESTAMPTZ_OID, pq.Format.TEXT)
        if self.timezone != loader.timezone:
            register_tzloader(self.timezone, cursor)
        return cursor

    def announce_scope(self) -> None:
        """Tell an open transaction of the present scope.

        One that was aborted cannot be told; its rollback brings back what was told before.
        """
        connection = self.connection
        if connection is not None and connection.pgconn.transaction_status == IN_TRANSACTION:
            # Whatever goes wrong here ends the transaction or the connection, and neither shows a row after that.
            connection.pgconn.exec_(scope.current().switch)

    def _savepoint_rollback(self, sid: str) -> None:
        """Roll back to a savepoint, which may have been made in another scope."""
        super()._savepoint_rollback(sid)
        self.announce_scope()


def _is_about_rows(query: bytes) -> bool:
    """Return whether a statement has to do with rows.

    >>> _is_about_rows(b"  SELECT 1"), _is_about_rows(b"VACUUM orders_order"), _is_about_rows(b"(SELECT 1)")
    (True, False, True)
    """
    return query[:BEGINNING].lstrip().upper().startswith(ABOUT_ROWS)
