"""`train`, `models` and `generate_recommendations` as people type them."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conftest import NOW
from recommendations import leases, services
from recommendations.models import ModelType, ModelVersion, Pick, RunStatus, TrainingLease, TrainingRun, VersionStatus
from recommendations.services import picks
from recommendations.tests.shops import add_people, add_products, add_purchases, request

pytestmark = pytest.mark.django_db


def run(*arguments):
    told = StringIO()
    call_command(*arguments, stdout=told)
    return told.getvalue()


@pytest.fixture
def two_of_ease(train, cups):
    return [train("ease", now=NOW + timedelta(hours=hours)).versions.get() for hours in range(2)]


def test_train_tells_each_stage_with_its_share_and_the_version_that_came_of_it(cups, unverified):
    lines = run("train", "--model", "als", "--param", "factors=8", "--param", "regularization=1").splitlines()

    assert lines[0] == "  0 %  als: reading feedback"
    assert "  0 %  als: reading feedback, 426" in lines  # as many purchases as the shop has
    assert " 40 %  als: fitting" in lines
    assert " 90 %  als: renamed" in lines
    assert lines[-1].startswith("als:1        active   NDCG@20 0.")
    assert ModelVersion.objects.get().parameters["factors"] == 8


def test_train_trains_every_type_unless_one_is_named(cups, unverified):
    told = run("train")

    assert [line.split(":")[0] for line in told.splitlines()[-len(ModelType) :]] == list(ModelType.values)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "als", "--param", "factors=none"), "factors has to be a number, not 'none'"),
        (("--model", "als", "--param", "factors"), "written NAME=VALUE"),
        (("--model", "als", "--param", "depth=3"), "no parameter 'depth'"),
        (("--param", "factors=8"), "Parameters belong to one type"),
        (("--model", "oracle"), "invalid choice: 'oracle'"),
    ],
)
def test_train_refuses_what_it_cannot_do_in_a_sentence(arguments, words):
    with pytest.raises(CommandError, match=words):
        run("train", *arguments)

    assert TrainingRun.objects.count() == 0


def test_train_is_refused_where_models_are_switched_off(settings):
    settings.ENABLE_ML_RECOMMENDATIONS = False

    with pytest.raises(CommandError, match="switched off"):
        run("train")


def test_train_that_was_interrupted_goes_on_when_it_is_started_again(cups, unverified, monkeypatch):
    def interrupt(**_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "train", interrupt)
        with pytest.raises(CommandError, match="The same command goes on"):
            run("train", "--model", "content")
    left = TrainingRun.objects.get()
    told = run("train", "--model", "content")

    left.refresh_from_db()
    assert told.startswith("Going on with the run of ")
    assert (left.status, TrainingRun.objects.count()) == (RunStatus.SUCCEEDED, 1)


def test_train_does_not_go_on_with_a_run_of_other_parameters_unasked(cups, unverified):
    request("als", now=NOW, factors=4)

    with pytest.raises(CommandError, match="has other parameters"):
        run("train", "--model", "als", "--param", "factors=8")

    assert "Going on" in run("train", "--model", "als", "--param", "factors=4")


def test_train_says_that_another_process_is_at_it(cups):
    other = request("ease", now=NOW)
    leases.acquire("ease", run_id=other.pk, now=NOW)
    TrainingLease.objects.update(holder="elsewhere:1:1", until=NOW + timedelta(days=10_000))

    with pytest.raises(CommandError, match="Another process trains this just now"):
        run("train", "--model", "ease")


def test_train_ends_with_the_reason_when_it_fails(cups, unverified, monkeypatch):
    def fail(**_):
        raise RuntimeError("the moon is full")

    monkeypatch.setattr(services.runs, "read_dataset", fail)

    with pytest.raises(CommandError, match=r"^The run failed\. RuntimeError: the moon is full$"):
        run("train", "--model", "ease")


def test_models_lists_every_version_newest_first(two_of_ease):
    lines = run("models", "list").splitlines()

    assert [line.split()[:2] for line in lines] == [["ease:2", "active"], ["ease:1", "retired"]]
    assert lines[0].endswith("40 people, 24 items, 426 events")


def test_models_says_how_to_get_a_first_one(db):
    assert run("models", "list") == "No model has been trained yet: manage.py train\n"


def test_models_shows_all_that_is_known_of_a_version(two_of_ease):
    shown = json.loads(run("models", "show", "ease:1"))

    version = two_of_ease[0]
    assert (shown["version"], shown["status"], shown["folder"]) == ("ease:1", "retired", version.folder)
    assert shown["data"] == {
        "since": "2026-10-12T09:30:00+00:00",
        "until": "2026-11-19T09:30:00+00:00",
        "fingerprint": version.data_fingerprint,
        "people": 40,
        "items": 24,
        "events": 426,
    }


@pytest.mark.parametrize(
    "label", ["ease:9", "ease", "ease:", ":1", "ease:²", "ease:-1", "ease:1.0", "oracle:1", "", f"ease:{'9' * 5000}"]
)
@pytest.mark.parametrize("action", ["show", "activate"])
def test_models_knows_no_version_of_a_wrong_label(two_of_ease, action, label):
    with pytest.raises(CommandError, match="There is no version"):
        run("models", action, label)


def test_models_lets_another_version_serve_and_goes_back(two_of_ease):
    activated = run("models", "activate", "ease:1")
    back = run("models", "rollback", "ease")

    assert (activated, back) == ("ease:1 serves.\n", "ease:2 serves again.\n")
    with pytest.raises(CommandError, match="No other version of this type has served before"):
        run("models", "rollback", "ease")


def test_models_does_not_let_a_damaged_version_serve(two_of_ease):
    ModelVersion.objects.filter(number=1).update(status=VersionStatus.DAMAGED)

    with pytest.raises(CommandError, match="gone or damaged"):
        run("models", "activate", "ease:1")


def test_models_prunes_and_says_what(two_of_ease, model_dir):
    nothing, one = run("models", "prune"), run("models", "prune", "--keep", "0")

    assert (nothing, one) == ("0 pruned.\n", "1 pruned: ease:1\n")
    assert [path.name for path in model_dir.iterdir()] == [two_of_ease[1].folder]
    with pytest.raises(CommandError, match="0 or more"):
        run("models", "prune", "--keep", "-1")


def test_picks_are_made_for_everybody_and_the_second_time_for_nobody(two_of_ease):
    first, second = run("generate_recommendations", "--all"), run("generate_recommendations", "--all")

    assert first == "40 of 40 people, 40 picked anew\nPicked for 40 people; 0 had nothing new.\n"
    assert second == "40 of 40 people, 0 picked anew\nPicked for 0 people; 40 had nothing new.\n"
    assert Pick.objects.count() == 40


def test_picks_are_made_anew_for_who_has_done_something_and_for_all_when_the_model_has_changed(two_of_ease):
    run("generate_recommendations", "--all")
    person, product = _somebody_and_something()
    add_purchases([(person, product, NOW)])
    after_a_purchase = run("generate_recommendations", "--all")
    services.roll_back_model(model_type="ease", now=NOW)
    after_a_change = run("generate_recommendations", "--all")

    assert "Picked for 1 people; 39 had nothing new." in after_a_purchase
    assert "Picked for 40 people" in after_a_change


def test_picks_that_were_interrupted_go_on_after_the_last_whole_block(two_of_ease, monkeypatch):
    monkeypatch.setattr(picks, "BLOCK", 15)
    blocks, answer = [], picks.answer_block

    def interrupt_the_third(*arguments):
        blocks.append(1)
        if len(blocks) == 3:
            raise KeyboardInterrupt
        return answer(*arguments)

    monkeypatch.setattr(picks, "answer_block", interrupt_the_third)
    with pytest.raises(KeyboardInterrupt):
        run("generate_recommendations", "--all")
    kept = Pick.objects.count()
    told = run("generate_recommendations", "--all").splitlines()

    assert kept == 30
    assert told == [
        "15 of 40 people, 0 picked anew",
        "30 of 40 people, 0 picked anew",
        "40 of 40 people, 10 picked anew",
        "Picked for 10 people; 30 had nothing new.",
    ]


def test_picks_are_made_for_one_person_by_address_or_id(two_of_ease):
    person, _ = _somebody_and_something()

    by_address = run("generate_recommendations", "--user", person.email.upper())
    by_id = run("generate_recommendations", "--user", str(person.pk))

    assert "Picked for 1 people" in by_address
    assert "1 had nothing new" in by_id
    assert list(Pick.objects.values_list("user_id", flat=True)) == [person.pk]


@pytest.mark.parametrize("who", ["nobody@example.com", "00000000-0000-4000-8000-000000000000", "", "x" * 300])
def test_picks_for_somebody_unknown_are_refused(two_of_ease, who):
    with pytest.raises(CommandError, match="There is nobody called"):
        run("generate_recommendations", "--user", who)


def test_picks_need_a_model(cups):
    with pytest.raises(CommandError, match="No model serves yet"):
        run("generate_recommendations", "--all")


def _somebody_and_something():
    from accounts.models import User
    from catalogue.models import Product

    return User.objects.get(email="person3@example.com"), Product.objects.order_by("pk").first()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], "Nobody has liked or bought anything"),
        ([0, 27], "too short to hold out its last 28 days: it goes from 2026-10-24 to 2026-11-20."),
    ],
)
def test_a_shop_with_too_short_a_history_is_told_so_when_its_models_are_to_be_judged(db, days, words):
    (ann,), (cup,) = add_people(now=NOW, n=1), add_products(now=NOW, n=1)
    add_purchases([(ann, cup, NOW - timedelta(days=one)) for one in days])

    with pytest.raises(CommandError, match=re.escape(words)):
        run("evaluate", "--live")
