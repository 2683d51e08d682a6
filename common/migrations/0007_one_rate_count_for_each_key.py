"""One row a key, whose window begins with its first try; counts are of the hour, so the table is made anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One row a key, whose window begins with its first try; counts are of the hour, so the table is made anew."""

    dependencies = [
        ("common", "0006_audit_log_is_append_only"),
    ]

    operations = [
        migrations.DeleteModel(name="RateCount"),
        migrations.CreateModel(
            name="RateCount",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("n_hits", models.PositiveIntegerField(default=0)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={"ordering": ["key"]},
        ),
    ]
