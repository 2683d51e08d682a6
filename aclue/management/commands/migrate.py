"""`manage.py migrate`: Django's command as the role that owns the tables, which then grants the other one its work."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from common.postgresql.roles import app_role, as_owner, grant_work


class Command(migrate.Command):
    """Migrate as MIGRATION_DATABASE_URL says, where it is set, and as DATABASE_URL says where it is not."""

    def check(self, *args: Any, **options: Any) -> None:
        """Check all but the database: what it lacks now is what is about to be migrated."""
        super().check(*args, **{**options, "databases": None})

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant; raises what Django's command raises."""
        with as_owner():
            super().handle(*args, **options)
            if settings.MIGRATION_DATABASE:
                grant_work(app_role())
