"""Flags that staff switch at run time, and rate counts where no Redis counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Flags that staff switch at run time, and rate counts where no Redis counts."""

    dependencies = [
        ("common", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("is_on", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="RateCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("window", models.BigIntegerField(help_text="The window's number since the epoch.")),
                ("n_hits", models.PositiveIntegerField(default=0)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("key", "window"), name="common_rate_count_once")],
            },
        ),
    ]
