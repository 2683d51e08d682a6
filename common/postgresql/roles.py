"""The two roles of a deployment: one owns the tables and migrates, the other works and may not change the rules.

An owner could switch row-level security off, and a superuser passes it by; so the processes that answer strangers sign
in as neither (`DATABASE_URL`). Migrations run as the owner (`MIGRATION_DATABASE_URL`), who then grants the other one
what work takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from psycopg import sql

ON_TABLES = "SELECT, INSERT, UPDATE, DELETE"
ON_SEQUENCES = "USAGE, SELECT"
STATEMENTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    f"GRANT {ON_TABLES} ON ALL TABLES IN SCHEMA public TO {{role}}",
    f"GRANT {ON_SEQUENCES} ON ALL SEQUENCES IN SCHEMA public TO {{role}}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {ON_TABLES} ON TABLES TO {{role}}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {ON_SEQUENCES} ON SEQUENCES TO {{role}}",
)


@contextmanager
def as_owner() -> Iterator[None]:
    """Work on the database as the role that owns it, where MIGRATION_DATABASE_URL names one; then sign in as before."""
    if connection.vendor != "postgresql" or not settings.MIGRATION_DATABASE:
        yield
        return
    usual = connection.settings_dict
    # A role that DATABASE_URL takes on after signing in is not the owner's to take on.
    options = {name: value for name, value in usual["OPTIONS"].items() if name != "assume_role"}
    connection.close()
    connection.settings_dict = {**usual, **settings.MIGRATION_DATABASE, "OPTIONS": options}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual


def app_role() -> str:
    """Return the role that the processes work as."""
    options = settings.DATABASES["default"].get("OPTIONS", {})
    return str(options.get("assume_role") or settings.DATABASES["default"].get("USER") or "")


def grant_work(role: str) -> None:
    """Grant a role what work takes, on every table that is there and on those to come; as the owner."""
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)))


class Standing:
    """What the present role could do about row-level security; empty words mean nothing."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user",
            )
            self.role, self.is_superuser, self.bypasses = cursor.fetchone()

    def words(self, tables: list[str]) -> str:
        """Return why the role is not held to the policies of some tables, or an empty text."""
        if self.is_superuser:
            return f"the role {self.role} is a superuser, whom no policy holds"
        if self.bypasses:
            return f"the role {self.role} may pass row-level security by (BYPASSRLS)"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s) "
                "AND pg_has_role(current_user, relowner, 'USAGE') ORDER BY 1",
                [tables],
            )
            owned = [name for (name,) in cursor.fetchall()]
        if owned:
            return f"the role {self.role} owns {owned[0]} and could switch its policies off"
        return ""
