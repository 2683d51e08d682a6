"""Links that work once: to verify an address, to reset a password."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts.models.users import User
from accounts.sealing import digest_of


class Purpose(models.TextChoices):
    """What a link is for."""

    VERIFY_EMAIL = "VERIFY_EMAIL", "verify an address"
    RESET_PASSWORD = "RESET_PASSWORD", "reset a password"


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    """Links by whether they still work."""

    def good(self, token: str, purpose: Purpose, now: datetime) -> "OneTimeLinkQuerySet":
        """The link with this token, while it has been neither used nor run out."""
        return self.filter(digest=digest_of(token), purpose=purpose, used_at=None, expires_at__gt=now)


class OneTimeLink(models.Model):
    """A link that was mailed; only the digest of its token is kept, and one conditional UPDATE spends it.

    A person has one for each purpose: a newer one takes the older one's row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose)
    address = models.EmailField(help_text="Where it was sent; it proves this address and no other.")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OneTimeLinkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "purpose"], name="accounts_one_time_link_one_each")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"
