"""`manage.py prepare`: what `make run` does before it serves, in one process: each start of Django takes a second."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from common import flags
from recommendations import services, taste
from recommendations.models import ALL_TYPES, TrainingRun


class Command(BaseCommand):
    """Migrate, write the roles, fill an empty shop with the demo, and have a worker train where nothing is trained."""

    help = "Migrate, write the roles, fill an empty shop with the demo, put a first training down; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the commands in order; raises what they raise."""
        call_command("migrate", verbosity=0)
        call_command("bootstrap", stdout=self.stdout)
        call_command("demo", "--if-empty", stdout=self.stdout)
        if flags.is_on("ENABLE_ML_RECOMMENDATIONS") and not TrainingRun.objects.exists() and taste.is_there_any():
            # The worker takes it up once the site is there: the first page waits for nobody.
            services.request_training(model_type=ALL_TYPES, parameters={}, now=timezone.now())
