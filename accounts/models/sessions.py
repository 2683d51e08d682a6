"""The devices people are signed in on."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts.models.devices import KnownDevice
from accounts.models.users import User


class SessionKind(models.TextChoices):
    """Where somebody is signed in."""

    API = "API", "application"
    BROWSER = "BROWSER", "browser"
    OUTSIDE = "OUTSIDE", "another provider's sign-in"


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions by whether they still count."""

    def active(self, now: datetime) -> "SessionQuerySet":
        """Neither ended nor run out."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class Session(models.Model):
    """One sign-in on one device: the family of all refresh tokens that follow from it.

    Only the digest of the newest refresh token is kept. A token that is signed by us and is not the newest
    was spent before; see `services.refresh`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=SessionKind, default=SessionKind.API)
    refresh_digest = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=200, blank=True, help_text="What the device said of itself.")
    known_device = models.ForeignKey(
        KnownDevice, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    network = models.CharField(max_length=64, blank=True, help_text="From which network it was opened.")
    cookie = models.CharField(
        max_length=40, blank=True, editable=False, help_text="Django's browser session that hangs on it."
    )
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(help_text="When it was last refreshed, or (a browser's) seen.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=40, blank=True)

    objects: ClassVar = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
