"""Nothing that is worse than what was there serves unless a person says so."""

from datetime import timedelta

import pytest

from common.models import SystemEvent
from conftest import NOW
from recommendations.models import ModelVersion, RunStatus, VersionStatus
from recommendations.tests.shops import add_people, add_products, add_purchases

pytestmark = pytest.mark.django_db

# So stiff that every score comes out as good as nothing.
USELESS = {"factors": 1, "regularization": 1e6, "alpha": 1e-3, "iterations": 1}


@pytest.fixture
def fashion(db):
    """A shop where, of 30 people, everybody buys a thing of their own and then what is popular, the last product."""
    things = add_products(now=NOW, n=60)
    add_purchases(
        [
            (person, thing, NOW - timedelta(days=days))
            for number, person in enumerate(add_people(now=NOW, n=30))
            for thing, days in (
                (things[number], 39),
                (things[59 - number % 2], 20),
                (things[58 + number % 2], 1),
            )
        ]
    )


def test_a_model_that_is_worse_than_popularity_waits_for_a_person(train, fashion):
    run = train("als", **USELESS)

    version = run.versions.get()
    assert (run.status, version.status) == (RunStatus.SUCCEEDED, VersionStatus.READY)
    assert version.activated_at is None
    assert version.metrics["ndcg@20"] < version.metrics["ndcg@20_popularity"]
    assert "is below popularity's" in version.gate
    event = SystemEvent.objects.get(name="model.held_at_the_gate")
    assert event.message.startswith("als:1 waits for a person: NDCG@20")


def test_a_held_model_leaves_the_one_that_serves_in_its_place(train, cups):
    good = train("als", factors=8, regularization=1.0).versions.get()

    held = train("als", **USELESS).versions.get()

    good.refresh_from_db()
    assert (good.status, held.status) == (VersionStatus.ACTIVE, VersionStatus.READY)


@pytest.mark.parametrize(
    ("former", "status", "words"),
    [
        (1.04, VersionStatus.ACTIVE, "against popularity's"),  # 4 % above: 1 / 1.04 = 0.962, within 5 %
        (1.06, VersionStatus.READY, "is over 5 % below the last good"),  # 1 / 1.06 = 0.943
    ],
)
def test_a_model_may_lose_five_per_cent_against_the_last_good_one_and_no_more(train, cups, former, status, words):
    good = train("ease").versions.get()
    reached = good.metrics["ndcg@20"]
    ModelVersion.objects.update(metrics={"ndcg@20": reached * former})

    version = train("ease").versions.get()

    assert version.metrics["ndcg@20"] == reached > 0
    assert (version.status, words in version.gate) == (status, True)


def test_too_few_people_to_judge_by_hold_no_model_back(train, db):
    things = add_products(now=NOW, n=4)
    people = add_people(now=NOW, n=19)
    add_purchases(
        [
            (one, thing, NOW - timedelta(days=days))
            for one in people
            for thing, days in zip(things, (9, 8, 7, 1), strict=True)
        ]
    )

    version = train("als", **USELESS).versions.get()

    assert (version.status, version.gate) == (VersionStatus.ACTIVE, "Only 19 people to judge by.")
    assert version.metrics == {"gate_people": 19}
    assert "als:1 serves without" in SystemEvent.objects.get(name="model.not_judged").message


def test_words_need_no_judge(train, cups):
    version = train("content").versions.get()

    assert (version.status, version.metrics) == (VersionStatus.ACTIVE, {})


def test_what_was_measured_is_told_with_the_run(train, cups):
    run = train("ease")

    told = run.metrics["ease"]
    version = run.versions.get()
    assert told == {**version.metrics, "gate": version.gate}
    # All 40 people have bought something within the last quarter of 38 days and before it.
    assert told["gate_people"] == 40
