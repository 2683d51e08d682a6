"""People."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from accounts.addresses import normalise_email
from accounts.roles import ROLES


class Tier(models.TextChoices):
    """What a person has subscribed to; set by staff."""

    FREE = "FREE", "free"
    PLUS = "PLUS", "plus"
    PREMIUM = "PREMIUM", "premium"


class UserManager(BaseUserManager["User"]):
    """Users are made by services; this manager serves Django's own look-ups."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this address, however it is written."""
        return self.get(email=normalise_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. `auth_version` is in every access token: raising it ends them all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A guest has none, and is who the others are not: nobody can sign in as one again.
    email = models.EmailField(unique=True, null=True, blank=True)
    is_guest = models.BooleanField(default=False, help_text="Looks around without an account.")
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    full_name = models.CharField(max_length=300, blank=True, help_text="Shown as given; never split into parts.")
    subscription_tier = models.CharField(max_length=10, choices=Tier, default=Tier.FREE)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May enter the admin.")
    email_verified_at = models.DateTimeField(null=True, blank=True)
    auth_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_guest=True, email=None) | models.Q(is_guest=False, email__isnull=False),
                name="accounts_user_guest_without_address",
            )
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(is_guest=True), name="accounts_user_guests"),
        ]

    def __str__(self) -> str:
        return self.email or f"guest {self.pk}"

    def get_full_name(self) -> str:
        """Return the name to address the person by; empty when none is known."""
        return self.full_name or f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """Return a short form of address."""
        return self.first_name or self.get_full_name() or str(self)

    def role_names(self) -> list[str]:
        """Return the person's roles, in the order of the roles' table; everybody is a `user`."""
        held = {group.name for group in self.groups.all()} | {"user"}
        if self.is_superuser:
            held.add("admin")
        return [role for role in ROLES if role in held]
