"""Who wants news by mail."""

import uuid
from typing import ClassVar

from django.db import models


class SubscriptionStatus(models.TextChoices):
    """How far a subscription has come."""

    PENDING = "PENDING", "not confirmed"
    CONFIRMED = "CONFIRMED", "confirmed"
    ENDED = "ENDED", "unsubscribed"


class NewsletterSubscription(models.Model):
    """An address, and the record of the consent behind it: what was agreed to, when, and from where.

    It belongs to the address and not to an account: one subscribes without having one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.EmailField(unique=True)
    status = models.CharField(max_length=10, choices=SubscriptionStatus, default=SubscriptionStatus.PENDING)
    source = models.CharField(max_length=100, blank=True, help_text="Which form or page it came from.")
    consent = models.TextField(help_text="The words that were agreed to.")
    network = models.CharField(max_length=64, blank=True, help_text="From which network it was asked for.")
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-requested_at", "id"]

    def __str__(self) -> str:
        return f"{self.address} ({self.get_status_display()})"
