"""Wrong guesses at passwords."""

from django.db import models


class GuessCount(models.Model):
    """How often sign-ins of one account failed from one network, on known devices, or from everywhere, or proofs in one
    session.

    Addresses without an account are counted like the others. Neither address nor network can be read from a row: both
    stand in keyed digests. See accounts/services/lockout.py.
    """

    key = models.CharField(max_length=64, primary_key=True)
    account = models.CharField(max_length=64, db_index=True, help_text="Keyed digest of the e-mail address.")
    n_failures = models.PositiveIntegerField(default=0)
    n_undecided = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How many of them are being looked at just now."
    )
    failed_at = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField()

    class Meta:
        ordering = ["-failed_at", "key"]

    def __str__(self) -> str:
        return f"{self.account[:12]} {self.n_failures}"
