"""Views that ask for everything: what comes back is what the database shows to whoever asks."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from common.row_security import PROTECTED_TABLES, protected_names
from common.rows import read_rows
from common.views import PersonalView, PublicView


def owners_sql() -> str:
    """Return a statement for whose rows there are in any table, without a word on whose are wanted."""
    parts = []
    for table, label in protected_names().items():
        column = PROTECTED_TABLES[label]
        owner = f"(SELECT user_id FROM orders_order o WHERE o.id = {table}.order_id)" if "__" in column else column
        parts.append(f"SELECT '{label}' AS label, {owner}::text AS owner FROM {table}")
    return " UNION ".join(parts)


def owners() -> list[tuple[str, str]]:
    """Return (table, owner) of all that the present scope shows."""
    with connection.cursor() as cursor:
        cursor.execute(owners_sql())
        return [(label, owner) for label, owner in cursor.fetchall()]


def as_text(found: list[Any]) -> list[list[str]]:
    return [[label, str(owner)] for label, owner in found]


class EverythingView(PersonalView):
    """Reads all tables, in each way that the code reads."""

    def get(self, request: SignedInRequest) -> Response:
        how = request.query_params.get("how", "")
        if how == "transaction":
            with transaction.atomic():
                return Response(as_text(owners()))
        if how == "hot":
            return Response(as_text(read_rows(owners_sql(), personal=True)))
        if how == "server-side":
            with connection.chunked_cursor() as cursor:
                cursor.execute(owners_sql())
                return Response(as_text(cursor.fetchmany(3) + cursor.fetchall()))
        if how == "error":
            with transaction.atomic():
                owners()
                raise RuntimeError("in the midst of it")
        if how == "database-error":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return Response(as_text(owners()))


class StreamView(PersonalView):
    """Streams what it sees, one look a piece."""

    def get(self, request: SignedInRequest) -> HttpResponseBase:
        def pieces() -> Iterator[str]:
            for _ in range(3):
                yield f"{sorted({owner for _, owner in owners()})}\n"

        return StreamingHttpResponse(pieces())


class AnonymousView(PublicView):
    """Reads all tables for anybody."""

    def get(self, request: Request) -> Response:
        return Response(as_text(owners()))


urlpatterns = [
    path("api/probe/everything", EverythingView.as_view()),
    path("api/probe/stream", StreamView.as_view()),
    path("api/probe/anonymous", AnonymousView.as_view()),
    path("", include("aclue.urls")),
]
