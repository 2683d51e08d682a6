"""An account's rows are its owner's: PostgreSQL shows them to nobody else (common/row_security.py)."""

from django.db import migrations

from common.row_security import ProtectRows


class Migration(migrations.Migration):
    """Protect the rows."""

    dependencies = [("accounts", "0007_sessions_of_outside_providers")]

    operations = [
        ProtectRows("User", owner="id"),
        ProtectRows("User_groups", owner="user_id"),
        ProtectRows("User_user_permissions", owner="user_id"),
        ProtectRows("Session", owner="user_id"),
        ProtectRows("KnownDevice", owner="user_id"),
        ProtectRows("OneTimeLink", owner="user_id"),
        ProtectRows("Authenticator", owner="user_id"),
        ProtectRows("RecoveryCode", owner="user_id"),
        ProtectRows("Identity", owner="user_id"),
        ProtectRows("ApiKey", owner="user_id"),
    ]
