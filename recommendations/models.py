"""Models that were trained, the runs that trained them, and what was picked for people."""

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import User
from catalogue.models import Product


class ModelType(models.TextChoices):
    """What can be trained; stored as commands and the wire write it."""

    TREND = "trend", "trend"
    EASE = "ease", "EASE"
    ALS = "als", "ALS"
    CONTENT = "content", "content"


ALL_TYPES = "all"


class VersionStatus(models.TextChoices):
    """Where a version stands. READY ones wait for a gate or a person; a DAMAGED one is never loaded again."""

    READY = "READY", "ready"
    ACTIVE = "ACTIVE", "active"
    RETIRED = "RETIRED", "retired"
    DAMAGED = "DAMAGED", "damaged"
    PRUNED = "PRUNED", "pruned"


class RunStatus(models.TextChoices):
    """How far a training run is."""

    QUEUED = "QUEUED", "queued"
    RUNNING = "RUNNING", "running"
    SUCCEEDED = "SUCCEEDED", "succeeded"
    FAILED = "FAILED", "failed"
    CANCELLED = "CANCELLED", "cancelled"


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    """Runs by whether they have ended."""

    def open(self) -> "TrainingRunQuerySet":
        """Waiting or at work."""
        return self.filter(status__in=(RunStatus.QUEUED, RunStatus.RUNNING))


class TrainingRun(models.Model):
    """One request to train, kept whatever becomes of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model_type = models.CharField(
        max_length=20, choices=[*ModelType.choices, (ALL_TYPES, "all")], help_text="`all` trains every type in turn."
    )
    parameters = models.JSONField(default=dict, blank=True, help_text="What differs from the defaults.")
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.QUEUED)
    stage = models.CharField(max_length=100, blank=True)
    progress = models.FloatField(default=0, validators=[MinValueValidator(0), MaxValueValidator(1)])
    is_cancel_asked = models.BooleanField(default=False)
    metrics = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    requested_by = models.UUIDField(null=True, blank=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = TrainingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["model_type"],
                condition=models.Q(status__in=(RunStatus.QUEUED, RunStatus.RUNNING)),
                name="recommendations_one_open_run",
            )
        ]
        indexes = [models.Index(fields=["-requested_at", "id"], name="recommendations_run_newest")]

    def __str__(self) -> str:
        return f"{self.model_type} {self.requested_at:%Y-%m-%d %H:%M}"


class TrainingLease(models.Model):
    """Who may train a type now. `fence` grows with each holder, so one that lost the lease cannot publish."""

    model_type = models.CharField(max_length=20, primary_key=True, choices=ModelType)
    run_id = models.UUIDField(null=True, blank=True)
    holder = models.CharField(max_length=200, blank=True, help_text="host:pid of the process at work.")
    fence = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.model_type} {self.holder}".strip()


class ModelVersion(models.Model):
    """One trained model: what it was made of and how good it was. The files lie in MODEL_DIR under `folder`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model_type = models.CharField(max_length=20, choices=ModelType)
    number = models.PositiveIntegerField(help_text="Counted within the type.")
    status = models.CharField(max_length=10, choices=VersionStatus, default=VersionStatus.READY)
    run = models.ForeignKey(TrainingRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="versions")
    parameters = models.JSONField(default=dict)
    metrics = models.JSONField(default=dict)
    gate = models.CharField(max_length=200, blank=True, help_text="What the gate said of it.")
    data_since = models.DateTimeField(null=True, blank=True)
    data_until = models.DateTimeField()
    data_fingerprint = models.CharField(max_length=64)
    n_people = models.PositiveIntegerField(default=0)
    n_items = models.PositiveIntegerField(default=0)
    n_events = models.PositiveBigIntegerField(default=0)
    code_version = models.CharField(max_length=40, blank=True)
    folder = models.CharField(max_length=200)
    key_id = models.CharField(max_length=16, blank=True, help_text="Which signing key its files were signed under.")
    size_bytes = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["model_type", "-number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["model_type", "number"], name="recommendations_version_once"),
            models.UniqueConstraint(
                fields=["model_type"],
                condition=models.Q(status=VersionStatus.ACTIVE),
                name="recommendations_one_active",
            ),
        ]

    def __str__(self) -> str:
        return self.label()

    def label(self) -> str:
        """Return the name under which answers mention it, `ease:12`."""
        return f"{self.model_type}:{self.number}"


class Pick(models.Model):
    """What was picked for one person, best first: `products` holds [product id, score, reason, sources] each.

    `mark` says of which history: where it is another by now, the picks are not used.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    products = models.JSONField(default=list)
    strategy = models.CharField(max_length=40)
    model_version = models.CharField(max_length=60, blank=True)
    mark = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-made_at", "user_id"]

    def __str__(self) -> str:
        return f"{len(self.products)} picks of {self.made_at:%Y-%m-%d %H:%M}"


class InteractionType(models.TextChoices):
    """What somebody did with a recommendation; stored in capitals, written small on the wire."""

    VIEW = "VIEW", "view"
    CLICK = "CLICK", "click"
    LIKE = "LIKE", "like"
    DISLIKE = "DISLIKE", "dislike"
    PURCHASE = "PURCHASE", "purchase"
    DISMISS = "DISMISS", "dismiss"


class Interaction(models.Model):
    """What somebody did with one recommended product; `answer_id` is the impression that showed it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    interaction_type = models.CharField(max_length=10, choices=InteractionType)
    answer_id = models.UUIDField(db_index=True)
    rank = models.PositiveIntegerField()
    policy = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()

    class Meta:
        ordering = ["-occurred_at", "id"]
        indexes = [models.Index(fields=["user", "-occurred_at", "id"], name="recommendations_act_of_user")]

    def __str__(self) -> str:
        return f"{self.get_interaction_type_display()} at {self.occurred_at:%Y-%m-%d %H:%M}"
