"""Where somebody is signed in: listed, and ended one by one."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import services
from accounts.models import Session, SessionKind
from common.models import AuditEntry
from common.tests.openapi import as_documented, refused
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

SESSIONS = "/api/v1/auth/sessions"
KEYS = {"id", "kind", "device", "network", "created_at", "used_at", "expires_at", "current"}


def now():
    return datetime.now(UTC)


@pytest.fixture(params=["", "/"], ids=["plain", "slash"])
def slash(request):
    return request.param


def login(api, person, agent):
    asked = {"email": person.email, "password": PASSWORD}
    return api().post("/api/v1/auth/login", asked, headers={"User-Agent": agent}).json()


def bearer(tokens):
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_a_person_sees_where_they_are_signed_in_and_nobody_elses(api, client, alice, bob, slash):
    login(api, alice, "phone")
    client.post("/sign-in", {"username": alice.email, "password": PASSWORD}, headers={"User-Agent": "browser"})
    here = login(api, alice, "laptop")
    login(api, bob, "Bob's phone")

    answer = api().get(f"{SESSIONS}{slash}", headers=bearer(here))

    body = as_documented(answer)
    assert (answer.status_code, body["total"], set(body["items"][0])) == (200, 3, KEYS)
    assert [(one["device"], one["kind"], one["current"]) for one in body["items"]] == [
        ("laptop", "api", True),
        ("browser", "browser", False),
        ("phone", "api", False),
    ]
    assert {one["network"] for one in body["items"]} == {"127.0.0.1"}


def test_the_list_has_pages(api, alice):
    client = api(alice)
    for _ in range(4):
        api(alice)

    first, last, beyond = (client.get(SESSIONS, {"per_page": 2, "page": page}).json() for page in (1, 3, 9))

    assert (first["total"], first["pages"], len(first["items"])) == (5, 3, 2)
    assert (len(last["items"]), beyond["items"]) == (1, [])
    refused(client.get(SESSIONS, {"page": 0}), 422, "VALIDATION_ERROR")


def test_what_has_ended_or_run_out_is_not_listed(api, alice):
    client = api(alice)
    ended, run_out = (services.open_session(user=alice, now=now()).session for _ in range(2))
    services.sign_out(session=ended, now=now())
    Session.objects.filter(pk=run_out.pk).update(expires_at=now() - timedelta(seconds=1))

    assert client.get(SESSIONS).json()["total"] == 1


def test_ending_one_device_ends_it_at_once_and_no_other(api, client, alice, slash):
    phone, laptop = login(api, alice, "phone"), login(api, alice, "laptop")
    client.post("/sign-in", {"username": alice.email, "password": PASSWORD})
    of = {one["device"]: one["id"] for one in api().get(SESSIONS, headers=bearer(laptop)).json()["items"]}

    answer = api().delete(f"{SESSIONS}/{of['phone']}{slash}", headers=bearer(laptop))

    assert (answer.status_code, as_documented(answer)) == (204, None)
    assert api().get("/api/v1/auth/me", headers=bearer(phone)).status_code == 401
    assert api().post("/api/v1/auth/refresh", {"refresh_token": phone["refresh_token"]}).status_code == 401
    assert api().get("/api/v1/auth/me", headers=bearer(laptop)).status_code == 200
    assert "Alice" in client.get("/").text
    assert AuditEntry.objects.filter(action="session.closed").count() == 1


@pytest.mark.parametrize("page", ["/sign-in", "/admin/login/"])
def test_a_browser_is_ended_from_the_list_as_well(api, client, admin, page):
    client.post(page, {"username": admin.email, "password": PASSWORD})
    browser = Session.objects.get(user=admin, kind=SessionKind.BROWSER)
    before = client.get("/admin/").status_code

    answer = api(admin).delete(f"{SESSIONS}/{browser.pk}")

    assert (before, answer.status_code) == (200, 204)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_one_may_end_the_device_in_ones_hand(api, alice):
    client = api(alice)
    (here,) = client.get(SESSIONS).json()["items"]

    answer = client.delete(f"{SESSIONS}/{here['id']}")

    assert (answer.status_code, client.get(SESSIONS).status_code) == (204, 401)


def test_another_persons_an_ended_and_an_unknown_one_answer_alike(api, alice, bob, unknown_id):
    bobs = services.open_session(user=bob, now=now()).session
    ended = services.open_session(user=alice, now=now()).session
    services.sign_out(session=ended, now=now())

    answers = [api(alice).delete(f"{SESSIONS}/{one}") for one in (bobs.pk, ended.pk, unknown_id, "not-an-id")]

    for answer in answers:
        refused(answer, 404, "NOT_FOUND")
    bobs.refresh_from_db()
    assert bobs.revoked_at is None


def test_who_is_not_signed_in_sees_no_list(api, unknown_id):
    refused(api().get(SESSIONS), 401, "NOT_AUTHENTICATED")
    refused(api().delete(f"{SESSIONS}/{unknown_id}"), 401, "NOT_AUTHENTICATED")


def test_a_browsers_use_is_noted_once_an_hour(client, alice):
    client.post("/sign-in", {"username": alice.email, "password": PASSWORD})
    session = Session.objects.get(user=alice)
    for minutes, noted in ((30, False), (61, True)):
        before = now() - timedelta(minutes=minutes)
        Session.objects.filter(pk=session.pk).update(used_at=before)

        client.get("/")

        session.refresh_from_db()
        assert (session.used_at > before) is noted
