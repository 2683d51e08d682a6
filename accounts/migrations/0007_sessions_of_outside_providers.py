"""A sign-in at the owner's own identity provider is a session too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Name the kind; nothing changes in the database."""

    dependencies = [("accounts", "0006_guess_counts")]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="kind",
            field=models.CharField(
                choices=[
                    ("API", "application"),
                    ("BROWSER", "browser"),
                    ("OUTSIDE", "another provider's sign-in"),
                ],
                default="API",
                max_length=10,
            ),
        ),
    ]
