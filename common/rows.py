"""Rows of a hot read: on PostgreSQL by prepared statements with binary answers, straight through libpq.

Django's cursor interpolates parameters on this side, so that the server parses each statement anew, and reads moments
with a loader written in Python; a cursor of psycopg's own builds its adapters anew each time. For statements without a
model, whose rows are read at once, all that is a third of a request's time (`bench/` has the figures).
"""

import functools
import itertools
import select
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

from common import scope

MOST_STATEMENTS = 500
# feature_not_supported: cached plan must not change result type
STALE = b"0A000"
ANNOUNCING = b"hot_scope"
ANNOUNCEMENT = b"SELECT set_config('app.user_id', $1, true), set_config('app.scope', $2, true)"
TEXT_OID = 25

Row = tuple[Any, ...]


def read_rows(sql: str, parameters: Sequence[Any] = (), *, personal: bool = False) -> list[Row]:
    """Return all rows of a statement, `%s` for its parameters; raises Django's database errors, as its cursor does.

    A statement about people's tables is `personal`: it travels with the scope that it is read in (common/scope.py).
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "postgresql" and not database.queries_logged and not database.execute_wrappers:
        database.ensure_connection()
        # Inside a transaction psycopg has to see the statement: it may still owe the server the BEGIN.
        if database.connection.autocommit:
            with database.wrap_database_errors:
                return _prepared_on(database.connection).read(sql, parameters, personal=personal)
    # SQLite, transactions, and whoever counts or wraps queries.
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


class PreparedStatements:
    """The statements that one connection has prepared."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.connection = connection
        self._transformer = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = itertools.count()
        self._announces = False

    def read(self, sql: str, parameters: Sequence[Any], *, personal: bool = False) -> list[Row]:
        """Return the statement's rows; raises psycopg's errors."""
        adapt = self._transformer
        values: Any = adapt.dump_sequence(parameters, (PyFormat.AUTO,) * len(parameters)) if parameters else ()
        types, formats = (adapt.types or (), adapt.formats) if parameters else ((), None)
        name = self._name(sql, types)
        announced = _announced() if personal else None
        result = None
        if name is not None:
            result = self._execute(name, values, formats, announced)
            if result.status == pq.ExecStatus.FATAL_ERROR and result.error_field(pq.DiagnosticField.SQLSTATE) == STALE:
                # A migration has changed the table under the plan; there is no transaction that this could have spoilt.
                del self._names[sql, types]
                result = None
        if result is None:
            result = self._execute_once(_numbered(sql), values, types, formats, announced)
        self._check(result)
        adapt.set_pgresult(result)
        return adapt.load_rows(0, result.ntuples, tuple)

    def _execute(self, name: bytes, values: Any, formats: Any, announced: list[bytes] | None) -> pq.abc.PGresult:
        """Return the result of a prepared statement.

        An announcement goes out with it: up to the sync the two are one transaction, at the price of one way there
        and back.
        """
        server = self.connection.pgconn
        if announced is None:
            return server.exec_prepared(name, values, formats, pq.Format.BINARY)
        if not self._announces:
            self._check(server.prepare(ANNOUNCING, ANNOUNCEMENT, (TEXT_OID, TEXT_OID)))
            self._announces = True
        try:
            server.enter_pipeline_mode()
            server.send_query_prepared(ANNOUNCING, announced)
            server.send_query_prepared(name, values, formats, result_format=pq.Format.BINARY)
            server.pipeline_sync()
            while server.flush():
                _wait(server, select.POLLOUT)
            # A statement's result is followed by None, both statements' by the sync's.
            told, _, result, _, _ = [self._next_result() for _ in range(5)]
            server.exit_pipeline_mode()
        except BaseException:
            # In the midst of an exchange nobody can tell any more which answer belongs to what.
            self.connection.close()
            raise
        return result if told.status == pq.ExecStatus.TUPLES_OK else told

    def _execute_once(
        self, sql: bytes, values: Any, types: Any, formats: Any, announced: list[bytes] | None
    ) -> pq.abc.PGresult:
        """Return the result of a statement that is not prepared."""
        server = self.connection.pgconn
        if announced is None:
            return server.exec_params(sql, values, types, formats, pq.Format.BINARY)
        with self.connection.transaction():
            result = server.exec_params(sql, values, types, formats, pq.Format.BINARY)
            self._check(result)
        return result

    def _next_result(self) -> Any:
        """Return the next result, or None at the end of a statement's; other threads work while this one waits."""
        server = self.connection.pgconn
        while server.is_busy():
            _wait(server, select.POLLIN)
            server.consume_input()
        return server.get_result()

    def _name(self, sql: str, types: tuple[int, ...]) -> bytes | None:
        """Return the name that the statement is prepared under, or None where there are too many already."""
        name = self._names.get((sql, types))
        if name is None and len(self._names) < MOST_STATEMENTS:
            name = f"hot_{next(self._numbers)}".encode()
            self._check(self.connection.pgconn.prepare(name, _numbered(sql), types))
            self._names[sql, types] = name
        return name

    def _check(self, result: pq.abc.PGresult) -> None:
        if result.status in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
            return
        if self.connection.pgconn.status == pq.ConnStatus.BAD:
            # libpq has no SQLSTATE for a connection that broke, and what has none is no OperationalError.
            raise errors.OperationalError(self.connection.pgconn.get_error_message())
        raise errors.error_from_result(result)


def _wait(server: pq.abc.PGconn, event: int) -> None:
    ready = select.poll()
    ready.register(server.socket, event)
    ready.poll()


def _announced() -> list[bytes] | None:
    """Return the values of the announcement, or None for nobody: then nothing needs to be said."""
    now = scope.current()
    if now is scope.NOBODY:
        return None
    return [str(now.user_id or "").encode(), b"system" if now.reason else b""]


_kept = threading.local()


def _prepared_on(connection: "psycopg.Connection[Any]") -> PreparedStatements:
    """Return this thread's statements; a new connection starts without any."""
    prepared: PreparedStatements | None = getattr(_kept, "prepared", None)
    if prepared is None or prepared.connection is not connection:
        prepared = _kept.prepared = PreparedStatements(connection)
    return prepared


@functools.lru_cache(maxsize=MOST_STATEMENTS)
def _numbered(sql: str) -> bytes:
    """Return a statement with libpq's placeholders.

    >>> _numbered("price > %s AND brand = %s")
    b'price > $1 AND brand = $2'
    """
    first, *rest = sql.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()
