"""A person has one link for each purpose: a newer one takes the older one's row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the constraint that the upsert of a link goes by."""

    dependencies = [("accounts", "0003_devices_links_factors_keys")]

    operations = [
        migrations.AddConstraint(
            model_name="onetimelink",
            constraint=models.UniqueConstraint(fields=("user", "purpose"), name="accounts_one_time_link_one_each"),
        ),
    ]
