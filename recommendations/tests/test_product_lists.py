"""Lists of products that the recommender makes: similar ones, trending ones, and one's own as a plain list."""

from datetime import UTC, datetime, timedelta

import pytest

from catalogue import services as catalogue
from catalogue.models import Status
from common.tests.openapi import as_documented, refused
from conftest import NOW
from recommendations import trending
from recommendations.tests.handmade import serve_words
from swipes.models import BehaviourEvent, EventType, Impression

pytestmark = pytest.mark.django_db


def titles(answer):
    return [item["title"] for item in as_documented(answer)["items"]]


@pytest.mark.parametrize("slash", ["", "/"])
def test_similar_products_are_what_the_same_people_like_then_the_same_shelf_best_liked_first(api, gifts, learnt, slash):
    answer = api().get(f"/api/v1/products/similar/{gifts['silk'].pk}{slash}")

    body = as_documented(answer)
    # Likes speak for the spade at 1 and wool at 0.5; the mug is liked better than the gloves.
    assert titles(answer) == ["Spade", "Wool", "Mug", "Gloves"]
    assert (answer.status_code, body["total"], body["pages"]) == (200, 4, 1)
    assert "public" in answer["Cache-Control"]


def test_words_speak_for_likeness_too(api, gifts, learnt):
    serve_words({gifts["silk"]: "soft", gifts["wool"]: "soft", gifts["spade"]: "hard"}, now=NOW)

    answer = api().get(f"/api/v1/products/similar/{gifts['silk'].pk}")

    # Wool 0.6 x 0.5 + 0.4 x 1 = 0.7, the spade 0.6 x 1.
    assert titles(answer)[:2] == ["Wool", "Spade"]


def test_without_a_model_what_is_similar_stands_on_the_same_shelf(api, gifts):
    assert titles(api().get(f"/api/v1/products/similar/{gifts['spade'].pk}")) == ["Mug", "Silk", "Wool", "Gloves"]


def test_a_product_is_never_similar_to_itself(api, gifts, learnt):
    for name in ("silk", "wool", "gloves", "mug", "spade", "ball"):
        assert name.title() not in titles(api().get(f"/api/v1/products/similar/{gifts[name].pk}"))


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.DELETED])
def test_nothing_is_similar_to_what_is_not_on_show(api, gifts, status, unknown_id):
    catalogue.set_status(products=[gifts["silk"].pk], status=status, now=NOW, actor_id=None)

    for key in (gifts["silk"].pk, unknown_id, "not-an-id"):
        refused(api().get(f"/api/v1/products/similar/{key}"), 404, "NOT_FOUND")


def test_what_left_the_shop_is_similar_to_nothing(api, gifts, learnt):
    catalogue.set_status(products=[gifts["spade"].pk], status=Status.HIDDEN, now=NOW, actor_id=None)

    assert "Spade" not in titles(api().get(f"/api/v1/products/similar/{gifts['silk'].pk}"))


def test_similar_products_come_in_pages(api, gifts, learnt):
    path = f"/api/v1/products/similar/{gifts['silk'].pk}"

    pages = [titles(api().get(path, {"per_page": 3, "page": page})) for page in (1, 2, 3)]

    assert pages == [["Spade", "Wool", "Mug"], ["Gloves"], []]


@pytest.mark.parametrize("path", ["/api/v1/products/similar/{}", "/api/v1/products/trending"])
def test_an_unchanged_list_is_not_sent_again(api, gifts, path):
    path = path.format(gifts["silk"].pk)
    etag = api().get(path)["ETag"]

    answer = api().get(path, headers={"If-None-Match": etag})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


@pytest.fixture
def act(alice):
    """Record what Alice did with a product, so long before a moment."""

    def record(product, kind, ago, now):
        at = now - ago
        BehaviourEvent.objects.create(user=alice, product=product, event_type=kind, occurred_at=at, recorded_at=at)

    return record


@pytest.mark.parametrize(
    ("window", "ago", "hot"),
    [
        ("24h", timedelta(hours=23), True),
        ("24h", timedelta(hours=25), False),
        ("7d", timedelta(hours=25), True),
        ("7d", timedelta(days=8), False),
        ("30d", timedelta(days=29), True),
        ("30d", timedelta(days=31), False),
    ],
)
def test_what_happened_before_the_window_does_not_count(act, scarf, window, ago, hot):
    act(scarf, EventType.PURCHASE, ago, NOW)

    assert trending.trending(window=window, now=NOW) == ([scarf.pk] if hot else [])


def test_within_a_window_what_happened_at_its_beginning_counts_an_eighth(act, make_product):
    now = NOW.replace(minute=0)
    for name, ago, n in [("Old", 24, 8), ("Middle", 8, 3), ("New", 0, 2)]:
        product = make_product(name)
        for _ in range(n):
            act(product, EventType.PURCHASE, timedelta(hours=ago), now)
    names = {key: name for name, key in ((product.title, product.pk) for product in catalogue.Product.objects.all())}

    hot = trending.trending(window="24h", now=now)

    # Purchases are worth 3, halved every 8 hours: 2 x 3 = 6 now, 3 x 3 / 2 = 4.5, 8 x 3 / 8 = 3.
    assert [names[key] for key in hot] == ["New", "Middle", "Old"]


def test_what_is_disliked_more_than_liked_does_not_trend(alice, deck, scarf, swiping, api):
    swiping(scarf, "left")

    assert titles(api().get("/api/v1/products/trending")) == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_anybody_sees_what_is_trending(api, act, scarf, mug, slash):
    now = datetime.now(UTC)
    act(scarf, EventType.CLICK, timedelta(hours=2), now)
    act(mug, EventType.PURCHASE, timedelta(hours=2), now)

    answer = api().get(f"/api/v1/products/trending{slash}", {"window": "24h"})

    assert (answer.status_code, titles(answer)) == (200, ["Speckled mug", "Silk scarf"])


def test_what_was_hidden_does_not_trend(api, act, scarf, mug):
    now = datetime.now(UTC)
    for product in (scarf, mug):
        act(product, EventType.PURCHASE, timedelta(hours=2), now)
    catalogue.set_status(products=[mug.pk], status=Status.HIDDEN, now=NOW, actor_id=None)

    answer = api().get("/api/v1/products/trending")

    assert (titles(answer), answer.json()["total"]) == (["Silk scarf"], 1)


@pytest.mark.parametrize("window", ["1h", "", "7", "24H"])
def test_another_window_answers_422(api, window):
    answer = api().get("/api/v1/products/trending", {"window": window})

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["query", "window"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_ones_recommendations_come_as_a_plain_list_too(api, alice, gifts, learnt, swiping, slash):
    swiping(gifts["silk"], "up")

    answer = api(alice).get(f"/api/v1/products/recommendations{slash}")

    assert titles(answer)[:2] == ["Wool", "Spade"]
    assert (answer.status_code, as_documented(answer)["total"]) == (200, 5)
    assert answer["Cache-Control"] == "private, no-store"


def test_of_a_plain_list_the_page_that_one_sees_is_the_impression(api, alice, gifts):
    pages = [
        api(alice).get("/api/v1/products/recommendations", {"per_page": 2, "page": page}).json()["items"]
        for page in (1, 2, 9)
    ]

    shown = [row.products for row in Impression.objects.order_by("shown_at")]
    assert shown == [[item["id"] for item in page] for page in pages[:2]]
    assert pages[2] == []


@pytest.mark.parametrize("name", ["featured", "trending", "recommendations", "similar/{}"])
def test_every_list_of_products_answers_with_the_fields_that_are_asked_for(api, alice, make_product, name):
    cup, mug = (make_product(title, is_featured=True, popularity=1.0) for title in ("Cup", "Mug"))
    BehaviourEvent.objects.create(
        user=alice, product=mug, event_type=EventType.CLICK, occurred_at=datetime.now(UTC), recorded_at=NOW
    )
    path = f"/api/v1/products/{name.format(cup.pk)}"

    page = api(alice).get(path, {"fields": "id,title"}).json()
    refusals = [api(alice).get(path, {"fields": fields}) for fields in ("id,colour", "stock")]

    assert page["items"]
    assert {tuple(product) for product in page["items"]} == {("id", "title")}
    assert [answer.status_code for answer in refusals] == [422, 422]
