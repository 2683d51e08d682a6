"""Swiping over HTTP, row by row of the contract."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from catalogue import services as catalogue
from common.tests.openapi import as_documented, refused
from conftest import NOW
from swipes import services
from swipes.models import BehaviourEvent, Direction, EventType, Impression, SessionType, Swipe, SwipeSession

pytestmark = pytest.mark.django_db

SESSION = {
    "id",
    "session_type",
    "recipient_id",
    "occasion",
    "category",
    "budget_min",
    "budget_max",
    "swipes",
    "likes",
    "created_at",
}


@pytest.fixture(params=["", "/"], ids=["plain", "slash"])
def slash(request):
    return request.param


def swipe(session, product, direction="right", **more):
    return {"session_id": session.pk, "product_id": product.pk, "direction": direction, **more}


def test_a_person_begins_a_session_with_wishes(api, alice, accessories, slash):
    asked = {
        "session_type": "gift",
        "occasion": "birthday",
        "category": "accessories",
        "budget_min": 10,
        "budget_max": 49.99,
    }

    answer = api(alice).post(f"/api/v1/swipes/sessions{slash}", asked)

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (201, SESSION)
    assert body == asked | {
        "id": body["id"],
        "recipient_id": None,
        "swipes": 0,
        "likes": 0,
        "created_at": body["created_at"],
    }
    assert SwipeSession.objects.get().user == alice


@pytest.mark.parametrize("kind", ["onboarding", "discovery"])
def test_a_session_needs_no_wishes(api, alice, kind):
    answer = api(alice).post("/api/v1/swipes/sessions", {"session_type": kind})

    body = as_documented(answer)
    assert (body["session_type"], body["occasion"], body["category"], body["budget_max"]) == (kind, None, None, None)


@pytest.mark.parametrize(
    ("asked", "loc"),
    [
        ({}, "session_type"),
        ({"session_type": "idle"}, "session_type"),
        ({"session_type": "gift", "occasion": "tuesday"}, "occasion"),
        ({"session_type": "gift", "category": "no-such-shelf"}, "category"),
        ({"session_type": "gift", "budget_min": 20, "budget_max": 10}, "budget_max"),
        ({"session_type": "gift", "budget_min": -1}, "budget_min"),
        ({"session_type": "gift", "recipient_id": "mum"}, "recipient_id"),
    ],
)
def test_a_session_with_a_wrong_wish_answers_422_and_names_it(api, alice, asked, loc):
    answer = api(alice).post("/api/v1/swipes/sessions", asked)

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", loc]


def test_a_session_for_an_unknown_recipient_answers_404(api, alice, unknown_id):
    answer = api(alice).post("/api/v1/swipes/sessions", {"session_type": "gift", "recipient_id": unknown_id})

    refused(answer, 404, "NOT_FOUND")


def test_a_person_lists_their_sessions_newest_first_with_counts(api, alice, bob, deck, scarf, mug, slash):
    newer = services.start_session(user=alice, session_type=SessionType.GIFT, now=NOW + timedelta(hours=1))
    services.start_session(user=bob, session_type=SessionType.GIFT, now=NOW)
    api(alice).post("/api/v1/swipes/interactions", [swipe(deck, scarf, "up"), swipe(deck, mug, "left")])

    answer = api(alice).get(f"/api/v1/swipes/sessions{slash}")

    body = as_documented(answer)
    assert (answer.status_code, body["total"], set(body["items"][0])) == (200, 2, SESSION)
    assert [(item["id"], item["swipes"], item["likes"]) for item in body["items"]] == [
        (str(newer.pk), 0, 0),
        (str(deck.pk), 2, 1),
    ]


def test_a_person_reads_one_of_their_sessions(api, alice, deck, scarf, slash):
    api(alice).post("/api/v1/swipes/interactions", swipe(deck, scarf))

    answer = api(alice).get(f"/api/v1/swipes/sessions/{deck.pk}{slash}")

    body = as_documented(answer)
    assert (body["id"], body["session_type"], body["swipes"], body["likes"]) == (str(deck.pk), "discovery", 1, 1)


def test_somebody_elses_session_is_no_session(api, charlie, deck, scarf, unknown_id):
    client = api(charlie)

    answers = [
        client.get(f"/api/v1/swipes/sessions/{deck.pk}"),
        client.get(f"/api/v1/swipes/sessions/{deck.pk}/deck"),
        client.post("/api/v1/swipes/interactions", swipe(deck, scarf)),
        client.get(f"/api/v1/swipes/sessions/{unknown_id}"),
        client.get("/api/v1/swipes/sessions/not-an-id"),
    ]

    for answer in answers:
        refused(answer, 404, "NOT_FOUND")
    assert not Swipe.objects.exists()


def test_the_deck_deals_unseen_cards_within_the_wishes(api, alice, make_product, make_category, slash):
    books = make_category("Books")
    fitting = make_product("Atlas", price=Decimal(30), category=books, occasions=["birthday"])
    make_product("Folio", price=Decimal(300), category=books, occasions=["birthday"])
    make_product("Diary", price=Decimal(30), category=books)
    make_product("Sold out", price=Decimal(30), category=books, occasions=["birthday"], stock=0)
    make_product("Scarf", price=Decimal(30), occasions=["birthday"])
    session = services.start_session(
        user=alice, session_type=SessionType.GIFT, occasion="birthday", category=books, budget_max=Decimal(50), now=NOW
    )

    answer = api(alice).get(f"/api/v1/swipes/sessions/{session.pk}/deck{slash}")

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (200, {"items", "sureness", "shortlist_ready"})
    assert [card["id"] for card in body["items"]] == [str(fitting.pk)]
    assert (body["sureness"], body["shortlist_ready"]) == (0, False)
    shown = Impression.objects.get()
    assert (shown.user, shown.session, shown.surface, shown.products) == (alice, session, "deck", [str(fitting.pk)])


def test_the_deck_grows_surer_with_each_answer(api, alice, deck, make_product):
    products = [make_product(f"Gift {n}") for n in range(14)]
    api(alice).post("/api/v1/swipes/interactions", [swipe(deck, product) for product in products[:12]])

    answer = api(alice).get(f"/api/v1/swipes/sessions/{deck.pk}/deck?limit=1")

    body = as_documented(answer)
    assert (len(body["items"]), body["sureness"], body["shortlist_ready"]) == (1, 0.545, True)  # 12 / (12 + 10)


@pytest.mark.parametrize("limit", ["0", "101", "ten", ""])
def test_a_wrong_size_of_deck_answers_422(api, alice, deck, limit):
    answer = api(alice).get(f"/api/v1/swipes/sessions/{deck.pk}/deck", {"limit": limit})

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["query", "limit"]


@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
def test_an_answer_to_a_card_is_recorded(api, alice, deck, scarf, slash, direction):
    answer = api(alice).post(
        f"/api/v1/swipes/interactions{slash}", swipe(deck, scarf, direction, response_time_ms=850, never_again=True)
    )

    body = as_documented(answer)
    kept = Swipe.objects.by(alice).get()
    assert answer.status_code == 201
    assert (body["id"], body["direction"], kept.direction) == (str(kept.pk), direction, direction.upper())
    assert (body["response_time_ms"], body["never_again"]) == (850, True)


def test_swiping_the_same_card_again_replaces_the_first_answer(api, alice, deck, scarf):
    first = api(alice).post("/api/v1/swipes/interactions", swipe(deck, scarf, "right"))

    again = api(alice).post("/api/v1/swipes/interactions", swipe(deck, scarf, "left"))

    assert again.status_code == 200
    assert as_documented(again)["id"] == first.json()["id"]
    assert Swipe.objects.by(alice).get().direction == Direction.LEFT


def test_the_same_product_in_another_session_is_another_card(api, alice, deck, scarf):
    other = services.start_session(user=alice, session_type=SessionType.GIFT, now=NOW)
    api(alice).post("/api/v1/swipes/interactions", swipe(deck, scarf))

    answer = api(alice).post("/api/v1/swipes/interactions", swipe(other, scarf))

    assert answer.status_code == 201
    assert Swipe.objects.by(alice).count() == 2


def test_an_array_of_answers_is_taken_whole(api, alice, deck, scarf, mug):
    asked = [swipe(deck, scarf, "right"), swipe(deck, mug, "left"), swipe(deck, scarf, "up")]

    answer = api(alice).post("/api/v1/swipes/interactions", asked)
    again = api(alice).post("/api/v1/swipes/interactions", asked)

    assert (answer.status_code, again.status_code) == (201, 200)
    assert [item["direction"] for item in as_documented(answer)] == ["up", "left", "up"]
    assert Swipe.objects.by(alice).count() == 2


def test_an_array_with_one_wrong_answer_is_refused_whole(api, alice, deck, scarf, mug, unknown_id):
    wrong_word = api(alice).post("/api/v1/swipes/interactions", [swipe(deck, scarf), swipe(deck, mug, "sideways")])
    no_product = api(alice).post(
        "/api/v1/swipes/interactions", [swipe(deck, scarf), swipe(deck, mug) | {"product_id": unknown_id}]
    )
    too_many = api(alice).post("/api/v1/swipes/interactions", [swipe(deck, scarf)] * 101)
    none = api(alice).post("/api/v1/swipes/interactions", [])

    assert refused(wrong_word, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", 1, "direction"]
    refused(no_product, 404, "NOT_FOUND")
    refused(too_many, 422, "VALIDATION_ERROR")
    refused(none, 422, "VALIDATION_ERROR")
    assert not Swipe.objects.exists()


def test_a_product_off_show_cannot_be_swiped(api, alice, deck, scarf):
    catalogue.delete_product(product=scarf, now=NOW, actor_id=None)

    answer = api(alice).post("/api/v1/swipes/interactions", swipe(deck, scarf))

    refused(answer, 404, "NOT_FOUND")


def test_an_answer_is_taken_back_and_the_card_dealt_again(api, alice, deck, scarf, slash):
    recorded = api(alice).post("/api/v1/swipes/interactions", swipe(deck, scarf)).json()
    assert api(alice).get(f"/api/v1/swipes/sessions/{deck.pk}/deck").json()["items"] == []

    answer = api(alice).delete(f"/api/v1/swipes/interactions/{recorded['id']}{slash}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert len(api(alice).get(f"/api/v1/swipes/sessions/{deck.pk}/deck").json()["items"]) == 1
    refused(api(alice).delete(f"/api/v1/swipes/interactions/{recorded['id']}"), 404, "NOT_FOUND")


def test_nobody_takes_back_somebody_elses_answer(api, alice, charlie, deck, scarf):
    recorded = api(alice).post("/api/v1/swipes/interactions", swipe(deck, scarf)).json()

    answer = api(charlie).delete(f"/api/v1/swipes/interactions/{recorded['id']}")

    refused(answer, 404, "NOT_FOUND")
    assert Swipe.objects.by(alice).exists()


def test_analytics_count_likes_by_category_brand_and_price(api, alice, deck, scarf, mug, make_product, slash):
    lamp, fork = make_product("Lamp", price=Decimal(120)), make_product("Fork", price=Decimal(5), brand="Larkfield")
    api(alice).post(
        "/api/v1/swipes/interactions",
        [swipe(deck, scarf, "right"), swipe(deck, mug, "left"), swipe(deck, lamp, "down"), swipe(deck, fork, "up")],
    )

    answer = api(alice).get(f"/api/v1/swipes/analytics{slash}")

    body = as_documented(answer)
    assert {key: body[key] for key in ("total_swipes", "likes", "super_likes", "dislikes", "skips", "like_rate")} == {
        "total_swipes": 4,
        "likes": 1,
        "super_likes": 1,
        "dislikes": 1,
        "skips": 1,
        "like_rate": 0.6667,
    }
    assert [(group["name"], group["likes"], group["dislikes"]) for group in body["brands"]] == [
        ("Larkfield", 2, 0),
        ("Fernhill", 0, 1),
    ]
    assert [(group["name"], group["likes"], group["dislikes"]) for group in body["price_bands"]] == [
        ("under 10", 1, 0),
        ("10 to 25", 1, 1),
        ("over 100", 0, 0),
    ]
    assert [(group["name"], group["like_rate"]) for group in body["categories"]] == [("Accessories", 0.6667)]
    assert [(step["session_id"], step["swipes"], step["like_rate"]) for step in body["trend"]] == [
        (str(deck.pk), 4, 0.6667)
    ]


def test_analytics_of_a_newcomer_are_empty_and_not_wrong(api, alice):
    answer = api(alice).get("/api/v1/swipes/analytics")

    body = as_documented(answer)
    assert (body["total_swipes"], body["like_rate"], body["brands"], body["trend"]) == (0, None, [], [])


def test_behaviour_is_tracked_one_by_one_or_in_an_array(api, alice, scarf, slash):
    one = api(alice).post(f"/api/v1/user-behavior/track{slash}", {"event_type": "search", "query": "silk"})
    many = api(alice).post(
        f"/api/v1/user-behavior/track{slash}",
        [{"event_type": "view", "product_id": scarf.pk, "metadata": {"from": "mail", "place": 3}}] * 2,
    )

    assert (one.status_code, as_documented(one)) == (202, {"accepted": 1})
    assert (many.status_code, as_documented(many)) == (202, {"accepted": 2})
    assert BehaviourEvent.objects.filter(user=alice, event_type=EventType.VIEW, product=scarf).count() == 2


@pytest.mark.parametrize(
    ("asked", "status", "loc"),
    [
        ({"event_type": "dance"}, 422, ["body", "event_type"]),
        ({"event_type": "view", "metadata": {"text": "x" * 4096}}, 422, ["body", "metadata"]),
        ({"event_type": "view", "metadata": ["x"]}, 422, ["body", "metadata"]),
        ({"event_type": "view", "occurred_at": "2001-01-01T00:00:00Z"}, 422, ["body", "occurred_at"]),
        ({"event_type": "view", "occurred_at": "2999-01-01T00:00:00Z"}, 422, ["body", "occurred_at"]),
        ({"event_type": "search", "query": "x" * 201}, 422, ["body", "query"]),
        (
            [{"event_type": "view"}, {"event_type": "view", "occurred_at": "2001-01-01T00:00:00Z"}],
            422,
            ["body", 1, "occurred_at"],
        ),
        ({"event_type": "view", "product_id": "00000000-0000-4000-8000-000000000000"}, 404, None),
        ([{"event_type": "view"}] * 101, 422, ["body"]),
    ],
)
def test_wrong_behaviour_is_refused_whole(api, alice, asked, status, loc):
    answer = api(alice).post("/api/v1/user-behavior/track", asked)

    body = refused(answer, status, "VALIDATION_ERROR" if status == 422 else "NOT_FOUND")
    assert loc is None or body["errors"][0]["loc"] == loc
    assert not BehaviourEvent.objects.exists()


def test_history_lists_ones_events_by_type_product_and_date(api, alice, bob, scarf, slash):
    now = datetime.now(UTC).replace(microsecond=0)
    events = [
        {"event_type": EventType.VIEW, "product_id": scarf.pk, "occurred_at": now - timedelta(days=2)},
        {"event_type": EventType.CLICK, "product_id": scarf.pk, "occurred_at": now - timedelta(days=1)},
        {"event_type": EventType.SEARCH, "query": "silk", "occurred_at": now},
    ]
    services.track_behaviour(user=alice, events=events, now=now)
    services.track_behaviour(user=bob, events=events[:1], now=now)
    yesterday = (now - timedelta(days=1)).isoformat()

    def kinds(**query):
        body = as_documented(api(alice).get(f"/api/v1/user-behavior/history{slash}", query))
        return [item["event_type"] for item in body["items"]]

    assert kinds() == ["search", "click", "view"]
    assert kinds(event_type="view") == ["view"]
    assert kinds(product_id=str(scarf.pk)) == ["click", "view"]
    assert kinds(since=yesterday) == ["search", "click"]
    assert kinds(until=yesterday) == ["view"]
    assert kinds(since=yesterday, until=now.isoformat()) == ["click"]


@pytest.mark.parametrize(
    "query",
    [
        "event_type=dance",
        "product_id=scarf",
        "since=yesterday",
        "since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z",
    ],
)
def test_a_wrong_question_to_history_answers_422(api, alice, query):
    answer = api(alice).get(f"/api/v1/user-behavior/history?{query}")

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"][0] == "query"


def test_a_person_who_leaves_takes_their_swipes_with_them(api, alice, bob, deck, scarf):
    bobs = services.start_session(user=bob, session_type=SessionType.GIFT, now=NOW)
    api(bob).post("/api/v1/swipes/interactions", swipe(bobs, scarf))
    client = api(alice)
    client.post("/api/v1/swipes/interactions", swipe(deck, scarf))
    client.get(f"/api/v1/swipes/sessions/{deck.pk}/deck")
    client.post("/api/v1/user-behavior/track", {"event_type": "view"})

    client.delete("/api/v1/users/me")

    kept = [model.objects.count() for model in (SwipeSession, Swipe, Impression, BehaviourEvent)]
    assert kept == [1, 1, 0, 0]  # Bob's


@pytest.mark.parametrize("n_rows", [10, 1000])
@pytest.mark.parametrize(
    ("path", "n_statements"),
    [
        ("/api/v1/swipes/sessions", 3),  # who asks, how many, the page
        ("/api/v1/user-behavior/history", 3),
        ("/api/v1/swipes/analytics", 4),  # who asks, the answers, the shelves, the trend
        ("/api/v1/swipes/sessions/{}/deck?limit=100", 10),  # … its events, and the impression
    ],
)
def test_a_list_costs_as_many_statements_for_1000_rows_as_for_10(
    api, alice, accessories, settled, n_rows, path, n_statements, django_assert_max_num_queries
):
    rows = [
        {"external_reference": f"R{n}", "title": f"Gift {n}", "price": Decimal(n), "category": accessories}
        for n in range(n_rows)
    ]
    catalogue.upsert_products(rows=rows, now=NOW, actor_id=None)
    sessions = SwipeSession.objects.bulk_create(
        SwipeSession(user=alice, session_type=SessionType.GIFT, category=accessories, created_at=NOW)
        for _ in range(n_rows)
    )
    BehaviourEvent.objects.bulk_create(
        BehaviourEvent(user=alice, event_type=EventType.VIEW, occurred_at=NOW, recorded_at=NOW) for _ in range(n_rows)
    )
    client = api(alice)
    client.get(path.format(sessions[1].pk))

    with django_assert_max_num_queries(n_statements):
        answer = client.get(path.format(sessions[0].pk))

    assert answer.status_code == 200
