"""Picks and what was done with them are the person's: PostgreSQL shows them to nobody else (common/row_security.py)."""

from django.db import migrations

from common.row_security import ProtectRows


class Migration(migrations.Migration):
    """Protect the rows."""

    dependencies = [("recommendations", "0001_initial")]

    operations = [
        ProtectRows("Pick", owner="user_id"),
        ProtectRows("Interaction", owner="user_id", is_scanned=True),
    ]
