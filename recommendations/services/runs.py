"""Runs of training: asked for, carried out by one process at a time, cancelled, and never without a trace."""

import shutil
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Max
from threadpoolctl import threadpool_limits

from common import audit, flags, outbox
from common.errors import Conflict, Forbidden
from common.models import Severity
from common.scope import as_system
from recommendations import publishing
from recommendations.datasets import Dataset, read_dataset
from recommendations.gate import LEAST_PEOPLE, Verdict, judge
from recommendations.leases import Lease, LeaseBusy, LeaseLost, is_at_work, leased
from recommendations.models import ModelVersion, RunStatus, TrainingRun, VersionStatus
from recommendations.registry import key_id
from recommendations.services.versions import activate_model
from recommendations.training import describe, fit, is_too_large, read_parameters, types_of

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Say = Callable[[str, float], None]
REPORT_SECONDS = 0.5


class AlreadyTraining(Conflict):
    """A run of this type waits or is at work."""

    error_code = "TRAINING_RUNNING"
    detail = "This model is being trained already."


class TrainingDisabled(Forbidden):
    """The owner has switched the models off."""

    error_code = "ML_DISABLED"
    detail = "Models are switched off here (ENABLE_ML_RECOMMENDATIONS)."


class NothingToCancel(Conflict):
    """The run has ended."""

    error_code = "TRAINING_ENDED"
    detail = "This run has ended."


class Cancelled(Exception):
    """Somebody asked the run to stop."""


def request_training(
    *,
    model_type: str,
    parameters: dict[str, Any],
    now: datetime,
    actor_id: uuid.UUID | None = None,
    is_sent: bool = True,
) -> TrainingRun:
    """Put a run down, for a worker unless the caller carries it out.

    Raises TrainingDisabled, UnknownModelType, Invalid for parameters that the type does not have, AlreadyTraining.
    """
    if not flags.is_on("ENABLE_ML_RECOMMENDATIONS"):
        raise TrainingDisabled
    read_parameters(model_type, parameters)
    try:
        with transaction.atomic():
            run = TrainingRun.objects.create(
                model_type=model_type, parameters=parameters, requested_by=actor_id, requested_at=now
            )
            audit.record(action="model.training_requested", actor_id=actor_id, target=f"run {run.pk}", now=now)
            if is_sent:
                outbox.put("recommendations.train_model", {"run_id": str(run.pk)})
    except IntegrityError as twin:
        raise AlreadyTraining from twin
    return run


def cancel_training(*, run: TrainingRun, now: datetime, actor_id: uuid.UUID | None = None) -> None:
    """Ask a run to stop: one that nobody is at ends here, one at work at its next report. Raises NothingToCancel."""
    with transaction.atomic():
        if not TrainingRun.objects.open().filter(pk=run.pk).update(is_cancel_asked=True):
            raise NothingToCancel
        audit.record(action="model.training_cancelled", actor_id=actor_id, target=f"run {run.pk}", now=now)
        is_idle = not is_at_work(run.pk, now)
    if is_idle:
        _end(run, RunStatus.CANCELLED, now)


@as_system("training")
def train(
    *, run_id: uuid.UUID, clock: Clock, keep: Callable[[], None] = lambda: None, say: Say = lambda words, progress: None
) -> TrainingRun:
    """Carry out a run, or go on with one that a dead process left; returns it, ended in one way or another.

    `keep` is called every few seconds, `say` with each stage and the share that is done.
    Raises LeaseBusy while another process is at it, and what a database that is away raises: both may be tried again.
    """
    run = TrainingRun.objects.get(pk=run_id)
    begun = {"status": RunStatus.RUNNING, "started_at": run.started_at or clock()}
    if not TrainingRun.objects.open().filter(pk=run_id).update(**begun):
        return run
    try:
        with threadpool_limits(settings.TRAINING_THREADS):
            _train_all(run, clock, keep, say)
    except Cancelled:
        _end(run, RunStatus.CANCELLED, clock())
    except (OperationalError, InterfaceError, LeaseBusy):
        raise
    except LeaseLost:
        # Another process goes on with it; this one leaves no mark.
        log.warning("training_lease_lost", run_id=str(run_id))
    except Exception as failure:
        log.exception("training_failed", run_id=str(run_id))
        _end(run, RunStatus.FAILED, clock(), error=f"{type(failure).__name__}: {failure}"[:2000])
    else:
        _end(run, RunStatus.SUCCEEDED, clock())
    run.refresh_from_db()
    return run


def _train_all(run: TrainingRun, clock: Clock, keep: Callable[[], None], say: Say) -> None:
    types = types_of(run.model_type)
    dataset: Dataset | None = None
    for position, model_type in enumerate(types):
        if run.versions.filter(model_type=model_type).exists():
            continue  # done before the process died
        with leased(model_type, run_id=run.pk, clock=clock, keep=keep) as lease:
            report = Report(run, lease, position / len(types), 1 / len(types), say)
            if dataset is None:
                report.stage("reading feedback", 0.0)
                dataset = read_dataset(until=clock(), progress=report.reading)
            if is_too_large(model_type, len(dataset.interactions.items)):
                report.note("Left out: the shop is beyond its reach.")
                continue
            try:
                _train_one(run, model_type, dataset, lease, report, clock)
            except Exception:
                if not lease.is_ours():
                    # Whatever went wrong here, the run is another process's by now.
                    raise LeaseLost(model_type) from None
                raise


def _train_one(
    run: TrainingRun, model_type: str, dataset: Dataset, lease: Lease, report: "Report", clock: Clock
) -> None:
    parameters = read_parameters(model_type, run.parameters)
    report.stage("judging on the last days", 0.1)
    verdict = judge(
        model_type,
        parameters,
        dataset,
        _last_good(model_type),
        progress=lambda share: report.stage("judging on the last days", 0.1 + 0.3 * share),
    )
    report.stage("fitting", 0.4)
    model, items = fit(
        model_type,
        parameters,
        dataset.interactions,
        now=dataset.now,
        progress=lambda share: report.stage("fitting", 0.4 + 0.4 * share),
    )
    report.stage("writing", 0.85)
    folder = publishing.write(
        model_type,
        f"{_name_of(run)}-{lease.fence}",
        model,
        items,
        details=describe(dataset) | {"metrics": verdict.metrics},
        step=lambda words: report.stage(words, 0.9),
    )
    try:
        # One commit: a process that dies leaves a version that serves (or waits for a person), or none.
        with transaction.atomic():
            lease.check()
            version = _put_down(run, model_type, parameters.as_dict(), dataset, verdict, folder, clock())
            if verdict.passes:
                activate_model(version=version, now=clock())
                if verdict.metrics.get("gate_people", LEAST_PEOPLE) < LEAST_PEOPLE:
                    _tell_that_nobody_judged(version, verdict, clock())
            else:
                _hold(version, verdict, clock())
            report.metrics(verdict)
    except LeaseLost:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _tell_that_nobody_judged(version: ModelVersion, verdict: Verdict, now: datetime) -> None:
    audit.report(
        name="model.not_judged",
        now=now,
        severity=Severity.WARNING,
        message=f"{version.label()} serves without having been compared with what is popular: {verdict.words}",
    )


def _hold(version: ModelVersion, verdict: Verdict, now: datetime) -> None:
    audit.report(
        name="model.held_at_the_gate",
        now=now,
        severity=Severity.WARNING,
        message=f"{version.label()} waits for a person: {verdict.words}",
    )


def _put_down(
    run: TrainingRun,
    model_type: str,
    parameters: dict[str, Any],
    dataset: Dataset,
    verdict: Verdict,
    folder: Path,
    now: datetime,
) -> ModelVersion:
    newest = ModelVersion.objects.filter(model_type=model_type).aggregate(newest=Max("number"))["newest"] or 0
    return ModelVersion.objects.create(
        model_type=model_type,
        number=newest + 1,
        run=run,
        parameters=parameters,
        metrics=verdict.metrics,
        gate=verdict.words[:200],
        data_since=dataset.since,
        data_until=dataset.until,
        data_fingerprint=dataset.fingerprint,
        n_people=len(dataset.interactions.users),
        n_items=len(dataset.interactions.items),
        n_events=len(dataset.interactions),
        code_version=settings.VERSION,
        folder=str(folder.relative_to(settings.MODEL_DIR)),
        key_id=key_id(),
        size_bytes=sum(file.stat().st_size for file in folder.iterdir()),
        created_at=now,
    )


def _last_good(model_type: str) -> float | None:
    active = ModelVersion.objects.filter(model_type=model_type, status=VersionStatus.ACTIVE).first()
    return active.metrics.get("ndcg@20") if active else None


def _end(run: TrainingRun, status: RunStatus, now: datetime, error: str = "") -> None:
    values: dict[str, Any] = {"status": status, "finished_at": now, "error": error}
    if status == RunStatus.SUCCEEDED:
        values |= {"stage": "", "progress": 1.0}
    TrainingRun.objects.open().filter(pk=run.pk).update(**values)
    kept = set(run.versions.values_list("folder", flat=True))
    for left in publishing.leftovers(_name_of(run), kept):
        shutil.rmtree(left, ignore_errors=True)


def _name_of(run: TrainingRun) -> str:
    """Return what the names of a run's folders have in common."""
    return str(run.pk.hex[:12])


class Report:
    """How far a run is, written down at most twice a second; where somebody asked it to stop, it stops here."""

    def __init__(self, run: TrainingRun, lease: Lease, start: float, share: float, say: Say) -> None:
        self.run = run
        self._lease = lease
        self._start, self._share = start, share
        self._say = say
        self._written_at = 0.0
        self._stage = ""

    def stage(self, words: str, share: float) -> None:
        """Note the stage and the share (0 to 1) of this type's work; raises Cancelled, LeaseLost."""
        if words == self._stage and time.monotonic() - self._written_at < REPORT_SECONDS:
            return
        if self._lease.is_lost:
            raise LeaseLost(self._lease.model_type)
        self._stage, self._written_at = words, time.monotonic()
        self.note(words, share)
        if TrainingRun.objects.filter(pk=self.run.pk, is_cancel_asked=True).exists():
            raise Cancelled

    def reading(self, n: int) -> None:
        """Note how many events have been read; raises Cancelled."""
        self.stage(f"reading feedback, {n:,}", 0.0)

    def note(self, words: str, share: float = 1.0) -> None:
        """Write down where the run is."""
        progress = round(min(self._start + self._share * share, 1.0), 3)
        stage = f"{self._lease.model_type}: {words}"[:100]
        TrainingRun.objects.filter(pk=self.run.pk).update(stage=stage, progress=progress)
        self._say(stage, progress)

    def metrics(self, verdict: Verdict) -> None:
        """Add what the gate measured to the run."""
        self.run.metrics = {**self.run.metrics, self._lease.model_type: {**verdict.metrics, "gate": verdict.words}}
        TrainingRun.objects.filter(pk=self.run.pk).update(metrics=self.run.metrics)
