"""The second factor: an authenticator app, and codes for the day it is lost."""

from django.db import models

from accounts.models.users import User


class Authenticator(models.Model):
    """The secret that a person's authenticator app shares with us (TOTP, RFC 6238); it counts once it is confirmed."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sealed_secret = models.CharField(max_length=300, help_text="Encrypted under a key derived from SECRET_KEY.")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0, help_text="The newest 30-second step whose code was spent.")

    class Meta:
        ordering = ["user_id"]

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"


class RecoveryCode(models.Model):
    """One of ten codes that each open the account once without the app. Only digests are kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="accounts_recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"
