"""`manage.py models`: what was trained, what serves, and what to do about it."""

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.errors import DomainError
from recommendations import services
from recommendations.models import ModelType, ModelVersion
from recommendations.services.versions import KEPT_VERSIONS

NUMBER = re.compile("[0-9]{1,9}")


class Command(BaseCommand):
    """List, show, activate, roll back and prune versions of models."""

    help = "Versions of models: list them, show one, let one serve, go back to the former, delete old files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and with which version (`ease:12`) or type."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="all versions, newest first")
        for name, words in (("show", "all that is known of a version"), ("activate", "let a version serve")):
            actions.add_parser(name, help=words).add_argument("version", help="TYPE:NUMBER, ease:12 say")
        actions.add_parser("rollback", help="let the version serve that did before").add_argument(
            "type", choices=ModelType.values
        )
        actions.add_parser("prune", help="delete the files of old versions").add_argument(
            "--keep", type=int, default=KEPT_VERSIONS, help="how many of each type to keep beside the one that serves"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for an unknown version and for what the service refuses."""
        try:
            getattr(self, f"_{options['action']}")(options)
        except DomainError as problem:
            raise CommandError(problem.message) from None

    def _list(self, options: dict[str, Any]) -> None:
        versions = ModelVersion.objects.order_by("model_type", "-number")
        if not versions:
            self.stdout.write("No model has been trained yet: manage.py train")
        for version in versions:
            ndcg = version.metrics.get("ndcg@20")
            self.stdout.write(
                f"{version.label():12} {version.get_status_display():8} {version.created_at:%Y-%m-%d %H:%M}  "
                f"{version.size_bytes / 1e6:8.1f} MB  NDCG@20 {f'{ndcg:.4f}' if ndcg is not None else '-':>6}  "
                f"{version.n_people:,} people, {version.n_items:,} items, {version.n_events:,} events"
            )

    def _show(self, options: dict[str, Any]) -> None:
        version = _version(options["version"])
        shown = {
            "version": version.label(),
            "status": version.get_status_display(),
            "gate": version.gate,
            "parameters": version.parameters,
            "metrics": version.metrics,
            "data": {
                "since": version.data_since and version.data_since.isoformat(),
                "until": version.data_until.isoformat(),
                "fingerprint": version.data_fingerprint,
                "people": version.n_people,
                "items": version.n_items,
                "events": version.n_events,
            },
            "folder": version.folder,
            "size_bytes": version.size_bytes,
            "created_at": version.created_at.isoformat(),
            "activated_at": version.activated_at and version.activated_at.isoformat(),
        }
        self.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False))

    def _activate(self, options: dict[str, Any]) -> None:
        version = services.activate_model(version=_version(options["version"]), now=timezone.now())
        self.stdout.write(f"{version.label()} serves.")

    def _rollback(self, options: dict[str, Any]) -> None:
        version = services.roll_back_model(model_type=options["type"], now=timezone.now())
        self.stdout.write(f"{version.label()} serves again.")

    def _prune(self, options: dict[str, Any]) -> None:
        if options["keep"] < 0:
            raise CommandError("--keep takes 0 or more.")
        pruned = services.prune_models(keep=options["keep"], now=timezone.now())
        self.stdout.write(f"{len(pruned)} pruned{': ' if pruned else '.'}{', '.join(map(str, pruned))}")


def _version(label: str) -> ModelVersion:
    """Return the version of a label. Raises CommandError."""
    model_type, _, number = label.partition(":")
    of_type = ModelVersion.objects.filter(model_type=model_type)
    found = of_type.filter(number=int(number)).first() if NUMBER.fullmatch(number) else None
    if found is None:
        raise CommandError(f"There is no version {label!r}; `models list` shows them.")
    return found
