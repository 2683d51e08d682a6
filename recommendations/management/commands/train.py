"""`manage.py train`: learn from what people did, here and now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.bar import Bar
from common.errors import DomainError
from recommendations import services
from recommendations.leases import LeaseBusy
from recommendations.models import ALL_TYPES, ModelType, ModelVersion, RunStatus, TrainingRun
from recommendations.parameters import read_pairs


class Command(BaseCommand):
    """Train models in this process, or go on with a run that was interrupted."""

    help = (
        "Train models from swipes, behaviour and orders, and let them serve when the gate finds them good. "
        "Ctrl-C leaves the run to be gone on with: start the command again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which model and what differs from its defaults."""
        parser.add_argument("--model", default=ALL_TYPES, choices=[*ModelType.values, ALL_TYPES])
        parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for wrong parameters, while another process trains, and when a run fails."""
        run = self._run(options["model"], options["param"])
        bar = Bar(self.stdout)
        try:
            run = services.train(run_id=run.pk, clock=timezone.now, say=bar.show_share)
        except LeaseBusy as busy:
            raise CommandError(f"Another process trains this just now, at least until {busy.until:%H:%M:%S}.") from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted. The same command goes on with this run.") from None
        finally:
            bar.end()
        if run.status != RunStatus.SUCCEEDED:
            raise CommandError(f"The run {run.get_status_display()}. {run.error}".strip())
        for version in ModelVersion.objects.filter(run=run).order_by("created_at"):
            self.stdout.write(f"{version.label():12} {version.get_status_display():8} {version.gate}")

    def _run(self, model_type: str, pairs: list[str]) -> TrainingRun:
        """Return the run to carry out: one that was left, or a new one."""
        try:
            parameters = read_pairs(pairs)
        except DomainError as problem:
            raise CommandError(problem.message) from None
        left = TrainingRun.objects.open().filter(model_type=model_type).first()
        if left is not None:
            return self._left(left, parameters)
        try:
            return services.request_training(
                model_type=model_type, parameters=parameters, now=timezone.now(), is_sent=False
            )
        except DomainError as problem:
            raise CommandError(problem.message) from None

    def _left(self, left: TrainingRun, parameters: dict[str, Any]) -> TrainingRun:
        """Return a run to go on with. Raises CommandError when it was asked for with other parameters."""
        if parameters and parameters != left.parameters:
            raise CommandError(
                f"The run of {left.requested_at:%Y-%m-%d %H:%M} UTC has other parameters ({left.parameters}). "
                "Without --param the command goes on with it."
            )
        self.stdout.write(f"Going on with the run of {left.requested_at:%Y-%m-%d %H:%M} UTC.")
        return left
