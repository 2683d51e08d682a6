"""Recommendations over HTTP: the list for the person who asks, with every parameter."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalogue import services as catalogue
from catalogue.models import Status
from common.tests.openapi import as_documented, refused
from conftest import NOW
from recommendations import shop
from recommendations.tests.handmade import serve_words
from swipes.models import Impression

pytestmark = pytest.mark.django_db

PATH = "/api/v1/recommendations"
ONE = {"id", "type", "rank", "score", "product", "reason", "sources"}


@pytest.fixture
def ask(api, alice):
    """Ask as Alice; returns the body, checked against the document."""
    client = api(alice)
    return lambda **query: as_documented(client.get(PATH, query))


def titles(body):
    return [one["product"]["title"] for one in body["recommendations"]]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_person_is_recommended_what_their_likes_speak_for(api, alice, gifts, learnt, swiping, slash):
    swiping(gifts["silk"], "up")

    answer = api(alice).get(f"{PATH}{slash}?placement=product-page")

    body = as_documented(answer)
    first = body["recommendations"][0]
    assert (answer.status_code, set(first)) == (200, ONE)
    # Of the model's 1, 0.5 and four times 0 the mean is 0.25 and the deviation 0.3819. A love is two likes, and those
    # say 2 / (1.5 + 2) of their shelf, by 2.5: 0.25 / 0.3819 + 1.4286 for wool, 0.75 / 0.3819 for the spade.
    assert [(one["product"]["title"], one["score"]) for one in body["recommendations"][:2]] == [
        ("Wool", pytest.approx(2.0833, abs=1e-3)),
        ("Spade", pytest.approx(1.9640, abs=1e-3)),
    ]
    assert [one["rank"] for one in body["recommendations"]] == [1, 2, 3, 4, 5]
    assert (first["type"], first["reason"], first["sources"]) == (
        "product",
        "Because you loved Silk.",
        ["ease", "category"],
    )
    assert (body["strategy"], body["model_version"], body["placement"]) == ("ease", "ease:1", "product-page")
    assert all(len(one["id"]) <= 200 for one in body["recommendations"])
    assert answer["Cache-Control"] == "private, no-store"


def test_what_was_answered_comes_after_all_that_is_new(ask, gifts, learnt, swiping):
    swiping(gifts["silk"])
    swiping(gifts["mug"], "left")

    assert titles(ask())[-2:] == ["Silk", "Mug"]  # better than an empty place, and by popularity


def test_a_newcomer_sees_what_is_popular(ask, gifts, learnt):
    body = ask()

    assert titles(body)[:3] == ["Silk", "Mug", "Wool"]
    assert (body["strategy"], body["model_version"]) == ("popular", None)
    assert {(one["reason"], *one["sources"]) for one in body["recommendations"]} == {
        ("Many people like this.", "popular")
    }


def test_somebody_who_has_only_skipped_is_a_newcomer_still(ask, gifts, learnt, swiping):
    swiping(gifts["mug"], "down")

    assert ask()["strategy"] == "popular"


def test_with_models_switched_off_everybody_sees_what_is_popular(ask, gifts, learnt, swiping, settings):
    settings.ENABLE_ML_RECOMMENDATIONS = False
    swiping(gifts["silk"])

    body = ask()

    assert (body["strategy"], body["model_version"]) == ("popular", None)
    assert titles(body)[0] == "Mug"


def test_words_serve_where_nothing_else_has_been_learnt(ask, gifts, swiping):
    words = {gifts["silk"]: "soft silk", gifts["gloves"]: "soft gloves", gifts["mug"]: "clay mug"}
    serve_words(words, now=NOW)
    swiping(gifts["silk"])

    body = ask()

    assert (titles(body)[0], body["strategy"], body["model_version"]) == ("Gloves", "content", "content:1")
    assert body["recommendations"][0]["sources"][0] == "content"


def test_an_empty_shop_has_an_empty_list(ask):
    assert ask()["recommendations"] == []
    assert not Impression.objects.exists()


def test_an_answer_is_never_empty_while_there_is_a_product_on_show(ask, gifts, learnt, swiping):
    for name in ("silk", "wool", "gloves", "mug", "spade"):
        swiping(gifts[name], "left")

    assert len(titles(ask())) == 5


def test_a_product_that_is_never_to_be_seen_again_is_not(ask, gifts, learnt, swiping):
    swiping(gifts["mug"], "left", never_again=True)

    assert "Mug" not in titles(ask())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"limit": 1}, {"Spade"}),
        ({"price_min": 40}, {"Mug", "Spade"}),
        ({"price_max": "29.99"}, {"Wool"}),
        ({"price_min": 20, "price_max": 30}, {"Wool", "Gloves"}),
        ({"category": "accessories"}, {"Wool", "Gloves"}),  # the scarves stand inside
        ({"category": "garden"}, {"Mug", "Spade"}),
        ({"category": "no-such-shelf"}, set()),
        ({"occasion": "birthday"}, {"Spade"}),
        ({"occasion": "easter"}, set()),
        ({"category": "garden", "price_max": 40, "limit": 100}, {"Mug"}),
    ],
)
def test_filters_are_hard(ask, gifts, learnt, swiping, query, expected):
    swiping(gifts["silk"])

    found = titles(ask(**query))

    # What was answered fills up the list where nothing new suits.
    assert set(found) - {"Silk"} == expected


def test_a_category_may_be_named_by_its_id(ask, gifts, learnt):
    assert set(titles(ask(category=str(gifts["mug"].category_id)))) == {"Mug", "Spade"}


def test_excluded_products_are_left_out(ask, gifts, learnt):
    body = ask(exclude=f"{gifts['silk'].pk},{gifts['mug'].pk}")

    assert set(titles(body)) == {"Wool", "Gloves", "Spade"}


def test_a_price_that_has_just_changed_counts(ask, gifts, learnt, monkeypatch):
    ask(price_max=25)
    monkeypatch.setattr(shop, "LOOK_SECONDS", 3600.0)
    shop.shop()  # this process has looked, and will not again within this test
    catalogue.update_product(product=gifts["wool"], values={"price": Decimal("25.01")}, now=NOW, actor_id=None)

    assert titles(ask(price_max=25)) == ["Silk"]


def test_what_has_just_been_sold_out_or_hidden_is_not_recommended(ask, gifts, learnt, monkeypatch):
    monkeypatch.setattr(shop, "LOOK_SECONDS", 3600.0)
    assert len(titles(ask())) == 5
    catalogue.update_product(product=gifts["wool"], values={"stock": 0}, now=NOW, actor_id=None)
    catalogue.set_status(products=[gifts["silk"].pk], status=Status.HIDDEN, now=NOW, actor_id=None)

    assert set(titles(ask())) == {"Mug", "Gloves", "Spade"}


def test_what_comes_into_stock_is_recommended_at_once(ask, gifts, learnt):
    later = NOW + timedelta(minutes=5)
    assert "Ball" not in titles(ask())

    catalogue.update_product(product=gifts["ball"], values={"stock": 1}, now=later, actor_id=None)

    assert "Ball" in titles(ask())


def test_without_explanations_there_are_no_reasons(ask, gifts, learnt, swiping):
    swiping(gifts["silk"])

    assert {one["reason"] for one in ask(explain="false")["recommendations"]} == {None}


def test_diversity_mixes_what_would_be_all_alike(ask, make_product, swiping):
    scarves = [make_product(f"Red silk scarf {number}") for number in range(8)]
    others = [make_product(name) for name in ("Clay mug", "Garden spade", "Wooden train", "Brass lamp")]
    serve_words(
        {gift: f"{gift.title} {'silk' if number % 3 == 0 else ''}" for number, gift in enumerate(scarves + others)},
        now=NOW,
    )
    swiping(scarves[0])

    def n_scarves(**query):
        return sum("scarf" in title for title in titles(ask(limit=5, **query)))

    plain, mixed, mixed_most = n_scarves(), n_scarves(diversity=0.7), n_scarves(diversity=1)

    assert plain == 5
    assert plain > mixed >= mixed_most


@pytest.mark.parametrize(
    ("query", "loc"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("type=presents", "type"),
        ("placement=Home%20page", "placement"),
        ("placement=" + "x" * 61, "placement"),
        ("recipient_id=mum", "recipient_id"),
        ("occasion=tuesday", "occasion"),
        ("category=", "category"),
        ("price_min=cheap", "price_min"),
        ("price_min=-1", "price_min"),
        ("price_max=1e300", "price_max"),
        ("price_max=nan", "price_max"),
        ("price_min=20&price_max=10", "price_max"),
        ("exclude=scarf", "exclude"),
        ("exclude=", "exclude"),
        ("diversity=-0.1", "diversity"),
        ("diversity=1.1", "diversity"),
        ("diversity=nan", "diversity"),
        ("diversity=inf", "diversity"),
        ("explain=perhaps", "explain"),
        ("limit=1&limit=2", "limit"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_question_answers_422_and_names_the_parameter(api, alice, scarf, method, query, loc):
    path = PATH if method == "get" else f"{PATH}/generate"

    answer = getattr(api(alice), method)(f"{path}?{query}")

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["query", loc]


@pytest.mark.parametrize("kind", ["combinations", "items"])
def test_a_type_that_nothing_makes_yet_is_not_available(api, alice, kind):
    answer = api(alice).get(PATH, {"type": kind})

    assert refused(answer, 422, "TYPE_NOT_AVAILABLE")["errors"][0]["loc"] == ["query", "type"]


def test_an_unknown_recipient_answers_404(api, alice, unknown_id):
    refused(api(alice).get(PATH, {"recipient_id": unknown_id}), 404, "NOT_FOUND")


def test_nobody_in_particular_is_recommended_nothing(api):
    for path in (PATH, "/api/v1/products/recommendations"):
        refused(api().get(path), 401, "NOT_AUTHENTICATED")


def test_every_answer_is_written_down_with_its_order_place_policy_and_model(ask, alice, gifts, learnt, swiping):
    swiping(gifts["silk"])

    body = ask(limit=2, placement="basket")

    shown = Impression.objects.get(surface="recommendations")
    assert (shown.user, shown.placement, shown.policy, shown.model_version) == (alice, "basket", "ease:1", "ease:1")
    assert shown.products == [one["product"]["id"] for one in body["recommendations"]]
    assert shown.propensities == [1.0, 1.0]
