"""A POST with an Idempotency-Key has its effect once, whatever the network does."""

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from common import idempotency
from common.models import IdempotencyKey
from common.tests.openapi import refused
from common.tests.parallel import in_parallel
from conftest import make_person
from orders.models import Order
from swipes import services
from swipes.models import SwipeSession

SESSIONS = "/api/v1/swipes/sessions"
GIFT = {"session_type": "gift"}


def n_sessions():
    return SwipeSession.objects.count()


def post(client, body=None, key="a-key", path=SESSIONS):
    return client.post(path, GIFT if body is None else body, headers={"Idempotency-Key": key})


@pytest.fixture
def slow_work(monkeypatch):
    """Make beginning a session last, and tell when it has begun."""
    begun, start = threading.Event(), services.start_session

    def slowly(**values):
        begun.set()
        time.sleep(0.6)
        return start(**values)

    monkeypatch.setattr(services, "start_session", slowly)
    return begun


@pytest.mark.django_db
def test_a_repeated_request_gets_the_first_answer_again(api, alice):
    first = post(api(alice))

    again = post(api(alice))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert again["Cache-Control"] == "private, no-store"
    assert n_sessions() == 1


@pytest.mark.django_db
def test_without_a_key_each_request_counts(api, alice):
    answers = [api(alice).post(SESSIONS, GIFT) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert n_sessions() == 2


@pytest.mark.django_db
def test_spelling_does_not_make_another_request(api, alice):
    spaced = '{ "session_type" :\n "gift" }'

    answers = [post(api(alice)), post(api(alice), body=spaced), post(api(alice), path=f"{SESSIONS}/")]

    assert [answer.content for answer in answers] == [answers[0].content] * 3
    assert n_sessions() == 1


@pytest.mark.django_db
def test_a_key_used_for_another_body_answers_422(api, alice):
    post(api(alice))

    other = post(api(alice), body={"session_type": "onboarding"})

    assert refused(other, 422, "IDEMPOTENCY_MISMATCH")["errors"][0]["loc"] == ["header", "Idempotency-Key"]
    assert n_sessions() == 1


@pytest.mark.django_db
def test_a_key_belongs_to_one_person_and_one_address(api, alice, bob):
    alices, bobs = post(api(alice)), post(api(bob))
    tracked = post(api(alice), body={"event_type": "view"}, path="/api/v1/user-behavior/track")

    assert (alices.status_code, bobs.status_code, tracked.status_code) == (201, 201, 202)
    assert alices.json()["id"] != bobs.json()["id"]


@pytest.mark.django_db
def test_a_refused_request_does_not_use_its_key_up(api, alice, unknown_id):
    wrong = post(api(alice), body={"session_type": "idle"})
    absent = post(api(alice), body={"session_type": "gift", "recipient_id": unknown_id})
    garbled = post(api(alice), body="{")

    mended = post(api(alice))

    assert [answer.status_code for answer in (wrong, absent, garbled, mended)] == [422, 404, 400, 201]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/swipes/interactions", lambda deck, scarf: _swipe(deck, scarf), 201),
        ("/api/v1/swipes/interactions", lambda deck, scarf: [_swipe(deck, scarf)], 201),
        ("/api/v1/user-behavior/track", lambda deck, scarf: {"event_type": "view", "product_id": str(scarf.pk)}, 202),
        ("/api/v1/user-behavior/track", lambda deck, scarf: [{"event_type": "view"}] * 3, 202),
    ],
)
def test_swipes_and_events_are_repeatable_too(api, alice, deck, scarf, path, body, status):
    asked = body(deck, scarf)

    first, again = post(api(alice), body=asked, path=path), post(api(alice), body=asked, path=path)

    assert (first.status_code, again.status_code, again.content) == (status, status, first.content)
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_fifty_orders_with_one_key_are_one_order(api, make_product):
    vase = make_product("Vase", stock=100)
    client = api(make_person("Alice"))
    wanted = {"items": [{"product_id": str(vase.pk), "quantity": 2}]}

    answers = in_parallel(lambda: post(client, body=wanted, path="/api/v1/orders"), 50)
    last = post(client, body=wanted, path="/api/v1/orders")

    vase.refresh_from_db()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.content for answer in answers if answer.status_code == 201} == {last.content}
    assert (Order.objects.count(), vase.stock) == (1, 98)


def _swipe(deck, scarf):
    return {"session_id": str(deck.pk), "product_id": str(scarf.pk), "direction": "right"}


@pytest.mark.django_db(transaction=True)
def test_parallel_twins_get_one_answer(api, slow_work):
    client = api(make_person("Alice"))

    answers = in_parallel(lambda: post(client), 2)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert n_sessions() == 1


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_waits_too_long_is_told_to_come_back(api, slow_work, monkeypatch):
    monkeypatch.setattr(idempotency, "TWIN_WAIT", timedelta(milliseconds=100))
    client = api(make_person("Alice"))
    first = threading.Thread(target=lambda: in_parallel(lambda: post(client), 1))
    first.start()
    slow_work.wait()

    twin = post(client)

    first.join()
    assert refused(twin, 409, "IDEMPOTENCY_IN_PROGRESS")
    assert twin["Retry-After"] == "1"
    assert post(client).status_code == 201
    assert n_sessions() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_requests_with_one_key_are_one(api):
    client = api(make_person("Alice"))

    answers = in_parallel(lambda: post(client), 50)

    bodies = {answer.content for answer in answers if answer.status_code == 201}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(bodies) == n_sessions() == 1


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(api, alice):
    post(api(alice))
    now = timezone.now()

    kept = idempotency.tidy(now=now + timedelta(hours=23, minutes=59))
    dropped = idempotency.tidy(now=now + timedelta(hours=24, minutes=1))

    assert (kept, dropped) == (0, 1)
    assert not IdempotencyKey.objects.exists()
