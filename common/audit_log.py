"""Reading the audit log: who did what to what, when, from where."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common import audit, spreadsheets
from common.models import AuditEntry
from common.pagination import PageNumbers, PageQuery
from common.queries import read_query
from common.schema import paged, shown_as
from common.views import HasPermission, PersonalView

COLUMNS = ("number", "at", "action", "actor_id", "actor", "target", "network", "details", "request_id")
BLOCK = 2000


def entries(
    *,
    action: str | None = None,
    actor: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """Return entries, newest first: of an action or all that begin like it, by somebody, within a time.

    By a pseudonym: also what was done by somebody who is erased is found by who still knows their id.
    """
    found = AuditEntry.objects.all()
    if action:
        found = found.filter(action__startswith=action)
    if actor:
        found = found.filter(actor__in=audit.pseudonyms(actor))
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    return found


def export(rows: QuerySet[AuditEntry], *, now: datetime, actor_id: uuid.UUID | None) -> Iterator[str]:
    """Yield entries as lines of a CSV file without formulas, its head first; that they went out is written down."""
    audit.record(action="audit_log.exported", actor_id=actor_id, details={"entries": rows.count()}, now=now)
    entries_in_turn = rows.iterator(chunk_size=BLOCK)
    return spreadsheets.as_csv(COLUMNS, ([getattr(entry, column) for column in COLUMNS] for entry in entries_in_turn))


@shown_as(
    {
        "number": 1207,
        "at": "2026-11-20T09:30:00.000000Z",
        "action": "account.roles_set",
        "actor": "9c1f3e0a5b7d4c2e8f6a1b3c5d7e9f01",
        "actor_id": "3f2b8c1e-58a4-4f0c-9d3a-6c1f0a7b2e55",
        "target": "user 8a1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
        "details": {"roles": ["support"]},
        "network": "192.0.2.7",
        "request_id": "5b1d0c8e9f2a4e7d8a6b3c4d5e6f7a8b",
        "digest": "b0" * 32,
    }
)
class AuditEntrySerializer(serializers.Serializer[Any]):
    """One entry; what names people is null once one of them was erased."""

    number = serializers.IntegerField(allow_null=True, help_text="Its place in the chain; null for a moment.")
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(help_text="A pseudonym; empty where the system acted.")
    actor_id = serializers.UUIDField(allow_null=True)
    target = serializers.CharField(allow_null=True)
    details = serializers.JSONField(allow_null=True)
    network = serializers.CharField(allow_null=True)
    request_id = serializers.CharField()
    digest = serializers.CharField()


class AuditFilters(serializers.Serializer[Any]):
    """Which entries."""

    action = serializers.CharField(max_length=100, required=False, help_text="An action or how it begins: `account.`")
    actor = serializers.UUIDField(required=False, help_text="Who did it.")


# One of the two bounds has a name that Python keeps for itself.
AuditQuery = type(
    "AuditQuery",
    (AuditFilters, PageQuery),
    {
        "__doc__": "Which entries, and which page of them.",
        "from": serializers.DateTimeField(required=False, help_text="Not before."),
        "to": serializers.DateTimeField(required=False, help_text="Before."),
    },
)


class AuditLogView(PersonalView):
    """The audit log, for staff."""

    permission_classes = (HasPermission,)
    permissions_needed = {"GET": "common.view_auditentry"}

    @extend_schema(tags=["system"], parameters=[AuditQuery], responses=paged(AuditEntrySerializer))
    def get(self, request: Request) -> Response:
        """List who did what to what, when and from where, newest first."""
        asked = read_query(request, AuditQuery)
        found = entries(
            action=asked.get("action"), actor=asked.get("actor"), since=asked.get("from"), until=asked.get("to")
        )
        pages = PageNumbers()
        rows = pages.paginate_queryset(found, request)
        return pages.get_paginated_response(AuditEntrySerializer(rows, many=True).data)
