"""A list that is made now and kept: it answers until the person, the models or the shop are no longer the same."""

from datetime import timedelta

import pytest
from django.db.models import F

from catalogue import services as catalogue
from catalogue.models import Status
from common.models import OutboxTask
from common.tests.openapi import as_documented, refused
from conftest import NOW
from recommendations import registry, services, tasks
from recommendations.ids import read_id
from recommendations.models import ModelVersion, Pick
from recommendations.tests.handmade import serve_likes

pytestmark = pytest.mark.django_db

PATH = "/api/v1/recommendations"


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def ask(client):
    return lambda **query: as_documented(client.get(PATH, query))


@pytest.fixture
def generate(client):
    return lambda query="", body=None: client.post(f"{PATH}/generate{query}", body)


def shown(body):
    return [(one["product"]["id"], one["score"], one["reason"], one["sources"]) for one in body["recommendations"]]


def test_a_list_is_made_and_answers_from_then_on(gifts, learnt, swiping, generate, ask):
    swiping(gifts["silk"])
    live = ask()

    answer = generate()

    made, kept = as_documented(answer), ask()
    assert (answer.status_code, answer["Cache-Control"]) == (201, "private, no-store")
    assert (live["strategy"], made["strategy"], kept["strategy"]) == ("ease", "ease", "stored")
    assert kept["model_version"] == "ease:1"
    assert shown(live) == shown(made) == shown(kept)


def test_a_swipe_makes_the_list_live_again_and_undo_restores_it(client, gifts, learnt, swiping, generate, ask):
    swiping(gifts["silk"])
    generate()

    swipe = swiping(gifts["mug"]).json()
    after_swipe = ask()
    client.delete(f"/api/v1/swipes/interactions/{swipe['id']}")
    after_undo = ask()

    assert (after_swipe["strategy"], after_undo["strategy"]) == ("ease", "stored")


def test_a_new_list_replaces_the_former_one(alice, gifts, learnt, swiping, generate, ask):
    swiping(gifts["silk"])
    generate()
    swiping(gifts["mug"])

    generate()

    assert ask()["strategy"] == "stored"
    assert Pick.objects.get().user == alice


@pytest.mark.parametrize("query", ["?category=garden", "?price_max=40", "?diversity=0.5", "?occasion=birthday"])
def test_a_list_with_wishes_is_shown_but_not_kept(gifts, learnt, swiping, generate, ask, query):
    swiping(gifts["silk"])

    answer = generate(query)

    assert answer.status_code == 201
    assert not Pick.objects.exists()


def test_wishes_are_answered_live(gifts, learnt, swiping, generate, ask):
    swiping(gifts["silk"])
    generate()

    strategies = [ask(**query)["strategy"] for query in ({"price_max": 100}, {"exclude": gifts["mug"].pk}, {})]

    assert strategies == ["ease", "ease", "stored"]


def test_a_short_list_may_be_kept_and_a_longer_one_asked_for(gifts, learnt, swiping, generate, ask):
    swiping(gifts["silk"])
    generate("?limit=1")

    body = ask(limit=100)

    assert (body["strategy"], len(body["recommendations"])) == ("stored", 5)


def test_a_version_that_becomes_active_makes_its_own_list(gifts, learnt, swiping, generate, ask):
    swiping(gifts["silk"])
    generate()

    newer = ModelVersion.objects.create(
        model_type="ease", number=2, data_until=NOW, folder="nowhere", created_at=NOW + timedelta(minutes=1)
    )
    services.activate_model(version=newer, now=NOW + timedelta(minutes=1))
    loaded = registry.registry()._loaded
    loaded["ease"] = loaded["ease"]._replace(version=newer)
    body = ask()

    assert (body["strategy"], body["model_version"]) == ("ease", "ease:2")


def test_a_kept_list_that_has_lost_its_products_gives_way_to_what_is_there(
    gifts, learnt, swiping, generate, ask, make_product
):
    swiping(gifts["silk"])
    generate()
    make_product("Late gift")
    later = NOW + timedelta(minutes=5)

    catalogue.set_status(products=[gift.pk for gift in gifts.values()], status=Status.HIDDEN, now=later, actor_id=None)

    body = ask(limit=1)
    assert [one["product"]["title"] for one in body["recommendations"]] == ["Late gift"]


def test_the_same_request_twice_makes_one_list(client, gifts, learnt, swiping):
    swiping(gifts["silk"])

    first, again = (client.post(f"{PATH}/generate", headers={"Idempotency-Key": "one"}) for _ in range(2))

    assert first.json() == again.json()


def test_without_a_model_the_popular_list_is_made(gifts, generate):
    answer = generate()

    assert (answer.status_code, as_documented(answer)["strategy"]) == (201, "popular")


@pytest.mark.parametrize("body", [{"limit": 2, "price_max": 40}, {"limit": 2, "price_max": "40.00"}])
def test_parameters_are_taken_from_the_body_too(gifts, learnt, swiping, generate, body):
    swiping(gifts["silk"])

    answer = as_documented(generate("?price_max=100&category=accessories", body))

    prices = [one["product"]["price"] for one in answer["recommendations"]]
    assert len(prices) == 2
    assert max(prices) <= 40
    assert not Pick.objects.exists()


def test_the_body_names_what_to_leave_out_as_a_list(gifts, generate):
    answer = as_documented(generate("", {"exclude": [gifts["silk"].pk, gifts["mug"].pk], "explain": False}))

    shown = {one["product"]["title"]: one["reason"] for one in answer["recommendations"]}
    assert {"Silk", "Mug"}.isdisjoint(shown)
    assert set(shown.values()) == {None}


@pytest.mark.parametrize(
    ("query", "body", "loc"),
    [
        ("", {"limit": 0}, ["body", "limit"]),
        ("", {"colour": "red"}, ["body", "colour"]),
        ("", {"exclude": ["nothing"]}, ["body", "exclude", 0]),
        ("", {"price_min": 2, "price_max": 1}, ["body", "price_max"]),
        ("?price_min=2", {"price_max": 1}, ["body", "price_max"]),
        ("", {"type": "items"}, ["body", "type"]),
        ("", [], ["body"]),
        ("?limit=0", {"limit": 1}, ["query", "limit"]),
    ],
)
def test_a_wrong_parameter_is_refused_where_it_stands(gifts, generate, query, body, loc):
    answer = generate(query, body)

    expected = "TYPE_NOT_AVAILABLE" if "type" in loc else "VALIDATION_ERROR"
    assert refused(answer, 422, expected)["errors"][0]["loc"] == loc


def test_a_newcomers_list_is_kept_too_while_nothing_has_changed(alice, gifts, learnt, swiping, generate, ask):
    made = as_documented(generate())

    kept = ask()
    swiping(gifts["silk"])
    after_swipe = ask()

    assert (made["strategy"], kept["strategy"], after_swipe["strategy"]) == ("popular", "stored", "ease")
    assert (kept["model_version"], shown(kept)) == (None, shown(made))
    assert {read_id(one["id"], alice.pk).policy for one in kept["recommendations"]} == {"popular"}


def test_a_newcomers_list_lapses_as_any_does(gifts, generate, ask):
    generate()

    Pick.objects.update(made_at=F("made_at") - timedelta(hours=24, seconds=1))

    assert ask()["strategy"] == "popular"


def test_a_list_from_before_there_was_a_model_gives_way_to_the_model(gifts, swiping, generate, ask):
    swiping(gifts["silk"])
    generate()
    before = ask()["strategy"]

    serve_likes({(gifts["silk"], gifts["spade"]): 1.0}, list(gifts.values()), now=NOW)

    assert (before, ask()["strategy"]) == ("stored", "ease")


def test_without_models_by_the_owners_wish_no_kept_list_answers(gifts, generate, ask, settings):
    settings.ENABLE_ML_RECOMMENDATIONS = False
    generate()

    assert ask()["strategy"] == "popular"


def test_all_lists_are_made_anew_once_a_night():
    for _ in range(2):
        tasks.request_picks()

    assert OutboxTask.objects.get().task == "recommendations.refresh_picks"
