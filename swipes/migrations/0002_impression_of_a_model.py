"""An impression says which model chose, and in which named place it was shown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two labels, empty for what was shown before."""

    dependencies = [("swipes", "0001_initial")]

    operations = [
        migrations.AddField("impression", "model_version", models.CharField(blank=True, max_length=60)),
        migrations.AddField(
            "impression",
            "placement",
            models.CharField(blank=True, help_text="The named place on that surface.", max_length=60),
        ),
    ]
