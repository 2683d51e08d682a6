"""How well liked a product is, counted from what people do; every number here is worked by hand."""

from datetime import timedelta

import pytest

from catalogue.models import Product
from conftest import NOW
from recommendations import tasks
from recommendations.services import refresh_popularity
from swipes import services
from swipes.models import BehaviourEvent, Direction, EventType

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(alice, deck):
    """Record Alice's answer to a card, some days ago."""

    def record(product, direction, days=0):
        services.record_swipes(
            user=alice, answers=[services.Answer(deck.pk, product.pk, direction)], now=NOW - timedelta(days=days)
        )

    return record


@pytest.fixture
def event(alice):
    """Record what Alice did with a product, some days ago."""

    def record(product, kind, days=0):
        at = NOW - timedelta(days=days)
        BehaviourEvent.objects.create(user=alice, product=product, event_type=kind, occurred_at=at, recorded_at=at)

    return record


def popularity_of(product):
    refresh_popularity(now=NOW)
    return Product.objects.get(pk=product.pk).popularity


@pytest.mark.parametrize(
    ("direction", "score"), [(Direction.RIGHT, 1), (Direction.UP, 2), (Direction.DOWN, 0), (Direction.LEFT, 0)]
)
def test_an_answer_of_today_counts_in_full_and_no_product_falls_below_nothing(answer, scarf, direction, score):
    answer(scarf, direction)

    assert popularity_of(scarf) == score


@pytest.mark.parametrize(("days", "score"), [(0, 2), (30, 1), (60, 0.5), (121, 0)])
def test_an_answer_counts_half_as_much_every_thirty_days_and_nothing_after_120(answer, scarf, mug, days, score):
    answer(mug, Direction.UP)
    answer(scarf, Direction.UP, days)

    assert popularity_of(scarf) == score


@pytest.mark.parametrize(
    ("kind", "score"),
    [
        (EventType.PURCHASE, 3),
        (EventType.ADD_TO_CART, 1),
        (EventType.WISHLIST, 1),
        (EventType.CLICK, 0.2),
        (EventType.VIEW, 0),
        (EventType.SHARE, 0),
    ],
)
def test_what_people_do_counts_by_its_kind(event, scarf, kind, score):
    event(scarf, kind)

    assert popularity_of(scarf) == score


def test_a_shop_whose_history_ended_long_ago_has_its_popular_products_too(answer, scarf):
    answer(scarf, Direction.UP, days=400)

    assert popularity_of(scarf) == 2


def test_answers_and_events_add_up(answer, event, scarf):
    answer(scarf, Direction.UP)
    event(scarf, EventType.PURCHASE, days=30)
    event(scarf, EventType.CLICK)

    popularity = popularity_of(scarf)

    assert popularity == 3.7  # 2 + 3 / 2 + 0.2


def test_counting_again_changes_nothing(answer, scarf, mug):
    answer(scarf, Direction.UP)

    n_changed = [refresh_popularity(now=NOW) for _ in range(2)]

    assert n_changed == [1, 0]


def test_the_task_counts(answer, scarf, monkeypatch):
    answer(scarf, Direction.UP)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

    tasks.refresh_popularity()

    assert Product.objects.get(pk=scarf.pk).popularity == 2
