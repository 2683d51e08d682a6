"""The only tables of this floor: work to be done, answers already given, and what happened. No foreign keys."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models


class OutboxTaskQuerySet(models.QuerySet["OutboxTask"]):
    """Outbox rows by what is to be done with them."""

    def open(self) -> "OutboxTaskQuerySet":
        """Neither done nor given up."""
        return self.filter(done_at=None, dead_at=None)

    def due(self, now: datetime) -> "OutboxTaskQuerySet":
        """Open, and it is time to send them (again)."""
        return self.open().filter(due_at__lte=now)

    def dead(self) -> "OutboxTaskQuerySet":
        """Given up after too many tries; a person decides."""
        return self.exclude(dead_at=None).filter(done_at=None)


class OutboxTask(models.Model):
    """One thing to do after a commit, written in that commit; see common/outbox.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects: ClassVar = OutboxTaskQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=models.Q(done_at=None, dead_at=None), name="common_outbox_due"
            ),
            models.Index(fields=["done_at"], condition=~models.Q(done_at=None), name="common_outbox_done"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.id}"


class IdempotencyKey(models.Model):
    """The first answer to a request that may be repeated; see common/idempotency.py."""

    principal = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["principal", "route", "key"], name="common_idempotency_once"),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Audit entries by whether the chain holds them."""

    def sealed(self) -> "AuditEntryQuerySet":
        """In the chain."""
        return self.exclude(number=None)

    def unsealed(self) -> "AuditEntryQuerySet":
        """Written a moment ago; see common/audit_chain.py."""
        return self.filter(number=None)


class AuditEntryManager(models.Manager["AuditEntry"]):
    """Entries with what is still known of them: `actor_id`, `target`, `details` and `network` of their payloads."""

    def get_queryset(self) -> AuditEntryQuerySet:
        """Return every entry, with its payload where there still is one."""
        payload = AuditPayload.objects.filter(entry=models.OuterRef("pk"))
        known = ("actor_id", "target", "details", "network")
        parts = {name: models.Subquery(payload.values(name)[:1]) for name in known}
        return AuditEntryQuerySet(self.model, using=self._db).annotate(**parts)


class AuditEntry(models.Model):
    """That somebody did something, under pseudonyms. Rows are only ever added, and sealed once.

    The database refuses every other change (migration 0006).
    """

    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=100, db_index=True)
    actor = models.CharField(max_length=32, blank=True, db_index=True, help_text="Pseudonym of who did it.")
    subject = models.CharField(max_length=32, blank=True, help_text="Pseudonym of the person it was done to.")
    payload_digest = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64, blank=True)
    number = models.BigIntegerField(null=True, blank=True, unique=True, help_text="Its place in the chain, from 1.")
    previous = models.CharField(max_length=64, blank=True, help_text="The digest of the entry before.")
    digest = models.CharField(max_length=64, blank=True)
    key_id = models.CharField(max_length=8, blank=True, help_text="Under which key the digest was made.")

    if TYPE_CHECKING:  # what `objects` adds
        actor_id: uuid.UUID | None
        target: str | None
        details: dict[str, Any] | None
        network: str | None

    objects: ClassVar = AuditEntryManager()
    bare: ClassVar = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["id"], condition=models.Q(number=None), name="common_audit_unsealed")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class AuditPayload(models.Model):
    """What an audit entry says of people; erasing one of them removes it, and the chain stays whole."""

    entry = models.BigIntegerField(unique=True, help_text="The entry's id.")
    actor_id = models.UUIDField(null=True, blank=True, db_index=True)
    target = models.CharField(max_length=200, blank=True, db_index=True)
    details = models.JSONField(default=dict, blank=True)
    network = models.CharField(max_length=64, blank=True)
    salt = models.CharField(max_length=32)

    class Meta:
        ordering = ["-entry"]

    def __str__(self) -> str:
        return f"{self.entry} {self.target}".strip()


class Severity(models.TextChoices):
    """How much a system event matters."""

    INFO = "INFO", "for the record"
    WARNING = "WARNING", "worth a look"
    ERROR = "ERROR", "somebody has to act"


class SystemEvent(models.Model):
    """Something the people who run aclue should know: a dead letter, a first start, a seeded shop."""

    at = models.DateTimeField(db_index=True)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.INFO)
    name = models.CharField(max_length=100, db_index=True)
    message = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"[:120]


class Flag(models.Model):
    """What staff have switched by hand at run time, and null where the environment's word counts; see common/flags.py.

    There is a row for each switch, so that the admin can list them; without one the environment's word counts too.
    """

    name = models.CharField(primary_key=True, max_length=60)
    is_on = models.BooleanField(null=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RateCount(models.Model):
    """How often something was tried in the window until `ends_at`, where no Redis counts; see common/counters.py."""

    key = models.CharField(max_length=200, primary_key=True)
    n_hits = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key} {self.n_hits}"
