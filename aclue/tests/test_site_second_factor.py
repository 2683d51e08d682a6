"""The second factor in a browser: at the site's form, at the admin's, and on its own page."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Session, SessionKind
from accounts.services import second_factor
from accounts.tests.factors import code_of, switch_on
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("door", ["/sign-in", "/admin/login/"])
def test_the_form_asks_for_the_code_and_opens_with_it(client, admin, door):
    app = switch_on(admin)
    given = {"username": admin.email, "password": PASSWORD}

    shown = client.get(door)
    without = client.post(door, given)
    wrong = client.post(door, {**given, "otp": "000000"})
    assert not Session.objects.exists()
    right = client.post(door, {**given, "otp": app.code()})

    assert 'name="otp"' in shown.content.decode()
    assert "code from your authenticator app is needed" in without.content.decode()
    assert "code is wrong or was used before" in wrong.content.decode()
    assert right.status_code == 302
    assert Session.objects.get().kind == SessionKind.BROWSER


@pytest.mark.parametrize("door", ["/sign-in", "/admin/login/"])
def test_without_a_factor_the_field_may_stay_empty(client, admin, door):
    answer = client.post(door, {"username": admin.email, "password": PASSWORD, "otp": ""})

    assert answer.status_code == 302


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/password_change/", "/"])
def test_a_role_that_takes_one_is_led_to_setting_it_up(client, admin, settings, path):
    settings.SECOND_FACTOR_ROLES = ["admin"]
    client.force_login(admin)

    answer = client.get(path)

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/account/second-factor")


def test_it_sets_one_up_there_and_goes_on(client, admin, settings):
    settings.SECOND_FACTOR_ROLES = ["admin"]
    client.force_login(admin)

    begun = client.post("/account/second-factor", {"step": "begin"}, follow=True)
    secret = begun.context["setup"].secret
    wrong = client.post("/account/second-factor", {"step": "confirm", "otp": "000000"})
    done = client.post("/account/second-factor", {"step": "confirm", "otp": code_of(secret)})

    assert "<svg" in begun.content.decode()
    assert "code is wrong" in wrong.content.decode()
    assert len(done.context["recovery_codes"]) == 10
    assert client.get("/admin/").status_code == 200


def test_it_may_sign_out_instead(client, admin, settings):
    settings.SECOND_FACTOR_ROLES = ["admin"]
    client.force_login(admin)

    site = client.post("/sign-out")
    client.force_login(admin)
    desk = client.post("/admin/logout/")

    assert (site.status_code, desk.status_code) == (302, 200)
    assert not Session.objects.active(datetime.now(UTC)).exists()


def test_a_person_switches_theirs_off_on_the_page(client, alice):
    app = switch_on(alice)
    client.force_login(alice)

    wrong = client.post("/account/second-factor", {"step": "disable", "password": "no", "otp": app.code()})
    assert second_factor.has_factor(alice)
    right = client.post("/account/second-factor", {"step": "disable", "password": PASSWORD, "otp": app.code()})

    assert "has to be right" in wrong.content.decode()
    assert right.status_code == 302
    assert not second_factor.has_factor(alice)


def test_a_person_draws_new_recovery_codes_on_the_page(client, alice):
    app = switch_on(alice)
    client.force_login(alice)

    done = client.post("/account/second-factor", {"step": "codes", "password": PASSWORD, "otp": app.code()})

    assert len(done.context["recovery_codes"]) == 10
    with pytest.raises(second_factor.WrongOtp):
        second_factor.require(user=alice, otp=app.recovery_codes[0], now=datetime.now(UTC))


def test_the_page_is_for_who_is_signed_in_and_kept_by_no_cache(client, alice):
    stranger = client.get("/account/second-factor")
    client.force_login(alice)
    shown = client.get("/account/second-factor")

    assert (stranger.status_code, stranger["Location"].partition("?")[0]) == (302, "/sign-in")
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]


def test_who_signed_in_a_while_ago_begins_with_the_password(client, alice):
    client.force_login(alice)
    Session.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=11))

    shown = client.get("/account/second-factor")
    without = client.post("/account/second-factor", {"step": "begin"})
    wrong = client.post("/account/second-factor", {"step": "begin", "current_password": "no"})
    assert second_factor.pending_setup(alice) is None
    right = client.post("/account/second-factor", {"step": "begin", "current_password": PASSWORD})

    assert 'name="current_password"' in shown.content.decode()
    assert "This field is required" in without.content.decode()
    assert "has to be right" in wrong.content.decode()
    assert right.status_code == 302
    assert second_factor.pending_setup(alice) is not None
