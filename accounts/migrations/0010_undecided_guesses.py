"""How many guesses at a password are being looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """How many guesses at a password are being looked at."""

    dependencies = [("accounts", "0009_cookie_of_a_session")]

    operations = [
        migrations.AddField(
            model_name="guesscount",
            name="n_undecided",
            field=models.PositiveIntegerField(
                db_default=0, default=0, help_text="How many of them are being looked at just now."
            ),
        ),
    ]
