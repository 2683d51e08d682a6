"""A swipe is in the next answer, always, and it moves the list: measured on 20 people of the demo, over HTTP."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from accounts.models import User
from catalogue.models import Product
from recommendations.taste import SPOKEN
from swipes import services
from swipes.models import Direction, SessionType, Swipe

pytestmark = pytest.mark.django_db

N_PEOPLE = 20
LENGTH = 100
ABSENT = LENGTH + 1
# A move by a fifth of the list is one that people see.
PLACES = LENGTH / 5
SWIPED = 3
FEWEST_IN_CATEGORY = 8
SEED = 7


@pytest.fixture
def drawn_people(histories):
    """Twenty people of the demo with their history as it was drawn."""
    people = [user_id for user_id, events in histories.items() if 20 <= len(events) <= 80]
    chosen = np.random.default_rng(SEED).choice(len(people), N_PEOPLE, replace=False)
    return [User.objects.get(pk=people[row]) for row in sorted(chosen)]


@pytest.fixture
def new_people(histories):
    """Return a maker of twenty new people who have just given the answers that so many events of the demo's are."""

    def make(length):
        answered = {
            user_id: list({event.product_id: event for event in events if event.kind in SPOKEN}.values())
            for user_id, events in histories.items()
        }
        longest_first = sorted(answered.items(), key=lambda item: -len(item[1]))
        return [new_person(number, events, length) for number, (_, events) in enumerate(longest_first[:N_PEOPLE])]

    return make


def new_person(number, events, length):
    """Return a person who swiped what is in these events, again and again until it is `length` swipes."""
    directions = {"LOVED": Direction.UP, "LIKED": Direction.RIGHT, "DISLIKED": Direction.LEFT}
    now = datetime.now(UTC)
    person = User.objects.create(email=f"new{number}@example.com", created_at=now, updated_at=now)
    session = services.start_session(user=person, session_type=SessionType.DISCOVERY, now=now)
    Swipe.objects.bulk_create(
        Swipe(
            user=person,
            session=session,
            product_id=event.product_id,
            direction=directions.get(event.kind, Direction.DOWN),
            created_at=(at := now - timedelta(minutes=5, seconds=position)),
            updated_at=at,
        )
        for position, event in enumerate(events[:length])
    )
    return person


@pytest.fixture
def measure(api, served):
    """Return a function that has each person swipe in a category and returns how the rest of it moved."""
    categories = {}
    for product_id, category_id in Product.objects.active().in_stock().values_list("pk", "category_id"):
        categories.setdefault(category_id, set()).add(str(product_id))

    def moves(people, direction, choose):
        return np.array([move(api(person), person, direction, choose) for person in people])

    def move(client, person, direction, choose):
        known = {str(key) for key in Swipe.objects.by(person).values_list("product_id", flat=True)}
        before = ranks_for(client, served)
        open_ = [category - known for category in categories.values() if len(category - known) >= FEWEST_IN_CATEGORY]
        category = choose(open_, key=lambda products: (mean_rank(before, products), min(products)))
        swiped = sorted(category, key=lambda product: (before.get(product, ABSENT), product))[:SWIPED]
        session = services.start_session(user=person, session_type=SessionType.DISCOVERY, now=datetime.now(UTC))
        for product in swiped:
            answer = {"session_id": session.pk, "product_id": product, "direction": direction}
            assert client.post("/api/v1/swipes/interactions", answer).status_code == 201
        rest = category - set(swiped)
        return mean_rank(ranks_for(client, served), rest) - mean_rank(before, rest)

    return moves


def ranks_for(client, served):
    answer = client.get("/api/v1/recommendations", {"limit": LENGTH, "explain": "false"}).json()
    assert answer["strategy"] in {served, "popular"}
    return {one["product"]["id"]: one["rank"] for one in answer["recommendations"]}


def mean_rank(ranks, products):
    return float(np.mean([ranks.get(product, ABSENT) for product in products]))


def see_all_worsen(moves):
    assert moves.mean() >= PLACES
    assert (moves > 0).sum() >= 18


def see_all_improve(moves):
    see_all_worsen(-moves)


def test_three_left_swipes_send_the_category_that_stands_best_down_the_list(drawn_people, measure):
    see_all_worsen(measure(drawn_people, "left", min))


def test_three_right_swipes_bring_the_category_that_stands_worst_up_the_list(drawn_people, measure):
    see_all_improve(measure(drawn_people, "right", max))


@pytest.mark.parametrize("length", [3, 150])
def test_a_dislike_moves_the_list_whether_one_has_swiped_little_or_much(new_people, measure, length):
    see_all_worsen(measure(new_people(length), "left", min))


@pytest.mark.parametrize("length", [3, 150])
def test_a_like_moves_the_list_whether_one_has_swiped_little_or_much(new_people, measure, length):
    see_all_improve(measure(new_people(length), "right", max))
