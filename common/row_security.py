"""Row-level security: PostgreSQL itself shows a person's rows to that person alone, whatever a query forgot to ask.

`ProtectRows` in a migration gives a table its policy: a row may be read and written by whom it belongs to, and in the
system's scope (common/scope.py). FORCE holds the tables' owner to it as well. On SQLite it does nothing.
"""

import functools
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations.operations.base import Operation
from psycopg import sql

from common.personal import PERSONAL_TABLES

# Every table whose rows PostgreSQL shows to one person alone. What is here besides belongs to somebody's account or
# order, and goes with it.
PROTECTED_TABLES = PERSONAL_TABLES | {
    "accounts.User_groups": "user_id",
    "accounts.User_user_permissions": "user_id",
    "common.IdempotencyKey": "principal",
    "orders.OrderLine": "order__user_id",
    "orders.OrderEvent": "order__user_id",
}
POLICY = "own_rows"
# Read once a row, for tables whose rows are asked for by their key: nothing is added to the plan. The comparison as
# texts, and the system first, because an empty setting is no UUID and OR promises no order.
ONCE_A_ROW = "current_setting('app.scope', true) = 'system' OR {owner}::text = current_setting('app.user_id', true)"
# Read once a statement, for tables that are read by the thousand. It costs the planner 10 µs each.
ONCE_A_STATEMENT = (
    "(SELECT current_setting('app.scope', true) = 'system') "
    "OR {owner} = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid)"
)
# Rows without an owner of their own belong to their parent's.
BY_PARENT = (
    "(SELECT current_setting('app.scope', true) = 'system') "
    "OR {column} IN (SELECT id FROM {parent} WHERE {owner} = NULLIF(current_setting('app.user_id', true), '')::uuid)"
)


class ProtectRows(Operation):
    """Let the rows of a model's table be seen by whom they belong to, and by nobody else.

    `owner` is the column that holds the person's id, or `foreign_key__column` for rows that belong to a parent's owner.
    Tables that are read by the thousand are `is_scanned`.
    """

    reversible = True
    reduces_to_sql = True
    elidable = False

    def __init__(self, model_name: str, *, owner: str, is_scanned: bool = False) -> None:
        self.model_name = model_name
        self.owner = owner
        self.is_scanned = is_scanned

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how it was made, as migrations write it down."""
        scanned = {"is_scanned": True} if self.is_scanned else {}
        return type(self).__name__, [self.model_name], {"owner": self.owner, **scanned}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models know nothing of policies."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Switch row-level security on, for the owner of the table too, and write the policy."""
        if schema_editor.connection.vendor != "postgresql":
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table = sql.Identifier(model._meta.db_table)
        rule = self._rule(model)
        for statement in (
            sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table),
            sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(table),
            sql.SQL("CREATE POLICY {} ON {} USING ({}) WITH CHECK ({})").format(
                sql.Identifier(POLICY), table, rule, rule
            ),
        ):
            schema_editor.execute(statement.as_string())

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the policy away."""
        if schema_editor.connection.vendor != "postgresql":
            return
        table = sql.Identifier(from_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        for statement in ("DROP POLICY {policy} ON {table}", "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"):
            schema_editor.execute(sql.SQL(statement).format(policy=sql.Identifier(POLICY), table=table).as_string())
        schema_editor.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(table).as_string())

    def describe(self) -> str:
        """Say what it does."""
        return f"Show the rows of {self.model_name} to whom they belong to"

    @property
    def migration_name_fragment(self) -> str:
        """Return what a migration of it may be called."""
        return f"protect_{self.model_name.lower()}"

    def _rule(self, model: type[models.Model]) -> sql.Composable:
        column, _, owner = self.owner.partition("__")
        field = _field_of(model, column)
        if owner:
            parent = field.remote_field.model
            return sql.SQL(BY_PARENT).format(
                column=sql.Identifier(field.column),
                parent=sql.Identifier(parent._meta.db_table),
                owner=sql.Identifier(_field_of(parent, owner).column),
            )
        rule = ONCE_A_STATEMENT if self.is_scanned else ONCE_A_ROW
        return sql.SQL(rule).format(owner=sql.Identifier(field.column))


def _field_of(model: type[models.Model], name: str) -> Any:
    """Return a model's field by its name or its column's."""
    found = (field for field in model._meta.concrete_fields if name in {field.name, field.attname, field.column})
    return next(found)


@functools.cache
def protected_names() -> dict[str, str]:
    """Return the database's name of each protected table, with its model's."""
    return {apps.get_model(label)._meta.db_table: label for label in PROTECTED_TABLES}


def unprotected() -> list[str]:
    """Return the tables that are there and whose rows PostgreSQL shows to everybody all the same, by their models."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s) "
            "AND NOT (c.relrowsecurity AND c.relforcerowsecurity "
            "AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))",
            [list(protected_names())],
        )
        return sorted(protected_names()[name] for (name,) in cursor.fetchall())
