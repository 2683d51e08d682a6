"""The rating index as statements write it: SQLite compares index expressions letter by letter."""

from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    """Make the index anew without SQLite's casts."""

    dependencies = [("catalogue", "0002_search_indexes")]
    operations = [
        migrations.RemoveIndex(model_name="product", name="catalogue_by_rating"),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                Coalesce("rating", 0, output_field=models.FloatField()),
                models.F("id"),
                condition=models.Q(status="ACTIVE"),
                name="catalogue_by_rating",
            ),
        ),
    ]
