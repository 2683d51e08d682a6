"""What a run does, what it leaves behind, and how another process goes on with it."""

import shutil
from datetime import timedelta

import pytest

from common.models import AuditEntry, OutboxTask, SystemEvent
from conftest import NOW
from recommendations import leases, publishing, services, tasks
from recommendations.leases import LeaseBusy
from recommendations.models import ModelType, ModelVersion, RunStatus, TrainingLease, TrainingRun, VersionStatus
from recommendations.services import runs
from recommendations.tests.shops import request

pytestmark = pytest.mark.django_db


def carry_out(run, heard=None, **others):
    say = (lambda words, share: heard.append((words, share))) if heard is not None else (lambda words, share: None)
    return services.train(run_id=run.pk, clock=lambda: NOW, say=say, **others)


def take_over(model_type, run):
    """Let another process have taken the lease of a type."""
    TrainingLease.objects.filter(model_type=model_type).update(until=None)
    return leases.acquire(model_type, run_id=run.pk, now=NOW)


def test_a_run_of_all_types_ends_with_one_serving_version_of_each(cups, model_dir):
    run = carry_out(request("all", now=NOW))

    assert (run.status, run.error, run.progress, run.started_at, run.finished_at) == ("SUCCEEDED", "", 1, NOW, NOW)
    versions = {version.model_type: version for version in run.versions.all()}
    assert versions.keys() == set(ModelType.values)
    assert {(version.status, version.number) for version in versions.values()} == {(VersionStatus.ACTIVE, 1)}
    assert sorted(path.name for path in model_dir.iterdir()) == sorted(one.folder for one in versions.values())
    assert run.metrics.keys() == versions.keys()
    assert AuditEntry.objects.filter(action="model.activated").count() == len(versions)
    assert {(lease.until, lease.run_id) for lease in TrainingLease.objects.all()} == {(None, None)}


def test_progress_only_grows_from_nothing_to_all_and_names_type_and_stage(cups, unverified):
    heard = []

    run = carry_out(request("all", now=NOW), heard)

    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert (shares[0], run.progress, run.stage) == (0, 1, "")
    assert heard[0] == (f"{ModelType.values[0]}: reading feedback", 0)
    stages = dict.fromkeys(words.partition(": ")[2] for words, _ in heard if words.startswith("als"))
    assert list(stages) == [
        "judging on the last days",
        "fitting",
        "writing",
        "folder made",
        "factors written",
        "gram written",
        "items written",
        "manifest written",
        "manifest signed",
        "fsynced",
        "verified",
        "renamed",
    ]


def test_a_version_knows_its_parameters_its_data_and_its_size(train, cups, model_dir):
    version = train("als", factors=8, half_life_days=30).versions.get()

    assert version.parameters == {
        "factors": 8,
        "half_life_days": 30.0,
        "alpha": 2.0,
        "iterations": 15,
        "regularization": 10.0,
        "repeats": "latest",
        "seed": 1,
        "threads": 1,
    }
    # 40 people and 12 things of their colour each, of which (7 person + 5 thing) mod 9 leaves some out.
    n_events = sum((p + i) % 2 == 0 and (7 * p + 5 * i) % 9 != 0 for p in range(40) for i in range(24))
    assert (version.n_people, version.n_items, version.n_events) == (40, 24, n_events)
    # 1 + (7 person + 11 thing) mod 40 days ago, where person + thing is even: from 1 to 39.
    assert (version.data_since, version.data_until) == (NOW - timedelta(days=39), NOW - timedelta(days=1))
    assert version.size_bytes == sum(path.stat().st_size for path in (model_dir / version.folder).iterdir())
    assert (version.created_at, version.activated_at, version.label()) == (NOW, NOW, "als:1")
    assert version.metrics["ndcg@20"] > version.metrics["ndcg@20_popularity"]


def test_the_same_data_has_the_same_fingerprint_and_other_data_another(train, cups, alice, scarf):
    from recommendations.tests.shops import add_purchases

    first = train("content").versions.get()
    again = train("content").versions.get()
    add_purchases([(alice, scarf, NOW - timedelta(days=1))])
    other = train("content").versions.get()

    assert first.data_fingerprint == again.data_fingerprint != other.data_fingerprint
    assert [one.number for one in (first, again, other)] == [1, 2, 3]


def test_a_run_that_goes_wrong_says_why_and_leaves_what_serves_alone(train, cups, model_dir, monkeypatch):
    good = train("ease").versions.get()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.artefacts, "publish", full)
    run = train("ease")

    assert (run.status, run.error) == (RunStatus.FAILED, "OSError: [Errno 28] No space left on device")
    assert ModelVersion.objects.get(status=VersionStatus.ACTIVE) == good
    assert [path.name for path in model_dir.iterdir()] == [good.folder]
    request("ease", now=NOW)  # nothing stands in the way of another try


def test_what_another_process_cannot_load_is_not_published(cups, model_dir, monkeypatch):
    signed = publishing.artefacts.save

    def spoil(folder, *arguments, **others):
        signed(folder, *arguments, **others)
        with (folder / "golden.json").open("ab") as file:
            file.write(b" ")

    monkeypatch.setattr(publishing.artefacts, "save", spoil)

    run = carry_out(request("content", now=NOW))

    assert run.status == RunStatus.FAILED
    assert run.error.startswith("NotVerified")
    assert "golden.json" in run.error
    assert (ModelVersion.objects.count(), list(model_dir.iterdir())) == (0, [])


def test_a_run_that_has_ended_is_not_begun_again(train, cups):
    run = train("content")

    again = services.train(run_id=run.pk, clock=lambda: NOW + timedelta(hours=1))

    assert (again.status, again.finished_at, ModelVersion.objects.count()) == ("SUCCEEDED", NOW, 1)


def test_a_run_that_ended_while_a_second_process_looked_at_it_stays_ended(train, cups, monkeypatch):
    run = request("content", now=NOW)
    look = TrainingRun.objects.get

    def look_and_be_overtaken(**wanted):
        found = look(**wanted)
        TrainingRun.objects.filter(pk=found.pk).update(status=RunStatus.FAILED)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(TrainingRun.objects, "get", look_and_be_overtaken)
        services.train(run_id=run.pk, clock=lambda: NOW)

    assert (TrainingRun.objects.get().status, ModelVersion.objects.count()) == (RunStatus.FAILED, 0)


def test_a_run_of_all_goes_on_where_a_dead_process_stopped(cups, unverified):
    run = request("all", now=NOW)

    def die_in_the_last(words, share):
        if words == f"{ModelType.values[-1]}: writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.train(run_id=run.pk, clock=lambda: NOW, say=die_in_the_last)
    finished = list(run.versions.values_list("model_type", "pk"))
    heard = []
    run = carry_out(run, heard)

    assert run.status == RunStatus.SUCCEEDED
    assert {words.partition(":")[0] for words, _ in heard} == {ModelType.values[-1]}
    assert sorted(name for name, _ in finished) == sorted(ModelType.values[:-1])
    assert set(finished) < set(run.versions.values_list("model_type", "pk"))
    assert run.versions.count() == len(ModelType)


def test_a_version_serves_from_the_commit_that_puts_it_down(cups, unverified, monkeypatch):
    def die(**_):
        raise KeyboardInterrupt

    run = request("content", now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "activate_model", die)
        with pytest.raises(KeyboardInterrupt):
            carry_out(run)
    left = ModelVersion.objects.count()
    carry_out(run)

    assert left == 0
    assert ModelVersion.objects.get().status == VersionStatus.ACTIVE


def test_folders_that_dead_processes_left_are_gone_when_the_run_ends(cups, unverified, model_dir):
    run = request("content", now=NOW)
    for name in (f".aside-content-{run.pk.hex[:12]}-7", f"content-{run.pk.hex[:12]}-8"):
        (model_dir / name).mkdir(parents=True)
        (model_dir / name / "manifest.json").write_text("half")
    (model_dir / ".aside-content-anothersrun1-1").mkdir()

    run = carry_out(run)

    assert sorted(path.name for path in model_dir.iterdir()) == [
        ".aside-content-anothersrun1-1",
        run.versions.get().folder,
    ]


def test_a_process_that_has_lost_its_lease_publishes_nothing(cups, unverified, model_dir):
    run = request("ease", now=NOW)

    def be_overtaken(words, share):
        if words == "ease: renamed":
            take_over("ease", run)

    services.train(run_id=run.pk, clock=lambda: NOW, say=be_overtaken)

    run.refresh_from_db()
    assert (run.status, ModelVersion.objects.count(), list(model_dir.iterdir())) == (RunStatus.RUNNING, 0, [])
    assert TrainingLease.objects.get().until is not None  # the other's, and still theirs


def test_what_goes_wrong_in_a_process_that_has_lost_its_lease_does_not_end_the_run(cups, monkeypatch):
    run = request("ease", now=NOW)

    def overtaken_and_full(folder):
        take_over("ease", run)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "_verify", overtaken_and_full)

    carry_out(run)

    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.RUNNING, "")


def test_the_message_of_a_run_that_was_taken_over_stays_open_until_that_process_ends_it(cups, unverified, monkeypatch):
    run = services.request_training(model_type="ease", parameters={}, now=NOW)
    message = OutboxTask.objects.get()
    write = publishing.write

    def be_overtaken(*arguments, **others):
        take_over("ease", run)
        return write(*arguments, **others)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "write", be_overtaken)
        tasks.train_model(str(message.pk))
    message.refresh_from_db()
    open_after_the_first = message.done_at is None
    TrainingLease.objects.update(until=None)  # the other process died
    tasks.train_model(str(message.pk))

    message.refresh_from_db()
    run.refresh_from_db()
    assert open_after_the_first
    assert (run.status, message.done_at is not None) == (RunStatus.SUCCEEDED, True)


def test_while_another_process_trains_the_message_waits_and_costs_no_try_however_often_it_comes(cups):
    run = services.request_training(model_type="ease", parameters={}, now=NOW)
    message = OutboxTask.objects.get()
    leases.acquire("ease", run_id=run.pk, now=NOW + timedelta(days=10_000))

    for _ in range(3):  # one sending, delivered three times
        tasks.train_model(str(message.pk))

    message.refresh_from_db()
    assert (message.attempts, message.done_at, message.error) == (0, None, "")
    with pytest.raises(LeaseBusy):
        carry_out(run)


def test_a_shop_beyond_the_reach_of_ease_is_learnt_by_the_others(cups, unverified, monkeypatch):
    monkeypatch.setattr("recommendations.training.MOST_ITEMS", 23)

    run = carry_out(request("all", now=NOW))

    assert run.status == RunStatus.SUCCEEDED
    assert set(run.versions.values_list("model_type", flat=True)) == set(ModelType.values) - {"ease"}


def test_a_run_keeps_its_record_when_its_files_are_gone(train, cups, model_dir):
    run = train("content")
    shutil.rmtree(model_dir)

    assert TrainingRun.objects.get(pk=run.pk).versions.count() == 1
    assert SystemEvent.objects.filter(name="model.damaged").count() == 0
