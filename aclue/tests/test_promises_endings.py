"""What ends a sign-in ends it within a second: in an app, in a browser on the site, and at the admin."""

import time
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts import services
from accounts.models import Session, SessionKind
from accounts.tests.letters import token_for
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "a better horse battery"


def now():
    return datetime.now(UTC)


class InApp:
    """An app that holds a pair of tokens."""

    kind = SessionKind.API

    def __init__(self, api, person):
        self.api = api
        self.tokens = api().post("/api/v1/auth/login", {"email": person.email, "password": PASSWORD}).json()
        self.headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def is_in(self):
        return self.api().get("/api/v1/auth/me", headers=self.headers).status_code == 200

    def can_refresh(self):
        token = {"refresh_token": self.tokens["refresh_token"]}
        return self.api().post("/api/v1/auth/refresh", token).status_code == 200

    def sign_out(self):
        assert self.api().post("/api/v1/auth/logout", headers=self.headers).status_code == 204

    def sign_out_everywhere(self):
        assert self.api().post("/api/v1/auth/logout", {"all": True}, headers=self.headers).status_code == 204


class OnSite:
    """A browser on the site."""

    kind = SessionKind.BROWSER
    door, inside = "/sign-in", "/account/devices"

    def __init__(self, api, person):
        self.browser = Client()
        self.browser.post(self.door, {"username": person.email, "password": PASSWORD})

    def is_in(self):
        return self.browser.get(self.inside).status_code == 200

    def can_refresh(self):
        return self.is_in()

    def sign_out(self):
        self.browser.post("/sign-out")

    def sign_out_everywhere(self):
        assert self.browser.post("/account/devices").status_code == 302


class AtAdmin(OnSite):
    """A browser at the admin."""

    door, inside = "/admin/login/", "/admin/"

    def sign_out(self):
        self.browser.post("/admin/logout/")


def log_out(place, api, person):
    place.sign_out()


def log_out_everywhere(place, api, person):
    place.sign_out_everywhere()


def end_from_another_device(place, api, person):
    session = Session.objects.active(now()).get(user=person, kind=place.kind)
    other = api(person)
    assert other.delete(f"/api/v1/auth/sessions/{session.pk}").status_code == 204


def deactivate(place, api, person):
    services.set_active(user=person, active=False, now=now(), actor_id=None)


def change_the_password(place, api, person):
    change = {"password": NEW, "current_password": PASSWORD}
    assert api(person).patch("/api/v1/users/me", change).status_code == 200


def reset_the_password(place, api, person):
    api().post("/api/v1/auth/password/forgot", {"email": person.email})
    reset = {"token": token_for(person.email), "password": NEW}
    assert api().post("/api/v1/auth/password/reset", reset).status_code == 200


def have_staff_set_the_password(place, api, person):
    services.set_password(user=person, password=NEW, now=now(), actor_id=None)


def change_roles(place, api, person):
    services.set_roles(user=person, roles=["analyst"], now=now(), actor_id=None)


def erase(place, api, person):
    assert api(person).delete("/api/v1/users/me").status_code == 204


ENDINGS = (
    log_out,
    log_out_everywhere,
    end_from_another_device,
    deactivate,
    change_the_password,
    reset_the_password,
    have_staff_set_the_password,
    change_roles,
    erase,
)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
@pytest.mark.parametrize("place", [InApp, OnSite, AtAdmin], ids=lambda place: place.__name__)
def test_the_very_next_request_is_refused_and_no_refresh_helps(api, admin, place, ending):
    here = place(api, admin)
    assert here.is_in()
    assert Session.objects.active(now()).filter(user=admin, kind=here.kind).count() == 1

    ending(here, api, admin)

    ended_at = time.monotonic()
    assert not here.is_in()
    assert time.monotonic() - ended_at < 1
    # New roles end what was issued under the old ones; an app gets the new ones by its refresh token.
    assert here.can_refresh() is (place is InApp and ending is change_roles)


@pytest.mark.parametrize("place", [InApp, OnSite, AtAdmin], ids=lambda place: place.__name__)
def test_what_ends_one_sign_in_leaves_the_others_alone(api, admin, place):
    here, there = place(api, admin), place(api, admin)

    here.sign_out()

    assert (here.is_in(), there.is_in()) == (False, True)
