"""Devices that an account has been used on before."""

import uuid

from django.db import models

from accounts.models.users import User


class KnownDevice(models.Model):
    """A device that somebody has signed in on with success.

    It holds a token of its own, so that strangers' wrong guesses never lock its owner out of it, and a sign-in on
    any other device can be told to the owner. Only the token's digest is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=200, blank=True, help_text="What the device said of itself when last seen.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_seen_at", "id"]

    def __str__(self) -> str:
        return self.label or str(self.id)
