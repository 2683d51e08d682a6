"""Who somebody is elsewhere: at Google, Apple, Facebook, or the owner's own identity provider."""

import uuid

from django.db import models

from accounts.models.users import User


class Identity(models.Model):
    """An account at an outside provider that belongs to one of ours.

    The key is the provider and its own name for the person, never an address: addresses change hands.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=30)
    subject = models.CharField(max_length=255)
    address = models.EmailField(blank=True, help_text="What the provider said when they were linked.")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField()

    class Meta:
        ordering = ["provider", "subject"]
        verbose_name_plural = "identities"
        constraints = [models.UniqueConstraint(fields=["provider", "subject"], name="accounts_identity_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.subject}"


class SpentIdToken(models.Model):
    """The digest of an ID token that has signed somebody in, until it would have run out: it never does so twice."""

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["digest"]

    def __str__(self) -> str:
        return self.digest
