"""Versions of models: which one serves, which one stood before it, which ones may go."""

import shutil
import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, When

from common import audit
from common.errors import Conflict
from common.models import Severity
from recommendations.models import ModelVersion, VersionStatus

KEPT_VERSIONS = 3


class NotServable(Conflict):
    """The version's files are gone or damaged."""

    error_code = "MODEL_NOT_SERVABLE"
    detail = "The files of this version are gone or damaged; it cannot serve."


class NothingToRollBackTo(Conflict):
    """No version served before the present one."""

    error_code = "NOTHING_TO_ROLL_BACK_TO"
    detail = "No other version of this type has served before."


def activate_model(*, version: ModelVersion, now: datetime, actor_id: uuid.UUID | None = None) -> ModelVersion:
    """Let a version serve, in place of the one of its type that does. Raises NotServable."""
    with transaction.atomic():
        kept = next((one for one in _locked(version.model_type) if one.pk == version.pk), None)
        if kept is None or kept.status in (VersionStatus.DAMAGED, VersionStatus.PRUNED):
            raise NotServable
        ModelVersion.objects.filter(model_type=version.model_type, status=VersionStatus.ACTIVE).exclude(
            pk=kept.pk
        ).update(status=VersionStatus.RETIRED)
        kept.status, kept.activated_at = VersionStatus.ACTIVE, now
        kept.save(update_fields=["status", "activated_at"])
        audit.record(action="model.activated", actor_id=actor_id, target=f"model {kept.label()}", now=now)
    return kept


def roll_back_model(*, model_type: str, now: datetime, actor_id: uuid.UUID | None = None) -> ModelVersion:
    """Let the version serve that did so before the present one. Raises NothingToRollBackTo."""
    with transaction.atomic():
        _locked(model_type)
        former = _former(model_type)
        if former is None:
            raise NothingToRollBackTo
        # The one that is left counts as never having served, so that a second step goes further back.
        ModelVersion.objects.filter(model_type=model_type, status=VersionStatus.ACTIVE).update(
            status=VersionStatus.READY, activated_at=None
        )
        return activate_model(version=former, now=now, actor_id=actor_id)


def mark_damaged(*, version: ModelVersion, problem: str, now: datetime) -> ModelVersion | None:
    """Take a version out whose files are not what was signed; returns the one that serves instead, if there is one."""
    with transaction.atomic():
        _locked(version.model_type)
        changed = (
            ModelVersion.objects.filter(pk=version.pk)
            .exclude(status=VersionStatus.DAMAGED)
            .update(status=VersionStatus.DAMAGED)
        )
        if changed:
            audit.report(
                name="model.damaged",
                now=now,
                severity=Severity.ERROR,
                message=f"{version.label()} is not served: {problem}"[:1000],
            )
        active = ModelVersion.objects.filter(model_type=version.model_type, status=VersionStatus.ACTIVE).first()
        if active is not None:
            return active
        former = _former(version.model_type)
        return activate_model(version=former, now=now) if former else None


def prune_models(*, keep: int = KEPT_VERSIONS, actor_id: uuid.UUID | None = None, now: datetime) -> list[ModelVersion]:
    """Delete the files of old versions, keeping the active one and the newest `keep` others of each type."""
    pruned = []
    for model_type in ModelVersion.objects.order_by().values_list("model_type", flat=True).distinct():
        others = ModelVersion.objects.filter(model_type=model_type).exclude(
            status__in=(VersionStatus.ACTIVE, VersionStatus.PRUNED)
        )
        # A damaged one takes no sound one's place.
        is_damaged = Case(When(status=VersionStatus.DAMAGED, then=1), default=0)
        for version in others.order_by(is_damaged, F("activated_at").desc(nulls_last=True), "-number")[keep:]:
            # The row first: whoever loads meanwhile no longer chooses it.
            if not others.filter(pk=version.pk).update(status=VersionStatus.PRUNED):
                continue
            shutil.rmtree(Path(settings.MODEL_DIR) / version.folder, ignore_errors=True)
            audit.record(action="model.pruned", actor_id=actor_id, target=f"model {version.label()}", now=now)
            pruned.append(version)
    return pruned


def _locked(model_type: str) -> list[ModelVersion]:
    """Lock a type's versions until the commit: whoever changes what serves meets here, and in one order."""
    return list(ModelVersion.objects.select_for_update().filter(model_type=model_type).order_by("pk"))


def _former(model_type: str) -> ModelVersion | None:
    """Return the version that served last before the active one."""
    served = ModelVersion.objects.filter(
        model_type=model_type, status=VersionStatus.RETIRED, activated_at__isnull=False
    )
    return served.order_by("-activated_at", "-number").first()
