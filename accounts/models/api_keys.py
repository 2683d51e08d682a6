"""Keys for programs."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.users import User


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys by whether they still open anything."""

    def active(self, now: datetime) -> "ApiKeyQuerySet":
        """Neither revoked nor run out, of somebody who may still come in."""
        in_time = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(in_time, revoked_at=None, user__is_active=True)


class ApiKey(models.Model):
    """A key by which a program acts for a person, within its scopes. It is shown once; its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    hint = models.CharField(max_length=20, help_text="How the key begins, to tell one from another.")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def limited_as(self) -> str:
        """Under which name its requests are counted: by itself and not with its owner's."""
        return f"key:{self.pk}"
