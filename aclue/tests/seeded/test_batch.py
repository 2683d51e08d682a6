"""What is picked ahead of the asking is what a live answer would be, for everybody, however people are grouped."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from accounts import services as accounts
from accounts.models import User
from recommendations import services
from recommendations.answers import MOST, PICKS_LAST, Asked, answer_block, recommend
from recommendations.models import Interaction, ModelVersion, Pick, VersionStatus
from recommendations.scoring import MAIN
from recommendations.services import picks
from swipes.models import Swipe

pytestmark = pytest.mark.django_db

SEED = 3


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def people(histories):
    """Fifty people of the demo, whatever their history."""
    user_ids = sorted(histories)
    return [user_ids[row] for row in np.random.default_rng(SEED).choice(len(user_ids), 50, replace=False)]


def refresh(people, now):
    """Return how many were picked for anew."""
    return sum(n_picked for _, n_picked in services.refresh_picks(user_ids=people, now=now))


def test_picks_are_what_a_live_answer_of_the_same_moment_would_be(people, served, now):
    refresh(people, now)

    for user_id in people:
        stored, live = (recommend(user_id, Asked(limit=MOST), now, anew=anew) for anew in (False, True))
        assert (stored.strategy, live.strategy) == ("stored", served)
        assert stored.chosen == live.chosen
        assert (stored.model_version, stored.mark) == (live.model_version, live.mark)


def test_an_answer_is_the_same_alone_and_among_others(people, histories, scorer, now):
    together = answer_block([histories[user_id] for user_id in people], Asked(limit=MOST), scorer, now)

    alone = [answer_block([histories[user_id]], Asked(limit=MOST), scorer, now)[0] for user_id in people]

    assert alone == together


def test_a_run_that_was_interrupted_goes_on_where_it_stopped(people, now, monkeypatch):
    monkeypatch.setattr(picks, "BLOCK", 20)
    run = services.refresh_picks(user_ids=people, now=now)
    next(run)
    run.close()

    n_picked = [refresh(people, now) for _ in range(2)]

    assert n_picked == [30, 0]
    assert Pick.objects.count() == 50


def test_picks_are_made_anew_for_those_whose_history_has_changed(people, now):
    refresh(people, now)
    changed = Swipe.objects.filter(user_id__in=people).order_by("-updated_at").first()
    changed.delete()

    assert refresh(people, now) == 1


def test_picks_are_made_anew_before_they_lapse(people, now):
    refresh(people, now)

    n_picked = [refresh(people, now + PICKS_LAST * share) for share in (0.4, 0.9)]

    assert n_picked == [0, 50]


def test_picks_lapse_after_a_day(people, served, now):
    refresh(people, now)

    strategies = [
        recommend(people[0], Asked(), now + later).strategy for later in (PICKS_LAST, PICKS_LAST + timedelta(seconds=1))
    ]

    assert strategies == ["stored", served]


def test_nothing_picked_is_left_of_a_person_who_was_erased(people, now):
    refresh(people, now)
    erased = User.objects.get(pk=people[0])

    accounts.close_account(user=erased, now=now)
    refresh(people, now)

    assert Pick.objects.count() == 49
    assert not Pick.objects.filter(user_id=people[0]).exists()
    assert not Interaction.objects.exists()


def test_of_all_types_the_one_that_the_gate_found_best_serves(people, now):
    ModelVersion.objects.exclude(status=VersionStatus.ACTIVE).update(status=VersionStatus.ACTIVE)
    best = max(ModelVersion.objects.filter(model_type__in=MAIN), key=lambda version: version.metrics["ndcg@20"])

    answer = recommend(people[0], Asked(), now)

    assert (answer.strategy, answer.model_version) == (best.model_type, best.label())
