"""A browser's session is used when it is seen, which the help text now says; the column stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Say in the help text what the column holds."""

    dependencies = [("accounts", "0004_one_link_for_each_purpose")]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="used_at",
            field=models.DateTimeField(help_text="When it was last refreshed, or (a browser's) seen."),
        ),
    ]
