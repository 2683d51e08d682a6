"""What products are found by: documents of plain words, the words themselves, and the log of searches."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROW_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _column(name: str, source: str) -> str:
    words = f"array_to_tsvector(array_remove(string_to_array({source}, ' '), ''))"
    return f"ALTER TABLE catalogue_searchdocument ADD COLUMN {name} tsvector GENERATED ALWAYS AS ({words}) STORED"


# The texts are plain words already, so that a blank is all that is between two of them. Rows that were just added are
# put in their place at once (fastupdate), so that no reader has to look through those that still wait for it.
POSTGRESQL = (
    _column("title_words", "title"),
    _column("label_words", "title || ' ' || labels"),
    _column("all_words", "title || ' ' || labels || ' ' || text"),
    "CREATE INDEX catalogue_found_by ON catalogue_searchdocument USING gin (all_words) WITH (fastupdate = off)",
    "DROP INDEX catalogue_words",
)
POSTGRESQL_BACK = (
    "CREATE INDEX catalogue_words ON catalogue_product USING gin (LOWER(' ' || title || ' ' || brand) gin_trgm_ops) "
    "WITH (fastupdate = off) WHERE status = 'ACTIVE'",
)
COLUMNS = "title, labels, text"
NEW = "new.id, new.title, new.labels, new.text"
OLD = "'delete', old.id, old.title, old.labels, old.text"
ADD = f"INSERT INTO catalogue_searchwords(rowid, {COLUMNS}) VALUES ({NEW});"
REMOVE = f"INSERT INTO catalogue_searchwords(catalogue_searchwords, rowid, {COLUMNS}) VALUES ({OLD});"
SQLITE = (
    f"CREATE VIRTUAL TABLE catalogue_searchwords USING fts5({COLUMNS}, content='catalogue_searchdocument', "
    "content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
    "CREATE VIRTUAL TABLE catalogue_searchterms USING fts5vocab('catalogue_searchwords', 'row')",
    f"CREATE TRIGGER catalogue_search_added AFTER INSERT ON catalogue_searchdocument BEGIN {ADD} END",
    f"CREATE TRIGGER catalogue_search_removed AFTER DELETE ON catalogue_searchdocument BEGIN {REMOVE} END",
    f"CREATE TRIGGER catalogue_search_changed AFTER UPDATE ON catalogue_searchdocument BEGIN {REMOVE} {ADD} END",
)
SQLITE_BACK = (
    "DROP TRIGGER catalogue_search_changed",
    "DROP TRIGGER catalogue_search_removed",
    "DROP TRIGGER catalogue_search_added",
    "DROP TABLE catalogue_searchterms",
    "DROP TABLE catalogue_searchwords",
)


def forwards(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make what each database searches by."""
    _run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def backwards(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take it away again."""
    _run(schema_editor, POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK)


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: tuple[str, ...]) -> None:
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Documents of words beside the products."""

    dependencies = [("catalogue", "0005_index_of_changes")]
    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", ROW_ID),
                ("title", models.TextField()),
                ("labels", models.TextField(help_text="Brand, tags and codes.")),
                ("text", models.TextField(help_text="The description.")),
                ("n_title_words", models.PositiveIntegerField()),
                ("updated_at", models.DateTimeField()),
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="search", to="catalogue.product"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("stem", models.CharField(max_length=40)),
                ("n_products", models.PositiveIntegerField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Search",
            fields=[
                ("id", ROW_ID),
                ("query", models.CharField(max_length=200)),
                ("n_found", models.PositiveIntegerField()),
                (
                    "is_loose",
                    models.BooleanField(help_text="Nothing has all of the words; what has some of them was shown."),
                ),
                ("searched_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "searches",
                "ordering": ["-searched_at", "-id"],
                "indexes": [models.Index(fields=["-searched_at", "-id"], name="catalogue_searches_by_age")],
            },
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                fields=["id"], include=["popularity"], condition=models.Q(status="ACTIVE"), name="catalogue_found"
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
