"""People who look around without an account have no address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """People who look around without an account have no address."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_guest",
            field=models.BooleanField(default=False, help_text="Looks around without an account."),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(blank=True, max_length=254, null=True, unique=True),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("is_guest", True)), fields=["created_at"], name="accounts_user_guests"
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email", None), ("is_guest", True)),
                    models.Q(("email__isnull", False), ("is_guest", False)),
                    _connector="OR",
                ),
                name="accounts_user_guest_without_address",
            ),
        ),
    ]
