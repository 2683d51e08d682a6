"""The ground floor."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    """Errors, pagination, limits, outbox, idempotency, audit."""

    name = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and have each switch in its table after migrations."""
        from common import checks, flags, personal_checks  # noqa: F401

        post_migrate.connect(flags.write_rows, sender=self, dispatch_uid="common.flags")
