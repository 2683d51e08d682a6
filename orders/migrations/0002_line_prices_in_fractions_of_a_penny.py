"""Prices of lines with four decimals: a piece of what is sold by the hundred costs fractions of a penny."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Widen the column; what it holds stays the same money."""

    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="unit_price",
            field=models.DecimalField(decimal_places=4, max_digits=14),
        ),
    ]
