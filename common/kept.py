"""What the ground floor keeps about people: answers to repeatable requests, open work, counts, the audit log."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from common import audit, outbox
from common.models import AuditEntry, Flag, IdempotencyKey, RateCount
from common.personal import Exported, Row


class GroundFloor:
    """The provider of this floor. It goes last: the floors above still write down that they have erased."""

    def export(self, user_id: uuid.UUID) -> Exported:
        """Return what the audit log says of somebody (who else had a hand in it is their own affair), and more."""
        answers = IdempotencyKey.objects.filter(principal=str(user_id))
        return {
            "audit_log": self._audited(user_id),
            "open_work": self._open_work(user_id),
            "repeatable_requests": answers.order_by("pk").values("route", "key", "created_at"),
        }

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """Delete every row that names the person; an audit entry stays under a pseudonym."""
        IdempotencyKey.objects.filter(principal=str(user_id)).delete()
        RateCount.objects.filter(key__contains=str(user_id)).delete()
        Flag.objects.filter(changed_by=user_id).update(changed_by=None)
        outbox.forget(user_id=str(user_id))
        audit.forget(user_id=user_id, address=None)

    def merge(self, guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
        """Move nothing: the log says that the guest did what the guest did."""

    @staticmethod
    def _audited(user_id: uuid.UUID) -> Iterator[Row]:
        names = audit.pseudonyms(user_id)
        entries = AuditEntry.objects.filter(Q(actor__in=names) | Q(subject__in=names)).order_by("id")
        for entry in entries.iterator(chunk_size=2000):
            yield {
                "at": entry.at,
                "action": entry.action,
                "by_oneself": entry.actor in names,
                "target": entry.target,
                "details": entry.details,
                "network": entry.network if entry.actor in names else None,
                "request_id": entry.request_id,
            }

    @staticmethod
    def _open_work(user_id: uuid.UUID) -> Iterator[Row]:
        yield from outbox.about(user_id=str(user_id)).values("task", "created_at", "arguments")
