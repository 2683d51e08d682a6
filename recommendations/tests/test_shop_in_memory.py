"""A process keeps the shop in memory and is never more than a second behind it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalogue import services as catalogue
from catalogue.models import Product, Status
from conftest import NOW
from recommendations import popularity, shop
from recommendations.services import refresh_popularity
from recommendations.shop import Wishes
from swipes import services
from swipes.models import Direction

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def clock(monkeypatch):
    """The process's own clock, a second's patience, and a way to let time pass."""
    now = [1000.0]
    monkeypatch.setattr(shop, "LOOK_SECONDS", 1.0)
    monkeypatch.setattr(shop, "POPULARITY_SECONDS", 60.0)
    monkeypatch.setattr(shop.time, "monotonic", lambda: now[0])
    shop.forget()

    def wait(seconds):
        now[0] += seconds

    return wait


def on_show(**wishes):
    stall = shop.shop()
    return {stall.titles[row] for row in stall.suits(Wishes(**wishes)).nonzero()[0]}


CHANGES = {
    "a new product": lambda scarf, mug, make: make("Lamp", now=LATER),
    "a hidden one": lambda scarf, mug, make: catalogue.set_status(
        products=[scarf.pk], status=Status.HIDDEN, now=LATER, actor_id=None
    ),
    "a sold-out one": lambda scarf, mug, make: catalogue.update_product(
        product=scarf, values={"stock": 0}, now=LATER, actor_id=None
    ),
    "a renamed one": lambda scarf, mug, make: catalogue.update_product(
        product=scarf, values={"title": "Wool scarf"}, now=LATER, actor_id=None
    ),
    "an import": lambda scarf, mug, make: catalogue.upsert_products(
        rows=[
            {"external_reference": "R1", "title": "Fork", "price": Decimal(5), "category": scarf.category, "stock": 1}
        ],
        now=LATER,
        actor_id=None,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen_within_a_second_and_not_asked_for_before(
    clock, scarf, mug, make_product, django_assert_num_queries, name
):
    before = on_show()
    CHANGES[name](scarf, mug, make_product)

    with django_assert_num_queries(0):
        in_between = on_show()
    clock(1.0)
    with django_assert_num_queries(1):
        after = on_show()

    expected = set(Product.objects.active().in_stock().values_list("title", flat=True))
    assert before == in_between == {"Silk scarf", "Speckled mug"}
    assert after == expected != before


def test_a_new_price_and_shelf_are_seen_within_a_second(clock, scarf, mug, make_category):
    assert on_show(price_max=15) == {"Speckled mug"}
    garden = make_category("Garden")
    catalogue.update_product(product=scarf, values={"price": Decimal(5), "category": garden}, now=LATER, actor_id=None)

    clock(1.0)

    assert on_show(price_max=15) == {"Speckled mug", "Silk scarf"}
    assert on_show(category="garden") == {"Silk scarf"}


def test_a_change_that_was_stamped_long_before_it_was_committed_is_seen(clock, scarf, mug):
    catalogue.update_product(product=mug, values={"stock": 4}, now=LATER, actor_id=None)
    on_show()
    stamped = LATER - timedelta(seconds=50)
    catalogue.update_product(product=scarf, values={"stock": 0}, now=stamped, actor_id=None)

    clock(1.0)

    assert on_show() == {"Speckled mug"}


def test_a_products_row_stays_its_own_for_as_long_as_the_process_lives(clock, scarf, mug, make_product):
    rows = {gift.pk: shop.shop().row(gift.pk) for gift in (scarf, mug)}
    make_product("Lamp", now=LATER)
    catalogue.set_status(products=[scarf.pk], status=Status.DELETED, now=LATER, actor_id=None)
    clock(1.0)

    stall = shop.shop()

    assert {key: stall.row(key) for key in rows} == rows
    assert len(stall) == 3


def test_how_well_liked_products_are_is_looked_up_each_minute(clock, scarf, mug):
    def order():
        stall = shop.shop()
        return [stall.titles[row] for row in (-stall.popularity).argsort(kind="stable") if stall.popularity[row] > 0]

    before = order()
    catalogue.set_popularity(popularity={scarf.pk: 1.0, mug.pk: 2.0})
    clock(59.0)
    in_between = order()
    clock(1.0)

    assert (before, in_between, order()) == ([], [], ["Speckled mug", "Silk scarf"])


def test_what_is_popular_falls_back_to_the_order_of_the_ids_where_nobody_has_liked_anything(api, alice, make_product):
    made = [make_product(f"Gift {number}") for number in range(5)]

    listed = api(alice).get("/api/v1/recommendations").json()["recommendations"]

    assert [one["product"]["id"] for one in listed] == sorted(str(product.pk) for product in made)


def test_what_everybody_did_long_ago_is_popular_still(alice, deck, scarf, mug):
    services.record_swipes(
        user=alice,
        answers=[services.Answer(deck.pk, mug.pk, Direction.UP)],
        now=NOW - timedelta(days=700),
    )

    refresh_popularity(now=NOW)

    assert Product.objects.get(pk=mug.pk).popularity == 2
    assert popularity.newest_feedback() == NOW - timedelta(days=700)
