"""Odd shops and odd histories: a training ends well or is held at the gate, and what it learnt is finite."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection

from catalogue.models import Product, Status
from conftest import NOW
from recommendations import services
from recommendations.ml import artefacts
from recommendations.models import ModelType, ModelVersion, RunStatus, VersionStatus
from recommendations.registry import folder_of, signing_key
from recommendations.tests.shops import add_people, add_products, add_purchases
from swipes.models import BehaviourEvent, Direction, SessionType, Swipe, SwipeSession

pytestmark = pytest.mark.django_db


def swipe_all(people, products, direction_of):
    for person in people:
        session = SwipeSession.objects.create(user=person, session_type=SessionType.DISCOVERY, created_at=NOW)
        Swipe.objects.bulk_create(
            Swipe(
                user=person,
                session=session,
                product=product,
                direction=direction_of(person, product),
                created_at=NOW - timedelta(days=2),
                updated_at=NOW - timedelta(days=1 + place),
            )
            for place, product in enumerate(products)
        )


def one_swipe_each(alice):
    products = add_products(now=NOW, n=6)
    for person, product in zip([alice, *add_people(now=NOW, n=30)], itertools.cycle(products)):
        swipe_all([person], [product], lambda *_: Direction.RIGHT)


def everybody_likes_everything(alice):
    swipe_all([alice, *add_people(now=NOW, n=25)], add_products(now=NOW, n=6), lambda *_: Direction.UP)


def nobody_likes_anything(alice):
    swipe_all([alice, *add_people(now=NOW, n=25)], add_products(now=NOW, n=6), lambda *_: Direction.LEFT)


def everybody_skips(alice):
    swipe_all([alice, *add_people(now=NOW, n=25)], add_products(now=NOW, n=6), lambda *_: Direction.DOWN)


def everybody_says_never_again(alice):
    swipe_all([alice, *add_people(now=NOW, n=25)], add_products(now=NOW, n=6), lambda *_: Direction.LEFT)
    Swipe.objects.update(never_again=True)


def one_product(alice):
    swipe_all([alice, *add_people(now=NOW, n=25)], add_products(now=NOW, n=1), lambda *_: Direction.RIGHT)


def no_products(alice):
    pass


def nobody_has_done_anything(alice):
    add_products(now=NOW, n=6)


def products_that_nobody_has_touched(alice):
    products = add_products(now=NOW, n=200)
    swipe_all([alice, *add_people(now=NOW, n=25)], products[:3], lambda *_: Direction.RIGHT)


def some_products_were_deleted(alice):
    products = add_products(now=NOW, n=12)
    swipe_all([alice, *add_people(now=NOW, n=25)], products, lambda *_: Direction.RIGHT)
    Product.objects.filter(pk__in=[one.pk for one in products[::2]]).update(status=Status.DELETED)


def every_product_was_deleted(alice):
    some_products_were_deleted(alice)
    Product.objects.update(status=Status.DELETED)


def one_person_bought_the_same_five_thousand_times(alice):
    products = add_products(now=NOW, n=6)
    add_purchases([(alice, products[0], NOW - timedelta(minutes=number)) for number in range(1, 5001)])
    add_purchases([(one, products[1], NOW - timedelta(days=1)) for one in add_people(now=NOW, n=25)])


def all_at_one_moment(alice):
    people, products = [alice, *add_people(now=NOW, n=25)], add_products(now=NOW, n=6)
    add_purchases([(one, product, NOW - timedelta(days=1)) for one in people for product in products])


def at_the_ends_of_time(alice):
    people, products = [alice, *add_people(now=NOW, n=25)], add_products(now=NOW, n=6)
    for at in (datetime(1, 1, 1, tzinfo=UTC), NOW - timedelta(days=1), datetime(9999, 12, 31, tzinfo=UTC)):
        add_purchases([(one, product, at) for one in people for product in products])


def prices_and_popularity_beyond_measure(alice):
    everybody_likes_everything(alice)
    Product.objects.update(price=Decimal("99999999.99"))
    first, second, third, *_ = Product.objects.order_by("pk")
    Product.objects.filter(pk=first.pk).update(price=0, popularity=float("inf"))
    Product.objects.filter(pk=second.pk).update(popularity=1e300)
    if connection.vendor == "postgresql":  # SQLite keeps no NaN
        Product.objects.filter(pk=third.pk).update(popularity=float("nan"))


def words_that_say_nothing(alice):
    everybody_likes_everything(alice)
    Product.objects.update(title="the and of", brand="", description="", tags=[])


def words_beyond_measure(alice):
    everybody_likes_everything(alice)
    Product.objects.update(title="🎁" * 300, description="word " * 50_000, tags=["tag " * 50] * 200)


def events_without_a_product(alice):
    everybody_likes_everything(alice)
    BehaviourEvent.objects.create(
        user=alice, event_type="SEARCH", query="NaN", metadata={"weight": 1e300}, occurred_at=NOW, recorded_at=NOW
    )


SHOPS = [
    one_swipe_each,
    everybody_likes_everything,
    nobody_likes_anything,
    everybody_skips,
    everybody_says_never_again,
    one_product,
    no_products,
    nobody_has_done_anything,
    products_that_nobody_has_touched,
    some_products_were_deleted,
    every_product_was_deleted,
    one_person_bought_the_same_five_thousand_times,
    all_at_one_moment,
    at_the_ends_of_time,
    prices_and_popularity_beyond_measure,
    words_that_say_nothing,
    words_beyond_measure,
    events_without_a_product,
]


@pytest.mark.parametrize("make_shop", SHOPS)
def test_an_odd_shop_is_learnt_with_finite_numbers_and_then_recommends(make_shop, train, alice, api):
    make_shop(alice)

    run = train("all")

    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    assert {version.status for version in run.versions.all()} <= {VersionStatus.ACTIVE, VersionStatus.READY}
    assert run.versions.count() == len(ModelType)
    for version in run.versions.all():
        model, items, _ = artefacts.load(folder_of(version), signing_key())
        arrays = [array for array in model.state().values() if array.dtype.kind == "f"]
        assert all(np.isfinite(array).all() for array in arrays)
        assert len(items) == model.n_items == version.n_items
    answer = api(alice).get("/api/v1/recommendations", {"limit": 50, "diversity": 0.5})
    assert answer.status_code == 200
    assert all(np.isfinite(one["score"]) for one in answer.json()["recommendations"])


def test_a_version_that_learnt_from_an_odd_shop_serves_the_shop_that_came_after(train, alice, api):
    train("all")
    products = add_products(now=NOW, n=6)
    add_purchases([(alice, products[0], NOW - timedelta(days=1))])

    answer = api(alice).get("/api/v1/recommendations").json()

    assert len(answer["recommendations"]) == 6
    assert ModelVersion.objects.filter(status=VersionStatus.ACTIVE).count() == len(ModelType)


@pytest.mark.parametrize(
    ("make_shop", "n_picked"), [(products_that_nobody_has_touched, 1), (nobody_likes_anything, 0), (no_products, 0)]
)
def test_who_has_nothing_left_to_be_picked_is_passed_by_in_a_batch(make_shop, n_picked, train, alice):
    make_shop(alice)
    train("all")

    found = list(services.refresh_picks(user_ids=[alice.pk], now=NOW))

    assert found == [(1, n_picked)]
