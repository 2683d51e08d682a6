"""The deck on the first page, as the server deals it."""

import html
import re
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aclue.pages import visitors
from aclue.tests.conftest import affiliate_programme
from catalogue.models import AffiliateClick, Product, Status
from catalogue.services import set_popularity, set_status
from conftest import NOW, PASSWORD
from recommendations.tests.handmade import serve_likes
from swipes.models import BehaviourEvent, Direction, Impression, SessionType, Swipe, SwipeSession

pytestmark = pytest.mark.django_db

BY_SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def at_home(alice):
    """Alice's browser, signed in."""
    return sign_in(Client(), alice)


@pytest.fixture
def shelf(make_product):
    """Six gifts, the first the best liked."""
    gifts = [make_product(f"Gift {number}") for number in range(1, 7)]
    set_popularity(popularity={gift.pk: float(10 - place) for place, gift in enumerate(gifts)})
    return gifts


def sign_in(client, person):
    client.post("/sign-in", {"username": person.email, "password": PASSWORD})
    return client


def titles(answer):
    return [card["title"] for card in answer.context["cards"]]


def swipe(client, product, direction="right", headers=None, **more):
    return client.post("/swipe", {"product_id": product.pk, "direction": direction, **more}, headers=headers)


def test_the_first_page_shows_the_best_liked_gift_with_what_one_wants_to_know(client, make_product):
    make_product("Silk scarf", brand="Larkfield", price=Decimal("1234.5"), description="Soft.", image="scarf.webp")

    page = client.get("/").text

    for words in ("Silk scarf", "Larkfield", "£1,234.50", "Soft.", "Accessories", 'src="/media/scarf.webp"'):
        assert words in page


@pytest.fixture
def larkfield(db):
    return affiliate_programme()


def shop_links(page):
    """Return where the page's links to merchants lead, and what stands beside each."""
    found = re.findall(r'<a href="([^"]*/affiliate/click/[^"]*)"[^>]*>[^<]*</a>([^/]*)</small>', page)
    return [(html.unescape(address), beside) for address, beside in found]


def test_beside_each_link_to_a_merchant_stands_that_we_may_earn(at_home, shelf, larkfield):
    serve_likes({(shelf[0], shelf[4]): 1.0, (shelf[0], shelf[5]): 0.5}, shelf, now=NOW)
    Product.objects.update(affiliate_url="https://larkfield.example/gift")
    for gift in shelf[:3]:
        swipe(at_home, gift)
    page = at_home.get("/")

    links = shop_links(page.text)
    asked = [dict(parse_qsl(urlsplit(address).query)) for address, _ in links]
    n_shown = sum(len(page.context[part]) for part in ("cards", "gifts", "liked"))
    assert len(links) == n_shown == page.text.count("/affiliate/click/")
    assert {beside.strip() for _, beside in links} == {"<small>aclue may earn from what you buy there."}
    assert {one["placement"] for one in asked} == {"deck", "deck-side", "likes"}
    assert [one["placement"] for one in asked if "recommendation_id" in one] == ["deck-side"] * len(
        page.context["gifts"]
    )
    assert all("policy" in one for one in asked if one["placement"] != "likes")
    assert "larkfield.example" not in page.text

    sent = at_home.get(links[-1][0], headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})

    counted = AffiliateClick.objects.get()
    assert sent["Location"] == f"https://larkfield.example/gift?tag=aclue-21&sub={counted.pk.hex}"
    assert counted.placement == asked[-1]["placement"]


def test_a_guest_sees_where_a_gift_may_be_bought_too(client, scarf, mug, larkfield):
    Product.objects.filter(pk=scarf.pk).update(affiliate_url="https://larkfield.example/scarf")
    Product.objects.filter(pk=mug.pk).update(affiliate_url="https://evil.example/mug")

    ((address, beside),) = shop_links(client.get("/").text)

    assert address == f"/api/v1/affiliate/click/{scarf.pk}?placement=deck&policy=popular%3Aplain"
    assert "may earn" in beside


def test_a_picture_that_the_content_policy_would_block_is_left_out(client, make_product):
    make_product("Silk scarf", image="http://shop.example/scarf.jpg")

    page = client.get("/").text

    assert "shop.example" not in page
    assert 'alt="No picture yet"' in page


def test_what_merchants_write_cannot_become_markup(client, make_product):
    make_product("<script>alert(1)</script>", description='"><img src=x onerror=alert(1)>')

    page = client.get("/").text

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_an_empty_shop_says_how_to_fill_it(client, db):
    assert "make run" in client.get("/").text


def test_an_answer_is_recorded_and_the_next_card_comes_up(at_home, alice, shelf):
    answer = swipe(at_home, shelf[0], "up", response_time_ms="850")

    recorded = Swipe.objects.get()
    assert answer["Location"] == "/"
    assert (recorded.user, recorded.product, recorded.direction) == (alice, shelf[0], Direction.UP)
    assert recorded.response_time_ms == 850
    assert recorded.session.session_type == SessionType.DISCOVERY
    assert titles(at_home.get("/"))[0] == "Gift 2"


def test_the_script_gets_the_table_as_it_is_now(at_home, shelf):
    answer = swipe(at_home, shelf[0], headers=BY_SCRIPT)

    assert answer.status_code == 200
    assert titles(answer) == ["Gift 2", "Gift 3", "Gift 4", "Gift 5", "Gift 6"]
    assert "<html" not in answer.text


def test_all_answers_of_a_browser_belong_to_one_sitting(at_home, shelf):
    swipe(at_home, shelf[0])
    swipe(at_home, shelf[1], "left")

    assert SwipeSession.objects.count() == 1


def test_a_sitting_of_somebody_else_is_not_played_on(client, alice, bob, shelf):
    sitting_of_alice = sign_in(client, alice).get("/") and SwipeSession.objects.get()
    client.logout()
    sign_in(client, bob)
    session = client.session
    session[visitors.SITTING] = str(sitting_of_alice.pk)
    session.save()

    swipe(client, shelf[0])

    assert Swipe.objects.get().session.user == bob


def test_an_answer_without_its_token_is_refused(alice, shelf):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)

    answer = swipe(strict, shelf[0])

    assert answer.status_code == 403
    assert not Swipe.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"direction": "sideways"}, {"product_id": "scarf"}, {"response_time_ms": "-1"}, {"direction": ""}]
)
def test_an_answer_that_no_button_sends_is_refused(at_home, shelf, wrong):
    answer = at_home.post("/swipe", {"product_id": shelf[0].pk, "direction": "left", **wrong})

    assert answer.status_code == 400
    assert "That did not make sense to us" in answer.text
    assert not Swipe.objects.exists()


def test_a_gift_that_left_the_shop_meanwhile_makes_room_for_the_next(at_home, shelf):
    set_status(products=[shelf[0].pk], status=Status.HIDDEN, now=NOW, actor_id=None)

    answer = swipe(at_home, shelf[0], headers=BY_SCRIPT)

    assert titles(answer)[0] == "Gift 2"
    assert "has just left the shop" in answer.text
    assert not Swipe.objects.exists()


def test_undo_takes_the_newest_answer_back_and_its_card_lies_on_top(at_home, shelf):
    swipe(at_home, shelf[0])
    swipe(at_home, shelf[1], "left")

    answer = at_home.post("/undo", headers=BY_SCRIPT)

    assert Swipe.objects.get().product == shelf[0]
    assert titles(answer)[:2] == ["Gift 2", "Gift 3"]
    assert f'data-restored="{shelf[1].pk}"' in answer.text


def test_undo_with_nothing_to_undo_changes_nothing(at_home, shelf):
    answer = at_home.post("/undo")

    assert answer["Location"] == "/"
    assert titles(at_home.get("/"))[0] == "Gift 1"


def test_the_cards_that_came_to_light_are_recorded_once_each(at_home, alice, shelf):
    at_home.get("/")
    swipe(at_home, shelf[0], headers=BY_SCRIPT)

    first, second = Impression.objects.order_by("shown_at")
    assert first.products == [str(gift.pk) for gift in shelf[:3]]
    assert second.products == [str(shelf[3].pk)]
    assert {(row.user, row.surface, row.policy) for row in (first, second)} == {(alice, "site", "popular:plain")}


def test_likes_and_progress_are_shown_beside_the_deck(at_home, shelf):
    swipe(at_home, shelf[0], "right")
    swipe(at_home, shelf[1], "left")
    swipe(at_home, shelf[2], "up")

    page = at_home.get("/")

    # 3 answers of 3 + 10: 23%.
    assert (page.context["n_answers"], page.context["percent_sure"]) == (3, 23)
    assert [card["title"] for card in page.context["liked"]] == ["Gift 3", "Gift 1"]
    assert "Your likes so far" in page.text


def test_after_three_answers_the_page_shows_ones_gifts_with_reasons(at_home, alice, shelf):
    serve_likes({(shelf[0], shelf[4]): 1.0, (shelf[0], shelf[5]): 0.5}, shelf, now=NOW)
    swipe(at_home, shelf[0], "right")
    swipe(at_home, shelf[1], "left")
    after_two = at_home.get("/")

    after_three = swipe(at_home, shelf[2], "down", headers=BY_SCRIPT)

    assert "Your gifts" not in after_two.text
    assert [gift["title"] for gift in after_three.context["gifts"]] == ["Gift 5", "Gift 6", "Gift 4", "Gift 3"]
    assert after_three.context["gifts"][0]["reason"] == "Because you liked Gift 1."
    for words in ("Your gifts", "Because you liked Gift 1."):
        assert words in after_three.text
    shown = Impression.objects.get(placement="deck-side")
    assert (shown.user, shown.surface, shown.policy) == (alice, "site", "ease:1")
    assert shown.products == [gift["id"] for gift in after_three.context["gifts"]]


def test_an_undone_answer_is_no_reason_any_more(at_home, shelf):
    serve_likes({(shelf[0], shelf[4]): 1.0, (shelf[3], shelf[5]): 0.5}, shelf, now=NOW)
    for gift, direction in zip(shelf[1:4], ("left", "down", "right"), strict=True):
        swipe(at_home, gift, direction)
    swipe(at_home, shelf[0], "up")
    before = at_home.get("/").text

    after = at_home.post("/undo", headers=BY_SCRIPT).text

    assert "Because you loved Gift 1." in before
    assert "Because you loved Gift 1." not in after
    assert "Because you liked Gift 4." in after


def test_without_a_model_ones_gifts_are_what_many_people_like(at_home, shelf):
    for gift in shelf[:3]:
        swipe(at_home, gift)

    page = at_home.get("/")

    assert [gift["title"] for gift in page.context["gifts"]] == ["Gift 4", "Gift 5", "Gift 6", "Gift 1"]
    assert "Many people like this." in page.text


def test_a_guest_is_shown_no_gifts_of_their_own(client, shelf):
    for gift in shelf[:4]:
        swipe(client, gift)

    assert "Your gifts" not in client.get("/").text


def test_once_every_card_is_answered_the_page_says_so_and_offers_undo(at_home, scarf):
    swipe(at_home, scarf)

    page = at_home.get("/")

    assert "That was the last one." in page.text
    assert page.context["can_undo"]


def test_nothing_is_recorded_about_a_guest(client, shelf):
    client.get("/")
    swipe(client, shelf[0], response_time_ms="850")
    swipe(client, shelf[1], headers=BY_SCRIPT)

    page = client.get("/")

    assert titles(page)[0] == "Gift 3"
    assert "what a guest answers is not recorded" in page.text
    for table in (Swipe, SwipeSession, Impression, BehaviourEvent):
        assert not table.objects.exists()


def test_a_guest_who_only_looks_leaves_no_browser_session(client, shelf):
    client.get("/")

    assert not BrowserSession.objects.exists()


def test_a_guest_can_undo_too(client, shelf):
    swipe(client, shelf[0])
    swipe(client, shelf[1])

    client.post("/undo")

    assert titles(client.get("/"))[0] == "Gift 2"


def test_what_a_guest_has_answered_is_remembered_up_to_a_bound(client, shelf, monkeypatch):
    monkeypatch.setattr(visitors, "MOST_REMEMBERED", 2)

    for gift in shelf[:3]:
        swipe(client, gift)

    assert client.session[visitors.ANSWERED] == [str(shelf[1].pk), str(shelf[2].pk)]


def test_after_signing_in_the_guests_cards_are_dealt_again_for_they_count_now(client, alice, shelf):
    swipe(client, shelf[0])

    sign_in(client, alice)

    assert titles(client.get("/"))[0] == "Gift 1"


def test_the_page_costs_the_same_few_queries_however_large_the_shop(at_home, make_product, settled):
    few = [make_product(f"Gift {number}") for number in range(10)]
    swipe(at_home, few[0])
    at_home.get("/")
    with CaptureQueriesContext(connection) as with_ten:
        at_home.get("/")
    for number in range(10, 200):
        make_product(f"Gift {number}")
    at_home.get("/")

    with CaptureQueriesContext(connection) as with_two_hundred:
        at_home.get("/")

    assert len(with_two_hundred) == len(with_ten) <= 12


def test_the_page_is_never_kept_by_caches_and_runs_nothing_inline(client, scarf):
    page = client.get("/")

    assert "no-store" in page["Cache-Control"]
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert not any(words in page.text for words in ("<style", "style=", "onclick=", "<script>"))
