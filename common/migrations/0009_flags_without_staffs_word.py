"""A switch has a row also while the environment's word counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A switch has a row also while the environment's word counts."""

    dependencies = [("common", "0008_own_rows_alone")]

    operations = [
        migrations.AlterField(model_name="flag", name="is_on", field=models.BooleanField(null=True)),
        migrations.AlterField(model_name="flag", name="changed_at", field=models.DateTimeField(blank=True, null=True)),
    ]
