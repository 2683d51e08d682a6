"""The deck in a real Chromium: keys, drags, touches, failures, and no JavaScript at all."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from catalogue.services import set_popularity
from conftest import NOW, PASSWORD
from recommendations.tests.handmade import serve_likes
from swipes.models import Direction, Impression, Swipe

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
IS_PROMISED = "CHROMIUM" in os.environ or "CI_CHROMIUM" in os.environ
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not IS_PROMISED and not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def chromium():
    """One Chromium for all tests of this file.

    Playwright keeps an event loop in this thread, which Django takes for a reason to refuse the database.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_deck(chromium, live_server, shelf):
    """Return a function that opens the deck in a fresh browser; what goes wrong there fails the test."""
    contexts, complaints = [], []
    home = urlsplit(live_server.url).netloc

    def hear(line, expected):
        if line.type in {"error", "warning"} and not any(known in line.text for known in expected):
            complaints.append(f"console: {line.text}")

    def watch(request):
        # A blob is what the page made itself.
        if urlsplit(request.url.removeprefix("blob:")).netloc != home:
            complaints.append(f"another host: {request.url}")

    def open_(person=None, *, expected_failures=(), **options):
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda line: hear(line, expected_failures))
        page.on("request", watch)
        if person:
            client = Client()
            client.force_login(person)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page.goto(live_server.url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def shelf(make_product):
    """Eight gifts, the first the best liked."""
    gifts = [make_product(f"Gift {number}", description="For anybody.") for number in range(1, 9)]
    set_popularity(popularity={gift.pk: float(20 - place) for place, gift in enumerate(gifts)})
    return gifts


def top_card(page):
    return page.locator(".card[data-place='0']")


def see_on_top(page, title):
    expect(top_card(page).get_by_role("heading")).to_have_text(title)


def see_answers(page, number):
    """Wait until the server has counted so many."""
    expect(page.get_by_role("complementary").locator("strong").first).to_have_text(str(number))


def answers():
    """What is recorded, in the order it came in."""
    return list(Swipe.objects.order_by("updated_at").values_list("product__title", "direction"))


def pull(page, dx, dy, steps=8):
    """Drag the top card and let go."""
    box = top_card(page).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=steps)
    page.wait_for_timeout(120)
    page.mouse.up()


def test_each_arrow_key_answers_and_the_answers_arrive_in_order(open_deck, alice):
    page = open_deck(alice)

    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)

    see_on_top(page, "Gift 5")
    see_answers(page, 4)
    assert answers() == [
        ("Gift 1", Direction.RIGHT),
        ("Gift 2", Direction.LEFT),
        ("Gift 3", Direction.UP),
        ("Gift 4", Direction.DOWN),
    ]
    assert all(ms is not None for ms in Swipe.objects.values_list("response_time_ms", flat=True))


def test_each_card_that_came_to_light_is_recorded_once(open_deck, alice):
    page = open_deck(alice)

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    see_answers(page, 2)

    shown = [product for row in Impression.objects.order_by("shown_at") for product in row.products]
    assert len(shown) == len(set(shown)) == 5


def test_ones_gifts_appear_with_the_third_answer_and_change_with_the_next(open_deck, alice, shelf):
    likes = {(shelf[0], shelf[6]): 1.0} | {(gift, shelf[7]): 5.0 for gift in shelf[3:7]}
    serve_likes(likes, shelf, now=NOW)
    page = open_deck(alice)
    gifts = page.get_by_role("complementary").locator(".gifts li")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    see_answers(page, 2)
    expect(gifts).to_have_count(0)

    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("heading", name="Your gifts")).to_be_visible()
    expect(gifts.first).to_contain_text("Gift 7")
    expect(gifts.first).to_contain_text("Because you liked Gift 1.")
    see_answers(page, 3)
    page.get_by_role("button", name="Love").click()

    see_answers(page, 4)
    expect(gifts.first).to_contain_text("Gift 8")
    expect(gifts.first).to_contain_text("Because you loved")


def test_keys_with_modifiers_belong_to_the_browser(open_deck, alice):
    page = open_deck(alice)

    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")

    see_on_top(page, "Gift 1")


def test_keys_typed_into_a_field_are_words_and_no_answers(open_deck, alice):
    page = open_deck(alice)
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")

    page.locator("main > input").press("ArrowRight")

    see_on_top(page, "Gift 1")


@pytest.mark.parametrize(
    ("dx", "dy", "direction"),
    [(220, 10, Direction.RIGHT), (-220, 10, Direction.LEFT), (10, -220, Direction.UP), (10, 220, Direction.DOWN)],
)
def test_dragging_the_card_far_enough_answers(open_deck, alice, dx, dy, direction):
    page = open_deck(alice)

    pull(page, dx, dy)

    see_on_top(page, "Gift 2")
    see_answers(page, 1)
    assert answers() == [("Gift 1", direction)]


def test_the_card_shows_which_answer_letting_go_would_be(open_deck, alice):
    page = open_deck(alice)
    box = top_card(page).bounding_box()

    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 210, steps=6)

    expect(top_card(page).locator("[data-stamp='right']")).to_have_css("opacity", "1")
    expect(top_card(page).locator("[data-stamp='left']")).to_have_css("opacity", "0")


def test_a_short_drag_springs_back_and_says_nothing(open_deck, alice):
    page = open_deck(alice)

    pull(page, 30, 0, steps=3)

    see_on_top(page, "Gift 1")
    expect(top_card(page)).to_have_css("transform", "none")
    assert answers() == []


def test_a_finger_can_do_it_too(open_deck, alice):
    page = open_deck(alice, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": 150, "y": 320})
    for x in (180, 240, 330):
        touch("touchMove", {"x": x, "y": 320})
    touch("touchEnd")

    see_on_top(page, "Gift 2")
    see_answers(page, 1)
    assert answers() == [("Gift 1", Direction.RIGHT)]


def test_undo_brings_the_card_back(open_deck, alice):
    page = open_deck(alice)
    page.get_by_role("button", name="Love").click()
    see_answers(page, 1)

    page.keyboard.press("u")

    see_on_top(page, "Gift 1")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert answers() == []


def test_undo_works_after_the_page_was_loaded_anew(open_deck, alice):
    page = open_deck(alice)
    page.keyboard.press("ArrowRight")
    see_answers(page, 1)
    page.reload()

    page.get_by_role("button", name="Undo").click()

    see_on_top(page, "Gift 1")


def test_what_is_undone_before_it_was_sent_never_reaches_the_server(open_deck, alice):
    page = open_deck(alice)
    sent = []

    def slowly(route):
        sent.append(route.request.post_data)
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/swipe", slowly)

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Backspace")

    see_on_top(page, "Gift 2")
    see_answers(page, 1)
    assert len(sent) == 1
    assert answers() == [("Gift 1", Direction.RIGHT)]


def test_a_lost_answer_brings_its_card_back_with_a_sentence(open_deck, alice):
    page = open_deck(alice, expected_failures=["503", "aclue:"])
    page.route("**/swipe", lambda route: route.fulfill(status=503))

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")

    expect(page.get_by_role("alert")).to_contain_text("did not reach us")
    see_on_top(page, "Gift 1")
    page.unroute("**/swipe")
    page.keyboard.press("ArrowUp")
    see_answers(page, 1)
    see_on_top(page, "Gift 2")
    expect(page.get_by_role("alert")).to_be_empty()
    assert answers() == [("Gift 1", Direction.UP)]


def test_answers_still_on_their_way_are_counted_when_one_leaves_the_page(open_deck, alice, live_server):
    page = open_deck(alice)
    for _ in range(4):
        page.keyboard.press("ArrowRight")

    page.goto(f"{live_server.url}/sign-in")

    for _ in range(50):
        if len(answers()) == 4:
            break
        page.wait_for_timeout(100)
    assert [title for title, _ in sorted(answers())] == ["Gift 1", "Gift 2", "Gift 3", "Gift 4"]


def test_the_deck_runs_out_with_a_word_and_undo_still_works(open_deck, alice):
    page = open_deck(alice)

    for _ in range(8):
        expect(top_card(page)).to_be_visible()
        page.keyboard.press("ArrowRight")

    expect(page.get_by_role("heading", name="That was the last one.")).to_be_visible()
    page.keyboard.press("u")
    see_on_top(page, "Gift 8")


def test_what_happens_is_told_to_screen_readers(open_deck, alice):
    page = open_deck(alice)

    page.get_by_role("button", name="Not for me").click()

    expect(page.get_by_role("status")).to_have_text("Not for me: Gift 1. Next: Gift 2, £20.00.")
    expect(page.get_by_role("button", name="Not for me")).to_be_focused()


def test_signing_out_in_another_tab_is_noticed(open_deck, alice):
    page = open_deck(alice, expected_failures=["403", "aclue:"])
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Sign out").click()
    other.get_by_role("link", name="Sign in").first.wait_for()

    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("heading", name="Just looking?")).to_be_visible()
    assert answers() == []


def test_a_guest_plays_without_being_recorded(open_deck):
    page = open_deck()

    with page.expect_response("**/swipe"):
        page.keyboard.press("ArrowRight")
    see_on_top(page, "Gift 2")
    page.reload()

    see_on_top(page, "Gift 2")
    assert not Impression.objects.exists()
    assert answers() == []


def test_it_works_without_javascript(open_deck, alice):
    page = open_deck(java_script_enabled=False)
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("E-mail address").fill(alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()

    page.get_by_role("button", name="Love").click()
    see_on_top(page, "Gift 2")
    page.get_by_role("button", name="Not for me").click()
    see_on_top(page, "Gift 3")
    page.get_by_role("button", name="Undo").click()

    see_on_top(page, "Gift 2")
    assert answers() == [("Gift 1", Direction.UP)]


@pytest.mark.parametrize("width", [320, 390, 768, 1600])
def test_nothing_sticks_out_sideways(open_deck, width):
    page = open_deck(viewport={"width": width, "height": 800}, reduced_motion="no-preference")
    at_rest = page.evaluate("document.documentElement.scrollWidth")

    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(150)
    in_flight = page.evaluate("document.documentElement.scrollWidth")

    assert (at_rest, in_flight) == (width, width)


def test_the_pages_around_the_deck_load_cleanly(open_deck, live_server):
    page = open_deck()

    for address in ("/sign-in", "/sign-up", "/docs"):
        page.goto(live_server.url + address, wait_until="networkidle")


@pytest.mark.parametrize(("address", "shown"), [("/docs", "/api/v1/products"), ("/redoc", "API docs by Redocly")])
def test_the_readers_of_the_api_document_show_it_and_ask_nobody_else(open_deck, live_server, address, shown):
    page = open_deck()

    page.goto(live_server.url + address, wait_until="networkidle")

    expect(page.get_by_text(shown).first).to_be_attached(timeout=30_000)
