"""Repeatable POSTs: the first answer to a key is kept in the work's own transaction and replayed to its repeats."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import Conflict, Invalid
from common.models import IdempotencyKey
from common.rendering import to_json
from common.scope import as_system

TWIN_WAIT = timedelta(seconds=5)
KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200


class TwinAtWork(Conflict):
    """Another request with this key is still being carried out."""

    error_code = "IDEMPOTENCY_IN_PROGRESS"
    detail = "The same request is still being carried out. Please ask again in a moment."


class Mismatch(Invalid):
    """The key was used for something else."""

    error_code = "IDEMPOTENCY_MISMATCH"
    detail = "This Idempotency-Key belongs to another request."


def once(request: Request, work: Callable[[], Response]) -> Response | HttpResponse:
    """Do `work`, or replay its first answer when the request's Idempotency-Key says it was done.

    Only an answer that succeeded uses the key up: a refused request may be mended and sent again.
    Raises TwinAtWork (409) after five seconds of waiting for a parallel twin, Mismatch (422) for another body.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return work()
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(
            f"Idempotency-Key takes 1 to {LONGEST_KEY} printable ASCII characters.", loc=("header", "Idempotency-Key")
        )
    user_id = getattr(request.user, "pk", None)
    principal = str(user_id or f"anonymous {request.META.get('REMOTE_ADDR', '')}")
    # A person's keys are rows of theirs; nobody's are looked after by us.
    keeping = contextlib.nullcontext() if user_id else as_system("answers kept for nobody in particular")
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\n" + to_json(request.data)).hexdigest()
    with _transaction_within(TWIN_WAIT):
        with keeping:
            row, is_first = _taken(principal, f"{request.method} {request.path_info}"[:200], key, digest)
        if not is_first:
            return _replayed(row, digest)
        _wait_as_usual()
        response = work()
        row.status = response.status_code
        row.body = to_json(response.data)
        with keeping:
            row.save(update_fields=["status", "body"])
        return response


def tidy(*, now: datetime) -> int:
    """Delete keys older than a day; returns how many."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return deleted


def _taken(principal: str, route: str, key: str, digest: str) -> tuple[IdempotencyKey, bool]:
    """Insert the key's row, waiting for a twin's transaction to end; returns the row and whether it is new."""
    values: dict[str, Any] = {"principal": principal, "route": route, "key": key}
    try:
        return IdempotencyKey.objects.get_or_create(**values, defaults={"digest": digest, "created_at": timezone.now()})
    except OperationalError as waited:
        raise TwinAtWork(retry_after=1) from waited


@contextmanager
def _transaction_within(wait: timedelta) -> Iterator[None]:
    """Open a transaction that waits no longer than `wait` for a twin.

    On PostgreSQL the twin is met at the key's unique index, on SQLite at the file's one write lock.
    """
    milliseconds = int(wait.total_seconds() * 1000)
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
            yield
        return
    _execute(f"PRAGMA busy_timeout={milliseconds}")
    began = False
    try:
        with transaction.atomic():
            began = True
            yield
    except OperationalError as waited:
        if began:
            raise
        raise TwinAtWork(retry_after=1) from waited
    finally:
        _wait_as_usual()


def _wait_as_usual() -> None:
    if connection.vendor == "postgresql":
        _execute("SET LOCAL lock_timeout TO DEFAULT")
    else:
        _execute(f"PRAGMA busy_timeout={int(connection.settings_dict['OPTIONS']['timeout'] * 1000)}")


def _execute(sql: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _replayed(row: IdempotencyKey, digest: str) -> HttpResponse:
    if row.digest != digest:
        raise Mismatch(loc=("header", "Idempotency-Key"))
    response = HttpResponse(bytes(row.body), status=row.status, content_type="application/json")
    response["Idempotency-Replayed"] = "true"
    return response
