"""Being made to set a second factor up, in a real Chromium: from the admin's door to the desk."""

import pytest
from playwright.sync_api import expect

from accounts.services import second_factor
from accounts.tests.factors import code_of, switch_on
from aclue.tests.test_site_browser import chromium, pytestmark  # noqa: F401  fixture and marks
from conftest import PASSWORD


@pytest.fixture
def page(chromium):  # noqa: F811
    """A fresh browser; what goes wrong there fails the test."""
    complaints, context = [], chromium.new_context(viewport={"width": 1100, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    yield page
    context.close()
    assert complaints == []


def test_an_admin_is_led_from_the_door_through_setting_it_up_to_the_desk(page, live_server, admin, settings):
    settings.SECOND_FACTOR_ROLES = ["admin"]
    page.goto(f"{live_server.url}/admin/login/")
    page.fill("[name=username]", admin.email)
    page.fill("[name=password]", PASSWORD)
    page.click("#login-form button[type=submit]")

    page.click("text=Set it up")
    picture = page.locator(".qr svg")
    expect(picture).to_be_visible()
    size = picture.bounding_box()
    page.fill("[name=otp]", code_of(second_factor.pending_setup(admin).secret))
    page.click("text=Switch it on")

    assert size["width"] == size["height"] >= 180
    expect(page.locator(".codes li")).to_have_count(10)
    page.click("text=I have kept them")
    page.wait_for_url(f"{live_server.url}/admin/")


@pytest.mark.parametrize(
    ("door", "button"), [("/sign-in", "main form button"), ("/admin/login/", "#login-form button")]
)
def test_the_form_says_that_a_code_is_due_and_takes_it(page, live_server, admin, door, button):
    app = switch_on(admin)
    page.goto(live_server.url + door)
    page.fill("[name=username]", admin.email)
    page.fill("[name=password]", PASSWORD)
    page.click(button)
    expect(page.get_by_text("The code from your authenticator app is needed too.").first).to_be_visible()

    page.fill("[name=password]", PASSWORD)
    page.fill("[name=otp]", app.code())
    page.click(button)

    page.wait_for_url(lambda url: door not in url)
