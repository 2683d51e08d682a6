"""The reasons given are those that made the score: taken away one by one, on 500 recommendations of the demo."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import kendalltau

from recommendations.answers import Asked, answer_block
from recommendations.reasons import POPULAR, TASTE
from recommendations.taste import SAID, counted
from recommendations.why import MOST_NAMED, why

pytestmark = pytest.mark.django_db

N_PEOPLE, N_ITEMS = 50, 10
SEED = 11
LENGTHS = ((1, 4), (5, 14), (15, 60))
OF_A_CATEGORY = re.compile(r"Because you liked things from .+ lately\.")
NAMED = re.compile(rf"Because you ({'|'.join(sorted(set(SAID.values())))}) (.+)\.")


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def people(histories):
    """Fifty histories of 15 to 60 events."""
    able = [events for events in histories.values() if 15 <= len(events) <= 60]
    return [able[row] for row in np.random.default_rng(SEED).choice(len(able), N_PEOPLE, replace=False)]


@pytest.fixture
def lists(people, scorer, now):
    """The first ten recommendations of each."""
    return [answer.chosen[:N_ITEMS] for answer in answer_block(people, Asked(limit=N_ITEMS), scorer, now)]


def without(events, product_id):
    return [event for event in events if event.product_id != product_id]


@pytest.fixture
def lost(scorer, now):
    """Return what every product's score loses without one product of a history, by that product; no why.py in it."""

    def losses(events):
        full = scorer.score([events], now).values[0]
        others = {event.product_id for event in events}
        return {other: full - scorer.score([without(events, other)], now).values[0] for other in others}

    return losses


def test_without_the_product_named_first_the_score_is_lower_and_the_order_named_is_that_of_the_losses(
    people, lists, lost, scorer, now
):
    falls, agreements = [], []
    for events, chosen in zip(people, lists, strict=True):
        losses = lost(events)
        for one in chosen:
            row = scorer.shop.row(one.product_id)
            named = why(one.product_id, events, scorer, now).because
            falls.append(bool(named) and losses[named[0].product_id][row] > 0)
            if len(named) > 1:
                order = [-place for place in range(len(named))]
                agreements.append(kendalltau(order, [losses[other.product_id][row] for other in named]).statistic)

    assert len(falls) == N_PEOPLE * N_ITEMS
    assert np.mean(falls) >= 0.99
    assert len(agreements) > 400
    assert min(agreements) >= 0.7


def test_no_product_that_matters_more_is_left_unnamed(people, lists, lost, scorer, now):
    for events, chosen in zip(people[:10], lists, strict=False):
        losses, done = lost(events), {event.product_id for event in counted(events) if event.kind in SAID}
        for one in chosen:
            row = scorer.shop.row(one.product_id)
            others = done - {one.product_id}
            expected = sorted((max(float(losses[other][row]), 0.0) for other in others), reverse=True)[:MOST_NAMED]

            named = [other.weight for other in why(one.product_id, events, scorer, now).because]

            # What is next to nothing may be named or not.
            named += [0.0] * (len(expected) - len(named))
            assert named == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("length", LENGTHS, ids="{0[0]} to {0[1]}".format)
def test_a_reason_in_a_list_names_what_the_person_did_and_the_score_is_lower_without_it(
    histories, lost, scorer, now, length
):
    people = some_of(histories, *length)
    n_named = n_first = 0
    for events, answer in zip(people, answer_block(people, Asked(limit=N_ITEMS), scorer, now), strict=True):
        done = {(SAID[event.kind], event.product_id) for event in counted(events) if event.kind in SAID}
        losses = lost(events)
        for one in answer.chosen[:N_ITEMS]:
            if one.reason in {TASTE, POPULAR} or OF_A_CATEGORY.fullmatch(one.reason):
                continue
            found = NAMED.fullmatch(one.reason)
            assert found, one.reason
            n_named += 1
            word, title = found.groups()
            row = scorer.shop.row(one.product_id)
            named = [losses[other][row] for said, other in done if said == word and titled(scorer, other) == title]
            assert named, one.reason
            assert max(named) > 0
            told = why(one.product_id, events, scorer, now)
            assert title not in {other.title for other in told.against} - {other.title for other in told.because}
            n_first += told.because[0].title == title

    assert n_named > 0.8 * N_PEOPLE * N_ITEMS
    # Twelve products of a history are tried for a list, all of them for `why`.
    assert n_first >= 0.9 * n_named


@pytest.mark.parametrize("length", LENGTHS[:2], ids="{0[0]} to {0[1]}".format)
def test_whatever_why_names_first_the_score_is_lower_without(histories, lost, scorer, now, length):
    people = some_of(histories, *length)
    n_named = 0
    for events, answer in zip(people, answer_block(people, Asked(limit=N_ITEMS), scorer, now), strict=True):
        losses = lost(events)
        for one in answer.chosen[:N_ITEMS]:
            if because := why(one.product_id, events, scorer, now).because:
                n_named += 1
                assert losses[because[0].product_id][scorer.shop.row(one.product_id)] > 0

    # To a few who have done little something is recommended that everybody likes now, and nothing of theirs is why.
    assert n_named > 0.85 * N_PEOPLE * N_ITEMS


def some_of(histories, least, most):
    """Return fifty histories of so many events, the newest ones of longer histories where there are too few."""
    able = [events for events in histories.values() if least <= len(events)]
    newest_first = [sorted(events, key=lambda event: event.occurred_at, reverse=True) for events in able[:N_PEOPLE]]
    return [events[:most] for events in newest_first]


def titled(scorer, product_id):
    return scorer.shop.titles[scorer.shop.row(product_id)]
