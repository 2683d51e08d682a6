"""What was shown to somebody, and how they answered, PostgreSQL shows to nobody else (common/row_security.py)."""

from django.db import migrations

from common.row_security import ProtectRows


class Migration(migrations.Migration):
    """Protect the rows."""

    dependencies = [("swipes", "0002_impression_of_a_model")]

    operations = [
        ProtectRows("SwipeSession", owner="user_id", is_scanned=True),
        ProtectRows("Swipe", owner="user_id", is_scanned=True),
        ProtectRows("Impression", owner="user_id", is_scanned=True),
        ProtectRows("BehaviourEvent", owner="user_id", is_scanned=True),
    ]
