"""Asking for a training, and taking it back."""

import uuid

import pytest

from common.errors import Invalid
from common.models import AuditEntry, OutboxTask
from common.tests.parallel import in_parallel
from conftest import NOW
from recommendations import leases, services, tasks
from recommendations.models import ModelVersion, RunStatus, TrainingLease, TrainingRun
from recommendations.services.runs import AlreadyTraining, NothingToCancel, TrainingDisabled
from recommendations.tests.shops import request

pytestmark = pytest.mark.django_db


def test_a_request_is_put_down_with_its_message_and_its_audit_entry(admin):
    run = services.request_training(model_type="als", parameters={"factors": 8}, now=NOW, actor_id=admin.pk)

    assert (run.status, run.parameters, run.requested_by) == (RunStatus.QUEUED, {"factors": 8}, admin.pk)
    sent = OutboxTask.objects.get(task="recommendations.train_model")
    assert sent.arguments == {"run_id": str(run.pk)}
    noted = AuditEntry.objects.get(action="model.training_requested")
    assert (noted.actor_id, noted.target, noted.at) == (admin.pk, f"run {run.pk}", NOW)


@pytest.mark.parametrize(
    ("model_type", "parameters", "words"),
    [
        ("oracle", {}, "no model 'oracle'"),
        ("", {}, "no model ''"),
        ("als", {"depth": 3}, "no parameter 'depth'"),
        ("als", {"factors": 0}, "factors has to be between 1 and 1024"),
        ("als", {"factors": 1.5}, "factors has to be a whole number"),
        ("als", {"factors": True}, "factors has to be a number"),
        ("als", {"alpha": float("nan")}, "alpha has to be between"),
        ("als", {"alpha": float("inf")}, "alpha has to be between"),
        ("als", {"alpha": 1e300}, "alpha has to be between"),
        ("als", {"repeats": "never"}, "repeats has to be one of"),
        ("ease", {"regularization": "much"}, "regularization has to be a number"),
        ("all", {"factors": 8}, "Parameters belong to one type"),
    ],
)
def test_an_unknown_type_and_a_parameter_that_cannot_be_are_refused_and_leave_nothing(model_type, parameters, words):
    with pytest.raises(Invalid, match=words):
        services.request_training(model_type=model_type, parameters=parameters, now=NOW)

    assert (TrainingRun.objects.count(), OutboxTask.objects.count()) == (0, 0)


def test_a_type_that_waits_already_is_not_asked_for_again_but_another_one_is():
    request("als", now=NOW)

    with pytest.raises(AlreadyTraining):
        services.request_training(model_type="als", parameters={}, now=NOW)
    request("ease", now=NOW)

    assert TrainingRun.objects.open().count() == 2
    assert OutboxTask.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_who_ask_at_once_one_is_told_yes():
    def ask():
        try:
            return services.request_training(model_type="ease", parameters={}, now=NOW)
        except AlreadyTraining:
            return None

    runs = in_parallel(ask, 8)

    assert sum(run is not None for run in runs) == 1
    assert (TrainingRun.objects.count(), OutboxTask.objects.count()) == (1, 1)


def test_where_the_owner_has_switched_models_off_nothing_is_trained(settings):
    settings.ENABLE_ML_RECOMMENDATIONS = False

    with pytest.raises(TrainingDisabled):
        services.request_training(model_type="ease", parameters={}, now=NOW)

    assert TrainingRun.objects.count() == 0


def test_a_waiting_run_that_is_cancelled_never_begins(admin, cups):
    run = services.request_training(model_type="content", parameters={}, now=NOW)

    services.cancel_training(run=run, now=NOW, actor_id=admin.pk)
    tasks.train_model(str(OutboxTask.objects.get(task="recommendations.train_model").pk))

    run.refresh_from_db()
    assert (run.status, run.started_at, run.finished_at) == (RunStatus.CANCELLED, None, NOW)
    assert AuditEntry.objects.get(action="model.training_cancelled").actor_id == admin.pk
    assert (ModelVersion.objects.count(), OutboxTask.objects.open().filter(task__startswith="rec").count()) == (0, 0)


def test_a_run_at_work_stops_at_its_next_report_and_leaves_no_files(cups, model_dir):
    run = request("als", now=NOW)
    heard = []

    def cancel_while_writing(words, share):
        heard.append(words)
        if words == "als: factors written":
            services.cancel_training(run=run, now=NOW)

    run = services.train(run_id=run.pk, clock=lambda: NOW, say=cancel_while_writing)

    assert heard[-1] == "als: factors written"
    assert (run.status, ModelVersion.objects.count(), list(model_dir.iterdir())) == (RunStatus.CANCELLED, 0, [])


def test_a_long_fit_of_the_model_that_is_judged_can_be_cancelled_too(cups, monkeypatch):
    monkeypatch.setattr("recommendations.services.runs.REPORT_SECONDS", 0)
    run = request("als", now=NOW, iterations=500)
    heard = []

    def cancel_while_judging(words, share):
        heard.append(words)
        if heard.count("als: judging on the last days") == 3:
            services.cancel_training(run=run, now=NOW)

    run = services.train(run_id=run.pk, clock=lambda: NOW, say=cancel_while_judging)

    assert (run.status, len(heard)) == (RunStatus.CANCELLED, 5)  # reading twice, judging three times


def test_a_run_that_a_dead_process_left_is_cancelled_at_once_and_the_type_may_be_asked_for_again(model_dir):
    run = request("ease", now=NOW)
    TrainingRun.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING)
    lease = leases.acquire("ease", run_id=run.pk, now=NOW)
    (model_dir / f".aside-ease-{run.pk.hex[:12]}-{lease.fence}").mkdir(parents=True)
    host = TrainingLease.objects.get().holder.partition(":")[0]
    TrainingLease.objects.update(holder=f"{host}:999999999:1")

    services.cancel_training(run=run, now=NOW)

    run.refresh_from_db()
    assert (run.status, list(model_dir.iterdir())) == (RunStatus.CANCELLED, [])
    request("ease", now=NOW)


def test_a_run_at_work_is_not_called_cancelled_before_it_has_stopped():
    run = request("ease", now=NOW)
    TrainingRun.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING)
    leases.acquire("ease", run_id=run.pk, now=NOW)

    services.cancel_training(run=run, now=NOW)

    run.refresh_from_db()
    assert (run.status, run.is_cancel_asked) == (RunStatus.RUNNING, True)


def test_what_has_ended_cannot_be_cancelled():
    run = request("ease", now=NOW)
    services.cancel_training(run=run, now=NOW)

    with pytest.raises(NothingToCancel):
        services.cancel_training(run=run, now=NOW)


def test_a_run_that_is_not_there_cannot_be_carried_out():
    with pytest.raises(TrainingRun.DoesNotExist):
        services.train(run_id=uuid.uuid4(), clock=lambda: NOW)
