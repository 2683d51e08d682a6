"""Nothing there yet: every way to recommendations answers all the same."""

import itertools

import pytest

from conftest import NOW
from recommendations.tests.shops import add_people, add_products, add_purchases, fill_shop

pytestmark = pytest.mark.django_db


def an_empty_shop(train):
    """No product, no history, no model."""


def products_alone(train):
    add_products(now=NOW, n=3)


def a_history_without_a_model(train):
    fill_shop(now=NOW)


def models_of_an_empty_shop(train):
    train("all")


def models_of_an_empty_shop_and_then_products(train):
    train("all")
    add_products(now=NOW, n=3)


def a_person_who_is_new_to_a_learnt_shop(train):
    fill_shop(now=NOW)
    train("all")


def words_alone_are_learnt(train):
    add_products(now=NOW, n=3)
    train("content")


def a_model_of_things_that_have_all_gone(train):
    things = add_products(now=NOW, n=3)
    add_purchases([(one, thing, NOW) for one, thing in itertools.product(add_people(now=NOW, n=3), things)])
    train("all")
    for thing in things:
        thing.delete()


STATES = [
    an_empty_shop,
    products_alone,
    a_history_without_a_model,
    models_of_an_empty_shop,
    models_of_an_empty_shop_and_then_products,
    a_person_who_is_new_to_a_learnt_shop,
    words_alone_are_learnt,
    a_model_of_things_that_have_all_gone,
]


@pytest.mark.parametrize("arrange", STATES)
def test_every_way_to_recommendations_answers(arrange, train, alice, deck, api, scarf):
    scarf.delete()
    arrange(train)
    client, product_id = api(alice), next(iter(_products(api)), None)

    answers = {
        "recommendations": client.get("/api/v1/recommendations"),
        "with every wish": client.get(
            "/api/v1/recommendations",
            {"diversity": 1, "price_min": 1, "price_max": 100, "category": "cups", "occasion": "birthday"},
        ),
        "as products": client.get("/api/v1/products/recommendations"),
        "trending": client.get("/api/v1/products/trending"),
        "deck": client.get(f"/api/v1/swipes/sessions/{deck.pk}/deck"),
        "generated": client.post("/api/v1/recommendations/generate"),
    }
    if product_id:
        answers["similar"] = client.get(f"/api/v1/products/similar/{product_id}")
        recommended = answers["recommendations"].json()["recommendations"][0]
        answers["why"] = client.get(f"/api/v1/recommendations/{recommended['id']}/why")
        answers["swiped"] = client.post(
            "/api/v1/swipes/interactions?recommend=5",
            {"session_id": str(deck.pk), "product_id": product_id, "direction": "right"},
        )

    expected = dict.fromkeys(answers, 200) | {"generated": 201} | ({"swiped": 201} if product_id else {})
    assert {name: answer.status_code for name, answer in answers.items()} == expected


def test_a_shop_with_products_never_answers_with_nothing(alice, deck, api):
    add_products(now=NOW, n=3)

    assert len(api(alice).get("/api/v1/recommendations").json()["recommendations"]) == 3
    assert len(api(alice).get(f"/api/v1/swipes/sessions/{deck.pk}/deck").json()["items"]) == 3


def _products(api):
    return [product["id"] for product in api().get("/api/v1/products").json()["items"]]
