"""Switches count while aclue runs; MAINTENANCE closes the site and the API, and leaves open what mends them."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.test import Client
from django.utils.html import escape

from accounts.tests.factors import code_of
from common import flags
from common.models import AuditEntry, Flag
from common.tests.openapi import refused
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NEW = {"email": "dora@example.com", "password": PASSWORD}
OPEN = ["/health", "/api/health", "/health/db", "/health/redis", "/ready", "/admin/login/"]
CLOSED = ["/api/v1/products", "/api/v1/products/", "/api/v1/auth/me", "/api/v1", "/openapi.json", "/api/v1/admin-info"]


def switch(name, is_on):
    flags.switch(name=name, is_on=is_on, now=NOW, actor_id=None)


@pytest.mark.parametrize("name", sorted(flags.MEANINGS))
@pytest.mark.parametrize("environment", [True, False])
def test_staffs_word_goes_before_the_environments_until_it_is_taken_back(settings, name, environment):
    setattr(settings, name, environment)
    stood = [flags.is_on(name)]
    for word in (not environment, environment, None):
        switch(name, word)
        stood.append(flags.is_on(name))

    assert stood == [environment, not environment, environment, environment]


def test_a_switch_counts_for_others_when_they_look_again(monkeypatch):
    assert flags.is_on("ENABLE_REGISTRATION")
    Flag.objects.filter(name="ENABLE_REGISTRATION").update(is_on=False)  # in another process
    assert flags.is_on("ENABLE_REGISTRATION")

    monkeypatch.setattr(flags, "LOOK_SECONDS", 0.0)
    flags.forget()

    assert not flags.is_on("ENABLE_REGISTRATION")


@pytest.mark.parametrize("is_on", [True, False])
def test_registration_follows_its_switch(api, client, is_on):
    switch("ENABLE_REGISTRATION", is_on)

    answer = api().post("/api/v1/auth/register", NEW)
    page = client.get("/sign-up").content.decode()

    assert answer.status_code == (201 if is_on else 403)
    assert ('name="password"' in page) == is_on


def test_admin_info_shows_what_counts(api, mary):
    switch("ENABLE_AFFILIATE_TRACKING", False)

    shown = api(mary).get("/api/v1/admin-info").json()["feature_flags"]

    assert shown == dict.fromkeys(flags.MEANINGS, True) | {"ENABLE_AFFILIATE_TRACKING": False, "MAINTENANCE": False}


def test_in_maintenance_the_api_answers_503_in_its_one_shape(api, alice):
    switch("MAINTENANCE", True)

    for path in CLOSED:
        answer = api(alice).get(path)
        refused(answer, 503, "MAINTENANCE")
        assert answer["Retry-After"] == "60"
        assert answer["X-Content-Type-Options"] == "nosniff"
    refused(api().post("/api/v1/auth/login", NEW), 503, "MAINTENANCE")


def test_in_maintenance_the_site_shows_a_page_without_asking_the_database(client, django_assert_num_queries):
    switch("MAINTENANCE", True)
    flags.is_on("MAINTENANCE")

    with django_assert_num_queries(0):
        page = client.get("/")

    assert (page.status_code, page["Retry-After"]) == (503, "60")
    assert "Back in a moment" in page.content.decode()
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", OPEN)
def test_in_maintenance_health_and_admin_stay_open(client, path):
    switch("MAINTENANCE", True)

    assert client.get(path).status_code == 200


def test_in_maintenance_the_admin_is_found_without_its_slash(client):
    switch("MAINTENANCE", True)

    assert client.get("/admin", follow=True).redirect_chain[0] == ("/admin/", 302)


def test_in_maintenance_an_admin_whose_role_takes_a_second_factor_sets_it_up_and_ends_it(staff, settings):
    settings.SECOND_FACTOR_ROLES = ["admin"]
    flags.write_rows(apps=apps, using="default")
    switch("MAINTENANCE", True)

    led = staff.get("/admin/", follow=True)
    begun = staff.post("/account/second-factor", {"step": "begin"}, follow=True)
    staff.post("/account/second-factor", {"step": "confirm", "otp": code_of(begun.context["setup"].secret)})
    staff.post("/admin/common/flag/", {"action": "switch_off", "_selected_action": ["MAINTENANCE"]})

    assert (led.status_code, led.wsgi_request.path) == (200, "/account/second-factor")
    assert not flags.is_on("MAINTENANCE")


def test_in_maintenance_an_admin_may_leave(staff):
    switch("MAINTENANCE", True)

    assert staff.post("/sign-out").status_code == 302


def test_after_maintenance_all_is_as_before(api, client):
    switch("MAINTENANCE", True)
    switch("MAINTENANCE", False)

    assert api().get("/api/v1/products").status_code == 200
    assert client.get("/sign-in").status_code == 200


@pytest.fixture
def staff(admin):
    browser = Client()
    browser.force_login(admin)
    return browser


def test_staff_see_each_switch_with_its_meaning_and_set_it(staff, admin):
    flags.write_rows(apps=apps, using="default")
    page = staff.get("/admin/common/flag/").content.decode()
    for meaning in flags.MEANINGS.values():
        assert escape(meaning) in page

    for action, expected in (("switch_off", False), ("switch_on", True), ("as_the_environment_says", None)):
        staff.post("/admin/common/flag/", {"action": action, "_selected_action": ["ENABLE_REGISTRATION"]})
        assert Flag.objects.get(name="ENABLE_REGISTRATION").is_on is expected
    assert AuditEntry.objects.filter(action="flag.switched").count() == 3


def test_a_name_that_is_none_is_refused():
    with pytest.raises(flags.NoSuchFlag):
        switch("ENABLE_MAGIC", True)
