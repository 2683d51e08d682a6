"""Indexes that count for any filter, and find words by their first letter or two."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Coalesce

ACTIVE = models.Q(status="ACTIVE")
RATING = Coalesce("rating", 0, output_field=models.FloatField())
# The blank in front makes the first word begin as all the others do. Rows that were just added are put in their place
# at once (fastupdate), so that no reader has to look through those that still wait for it.
FORWARDS = (
    "DROP INDEX catalogue_words",
    "CREATE INDEX catalogue_words ON catalogue_product USING gin (LOWER(' ' || title || ' ' || brand) gin_trgm_ops) "
    "WITH (fastupdate = off) WHERE status = 'ACTIVE'",
    "ALTER INDEX catalogue_occasions SET (fastupdate = off)",
    "SELECT gin_clean_pending_list('catalogue_occasions')",
)
BACKWARDS = (
    "DROP INDEX catalogue_words",
    "CREATE INDEX catalogue_words ON catalogue_product USING gin (LOWER(title || ' ' || brand) gin_trgm_ops) "
    "WHERE status = 'ACTIVE'",
    "ALTER INDEX catalogue_occasions RESET (fastupdate)",
)


def forwards(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Change the indexes that only PostgreSQL has."""
    _run(schema_editor, FORWARDS)


def backwards(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make them what they were."""
    _run(schema_editor, BACKWARDS)


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: tuple[str, ...]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    """More to be answered from indexes alone."""

    dependencies = [("catalogue", "0003_rating_index_without_casts")]
    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("category"), RATING, models.F("id"), condition=ACTIVE, name="catalogue_shelf_rating"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("category"),
                RATING,
                models.F("price"),
                models.F("in_stock"),
                models.F("brand"),
                include=["rating", "occasions"],
                condition=ACTIVE,
                name="catalogue_filters",
            ),
        ),
    ]
