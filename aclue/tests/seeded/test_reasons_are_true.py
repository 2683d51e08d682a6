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


def test_a_reason_in_a_list_names_what_the_person_did_and_it_raised_the_score(people, lists, scorer, now):
    n_named = 0
    for events, chosen in zip(people, lists, strict=True):
        kept = list(counted(events))
        done = {(SAID[event.kind], event.product_id) for event in kept if event.kind in SAID}
        raw = scorer.main.model.score(scorer.history(scorer.main, [kept], now))[0]
        for one in chosen:
            if one.reason in {TASTE, POPULAR} or OF_A_CATEGORY.fullmatch(one.reason):
                continue
            found = NAMED.fullmatch(one.reason)
            assert found, one.reason
            n_named += 1
            word, title = found.groups()
            named = [other for said, other in done if said == word and titled(scorer, other) == title]
            item = scorer.main.items.rows([str(one.product_id)])[0]
            shares = [
                raw[item] - scorer.main.model.score(scorer.history(scorer.main, [without(kept, other)], now))[0, item]
                for other in named
            ]
            assert shares, one.reason
            assert max(shares) > 0

    assert n_named > 0.8 * N_PEOPLE * N_ITEMS


def titled(scorer, product_id):
    return scorer.shop.titles[scorer.shop.row(product_id)]
