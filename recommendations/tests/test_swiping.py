"""Answers that come back with fresh recommendations, and decks that learn at first and please soon."""

import pytest

from accounts import services as accounts
from catalogue import services as catalogue
from common.tests.openapi import as_documented
from conftest import NOW
from recommendations.deck import EXPLORED_EVERY
from recommendations.tests.handmade import serve_likes
from swipes import services
from swipes.models import Impression, SessionType, Swipe

pytestmark = pytest.mark.django_db

PATH = "/api/v1/swipes/interactions"


def answer(session, product, direction="right"):
    return {"session_id": session.pk, "product_id": product.pk, "direction": direction}


def titles(body):
    return [one["product"]["title"] for one in body["recommendations"]]


def test_an_answer_brings_fresh_recommendations_that_know_of_it(gifts, learnt, swiping):
    first = as_documented(swiping(gifts["silk"], "up", query="?recommend=20"))
    second = as_documented(swiping(gifts["wool"], "left", query="?recommend=20"))

    assert titles(first)[:2] == ["Wool", "Spade"]
    assert titles(second)[0] == "Spade"
    assert "Wool" in titles(second)[-2:]


def test_the_last_of_several_answers_brings_the_recommendations(api, alice, deck, gifts, learnt):
    given = [answer(deck, gifts["mug"], "left"), answer(deck, gifts["silk"], "up")]

    body = as_documented(api(alice).post(f"{PATH}?recommend=3", given))

    assert ["recommendations" in one for one in body] == [False, True]
    assert titles(body[1]) == ["Wool", "Spade", "Gloves"]


def test_without_being_asked_an_answer_brings_none(gifts, learnt, swiping):
    assert "recommendations" not in as_documented(swiping(gifts["silk"]))


def test_a_changed_mind_counts_at_once(gifts, learnt, swiping):
    swiping(gifts["silk"], "up")

    changed = swiping(gifts["silk"], "left", query="?recommend=20")

    body = as_documented(changed)
    assert changed.status_code == 200
    assert titles(body)[0] != "Wool"
    assert Swipe.objects.count() == 1


def test_a_replayed_answer_shows_what_it_showed_and_writes_nothing(api, alice, deck, gifts, learnt):
    client, given = api(alice), answer(deck, gifts["silk"])

    first, again = (client.post(f"{PATH}?recommend=5", given, headers={"Idempotency-Key": "one"}) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (Swipe.objects.count(), Impression.objects.count()) == (1, 1)


@pytest.mark.parametrize("recommend", ["0", "101", "many"])
def test_a_wrong_number_of_recommendations_is_refused_before_anything_is_recorded(gifts, swiping, recommend):
    refusal = swiping(gifts["silk"], query=f"?recommend={recommend}")

    assert refusal.status_code == 422
    assert refusal.json()["errors"][0]["loc"] == ["query", "recommend"]
    assert not Swipe.objects.exists()


@pytest.fixture
def shelves(make_category, make_product):
    """Forty gifts on four shelves, those of the first shelf the best liked."""
    made = [
        [make_product(f"{name} {number}", category=category) for number in range(10)]
        for name in ("Books", "Lamps", "Games", "Plants")
        for category in [make_category(name)]
    ]
    catalogue.set_popularity(
        popularity={
            product.pk: 100.0 - 10 * shelf - place
            for shelf, row in enumerate(made)
            for place, product in enumerate(row)
        }
    )
    return made


@pytest.fixture
def bookish(shelves):
    """A model by which whoever likes one book likes the others."""
    books = shelves[0]
    effects = {(one, other): 1.0 for one in books for other in books if one is not other}
    return serve_likes(effects, [product for row in shelves for product in row], now=NOW)


def deal(client, session, limit=10):
    return [
        card["title"] for card in client.get(f"/api/v1/swipes/sessions/{session.pk}/deck?limit={limit}").json()["items"]
    ]


def test_a_first_deck_is_what_is_popular(api, alice, deck, shelves, bookish):
    assert deal(api(alice), deck, 3) == ["Books 0", "Books 1", "Books 2"]
    assert Impression.objects.get().policy == "popular:plain"


def test_after_some_answers_the_deck_pleases_and_every_fifth_card_explores(api, alice, deck, shelves, bookish):
    client = api(alice)
    for lamp in shelves[1][:3]:
        client.post(PATH, answer(deck, lamp, "left"))
    client.post(PATH, answer(deck, shelves[0][9], "right"))

    cards = deal(client, deck)

    shelf_of = [card.split()[0] for card in cards]
    pleasing = [shelf for place, shelf in enumerate(shelf_of, start=1) if place % EXPLORED_EVERY]
    assert pleasing == ["Books"] * 8
    # Nobody has asked about games or plants yet; games are liked better.
    assert [shelf_of[4], shelf_of[9]] == ["Games", "Plants"]
    assert Impression.objects.get().policy == "deck:ease:1"


def test_no_card_is_dealt_twice_within_a_deck_or_after_its_answer(api, alice, deck, shelves, bookish):
    client, seen = api(alice), []
    for _ in range(8):
        cards = client.get(f"/api/v1/swipes/sessions/{deck.pk}/deck?limit=5").json()["items"]
        seen += [card["id"] for card in cards]
        client.post(PATH, [{"session_id": deck.pk, "product_id": card["id"], "direction": "right"} for card in cards])

    assert len(seen) == len(set(seen)) == 40
    assert deal(client, deck) == []


def test_a_budget_holds_on_every_card_also_the_exploring_ones(api, alice, deck, make_product, shelves, bookish):
    client = api(alice)
    client.post(PATH, answer(deck, shelves[0][0], "right"))
    make_product("Dear book", category=shelves[0][0].category, price=500)
    gift = services.start_session(user=alice, session_type=SessionType.GIFT, budget_max=50, now=NOW)

    cards = client.get(f"/api/v1/swipes/sessions/{gift.pk}/deck?limit=100").json()["items"]

    assert len(cards) == 39
    assert max(card["price"] for card in cards) <= 50


def test_what_was_bought_is_not_dealt(api, alice, deck, scarf, mug):
    client = api(alice)
    client.post("/api/v1/user-behavior/track", {"event_type": "purchase", "product_id": scarf.pk})

    assert deal(client, deck) == ["Speckled mug"]


def test_one_person_s_answers_are_nothing_to_another(api, alice, bob, deck, gifts, learnt, swiping):
    before = titles(api(bob).get("/api/v1/recommendations").json())
    swiping(gifts["silk"], "left")

    assert titles(api(bob).get("/api/v1/recommendations").json()) == before


def test_a_person_who_was_erased_leaves_no_recommendations(api, alice, gifts, learnt, swiping):
    swiping(gifts["silk"], query="?recommend=5")

    accounts.close_account(user=alice, now=NOW)

    assert not Impression.objects.exists()
