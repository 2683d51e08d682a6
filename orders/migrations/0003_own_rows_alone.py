"""An order and its lines are the buyer's: PostgreSQL shows them to nobody else (common/row_security.py)."""

from django.db import migrations

from common.row_security import ProtectRows


class Migration(migrations.Migration):
    """Protect the rows."""

    dependencies = [("orders", "0002_line_prices_in_fractions_of_a_penny")]

    operations = [
        ProtectRows("Order", owner="user_id", is_scanned=True),
        ProtectRows("OrderLine", owner="order__user_id", is_scanned=True),
    ]
