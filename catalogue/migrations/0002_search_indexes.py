"""Indexes that only PostgreSQL has: words inside titles, occasions inside lists."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CREATE = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX catalogue_words ON catalogue_product USING gin (LOWER(title || ' ' || brand) gin_trgm_ops) "
    "WHERE status = 'ACTIVE'",
    "CREATE INDEX catalogue_occasions ON catalogue_product USING gin (occasions jsonb_path_ops) "
    "WHERE status = 'ACTIVE'",
)
DROP = ("DROP INDEX catalogue_words", "DROP INDEX catalogue_occasions")


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the indexes where the database knows their kind."""
    _run(schema_editor, CREATE)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the indexes; the extension may serve others."""
    _run(schema_editor, DROP)


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: tuple[str, ...]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """PostgreSQL's own indexes for the product list."""

    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
