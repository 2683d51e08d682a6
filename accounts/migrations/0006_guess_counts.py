"""Counts of wrong guesses at passwords."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Counts of wrong guesses at passwords."""

    dependencies = [("accounts", "0005_when_a_session_was_used")]

    operations = [
        migrations.CreateModel(
            name="GuessCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "account",
                    models.CharField(db_index=True, help_text="Keyed digest of the e-mail address.", max_length=64),
                ),
                ("n_failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(db_index=True)),
                ("locked_until", models.DateTimeField()),
            ],
            options={"ordering": ["-failed_at", "key"]},
        ),
    ]
