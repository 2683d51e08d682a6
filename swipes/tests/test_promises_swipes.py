"""A double swipe is one, also in parallel, and a replay changes nothing."""

from collections import Counter

import pytest

from catalogue import services as catalogue
from catalogue.models import Product
from common.tests.parallel import in_parallel
from conftest import NOW
from swipes.models import Swipe


@pytest.mark.django_db(transaction=True)
def test_of_twenty_equal_swipes_at_once_one_is_new_and_one_row_remains(api, alice, deck, scarf):
    client = api(alice)
    asked = {"session_id": deck.pk, "product_id": scarf.pk, "direction": "right"}

    statuses = in_parallel(lambda: client.post("/api/v1/swipes/interactions", asked).status_code, 20)

    assert Counter(statuses) == {201: 1, 200: 19}
    assert Swipe.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_arrays_that_name_the_same_cards_in_another_order_do_not_block_each_other(api, alice, deck, make_product):
    client = api(alice)
    cards = [
        {"session_id": deck.pk, "product_id": make_product(f"Gift {n}").pk, "direction": "left"} for n in range(10)
    ]
    orders = iter([cards, cards[::-1]] * 4)

    statuses = in_parallel(lambda: client.post("/api/v1/swipes/interactions", next(orders)).status_code, 8)

    assert Counter(statuses) == {201: 1, 200: 7}
    assert Swipe.objects.count() == 10


@pytest.mark.django_db
def test_a_replay_of_500_swipes_leaves_500_rows(api, alice, deck, accessories):
    catalogue.upsert_products(
        rows=[
            {"external_reference": f"R{n}", "title": f"Gift {n}", "price": n, "category": accessories}
            for n in range(500)
        ],
        now=NOW,
        actor_id=None,
    )
    keys = Product.objects.values_list("pk", flat=True)
    cards = [{"session_id": deck.pk, "product_id": key, "direction": "up"} for key in keys]
    arrays = [cards[start : start + 100] for start in range(0, 500, 100)]

    first = [api(alice).post("/api/v1/swipes/interactions", array) for array in arrays]
    again = [api(alice).post("/api/v1/swipes/interactions", array) for array in arrays]

    assert [answer.status_code for answer in first + again] == [201] * 5 + [200] * 5
    assert [answer.json() for answer in first] != [answer.json() for answer in again]  # updated_at moves on
    assert Swipe.objects.count() == 500
