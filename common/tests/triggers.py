"""Switching triggers off and on, as the owner of the tables can."""

from typing import Any


def triggers_of(connection: Any, *tables: str) -> tuple[list[str], list[str]]:
    """Return the statements that switch the triggers of some tables off, and those that switch them on again."""
    if connection.vendor == "postgresql":
        return (
            [f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in tables],
            [f"ALTER TABLE {table} ENABLE TRIGGER USER;" for table in tables],
        )
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(tables))
        cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({places})", tables)
        rows = cursor.fetchall()
    return [f"DROP TRIGGER {name};" for name, _ in rows], [f"{sql};" for _, sql in rows]
