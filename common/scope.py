"""Whose rows the code at work may see: nobody's, one person's, or everybody's in the name of the system.

Web requests, tasks and commands all say so here, and PostgreSQL holds them to it: `common/postgresql` announces
the scope at the start of every transaction, and the policies of `common/row_security.py` compare each row with it. A
thread begins as nobody, so that code which forgets to say for whom it works finds nothing. On SQLite nobody listens.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import ContextDecorator
from typing import Any

from django.db import connections


class Scope:
    """For whom the code works. Made once and never changed."""

    __slots__ = ("first", "reason", "switch", "user_id")

    def __init__(self, user_id: uuid.UUID | None = None, reason: str = "") -> None:
        self.user_id = user_id
        self.reason = reason
        # The type is what makes the text below safe: a UUID is written by us, letter for letter.
        user = b"" if user_id is None else str(uuid.UUID(str(user_id))).encode()
        scope = b"system" if reason else b""
        # What a transaction is told that has been told nothing yet, and one that may have been told another scope.
        self.first = b""
        if user:
            self.first = b"SET LOCAL app.user_id='" + user + b"';"
        elif scope:
            self.first = b"SET LOCAL app.scope='system';"
        self.switch = b"SET LOCAL app.user_id='" + user + b"';SET LOCAL app.scope='" + scope + b"';"

    def __repr__(self) -> str:
        return f"Scope({self.user_id or self.reason or 'nobody'})"


NOBODY = Scope()


class _Thread(threading.local):
    scope = NOBODY


_thread = _Thread()


def current() -> Scope:
    """Return the scope of this thread."""
    return _thread.scope


def become(scope: Scope) -> None:
    """Change the scope until the `within` around ends; for whoever finds out in the midst of a request who asks."""
    former, _thread.scope = _thread.scope, scope
    if scope.switch == former.switch:
        return  # The database has been told so: reasons are for those who read the code.
    for connection in connections.all(initialized_only=True):
        # Only an open transaction has to be told; the next one asks when it begins.
        announce = getattr(connection, "announce_scope", None)
        if announce is not None:
            announce()


class within(ContextDecorator):  # noqa: N801  reads as what it is: `with within(scope)`
    """Work in a scope, as a context manager or around a function; the former one comes back in every case."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._former: list[Scope] = []

    def _recreate_cm(self) -> "within":
        return within(self.scope)

    def __enter__(self) -> Scope:
        self._former.append(_thread.scope)
        become(self.scope)
        return self.scope

    def __exit__(self, *_: Any) -> None:
        become(self._former.pop())


def acting_for(user_id: uuid.UUID) -> within:
    """Work for one person: their rows, and nobody else's."""
    return within(Scope(user_id=user_id))


def as_system(reason: str) -> within:
    """Work on everybody's rows, and say why; around a function or a block. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError("The system's scope needs a reason.")
    return within(Scope(reason=reason))


def as_nobody() -> within:
    """Work without anybody's rows: the start of every request."""
    return within(NOBODY)


def streamed(body: Iterator[Any], scope: Scope) -> Iterator[Any]:
    """Yield what a body yields, each step of it made in `scope`: a body is often read when its request has ended."""
    try:
        while True:
            with within(scope):
                try:
                    piece = next(body)
                except StopIteration:
                    return
            yield piece
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            with within(scope):
                close()
