from django.db import migrations, models


class Migration(migrations.Migration):
    """Let a sign-in know which of Django's browser sessions hangs on it, so that both are erased."""

    dependencies = [("accounts", "0008_own_rows_alone")]

    operations = [
        migrations.AddField(
            "session",
            "cookie",
            models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="Django's browser session that hangs on it.",
                max_length=40,
            ),
            preserve_default=False,
        ),
    ]
