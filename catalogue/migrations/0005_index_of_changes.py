"""What has changed since a moment, found by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index."""

    dependencies = [("catalogue", "0004_counting_indexes")]
    operations = [
        migrations.AddIndex(
            model_name="product", index=models.Index(fields=["updated_at"], name="catalogue_by_change")
        ),
    ]
