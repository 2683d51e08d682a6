"""The kept answer to a request is for whoever asked: PostgreSQL shows them to nobody else (common/row_security.py)."""

from django.db import migrations

from common.row_security import ProtectRows


class Migration(migrations.Migration):
    """Protect the rows."""

    dependencies = [("common", "0007_one_rate_count_for_each_key")]

    operations = [
        ProtectRows("IdempotencyKey", owner="principal"),
    ]
