"""Accounts over HTTP, row by row of the contract; each row answers with and without a slash at its end."""

from datetime import UTC, datetime

import pytest
from django.core import mail

from accounts import services
from accounts.models import User
from accounts.tests.letters import token_for
from common.models import OutboxTask
from common.tests.openapi import as_documented, refused
from common.tests.working import carry_out
from conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db

PROFILE = {
    "id",
    "email",
    "first_name",
    "last_name",
    "full_name",
    "subscription_tier",
    "roles",
    "is_active",
    "email_verified",
    "is_guest",
    "created_at",
    "updated_at",
}
TOKENS = {"access_token", "refresh_token", "token_type", "expires_in", "user"}
SIGNED_IN = TOKENS | {"device_token"}


@pytest.fixture(params=["", "/"], ids=["plain", "slash"])
def slash(request):
    return request.param


@pytest.fixture
def signed_in(alice):
    return services.open_session(user=alice, now=datetime.now(UTC))


def test_registering_answers_201_with_tokens_and_the_profile(api, slash):
    asked = {"email": "Dora@Example.com", "password": PASSWORD, "first_name": "Dora", "last_name": "Field"}

    answer = api().post(f"/api/v1/auth/register{slash}", asked)

    body = as_documented(answer)
    assert (answer.status_code, set(body), set(body["user"])) == (201, SIGNED_IN, PROFILE)
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)
    assert body["user"] | {"id": 0, "created_at": 0, "updated_at": 0} == {
        "id": 0,
        "email": "dora@example.com",
        "first_name": "Dora",
        "last_name": "Field",
        "full_name": "Dora Field",
        "subscription_tier": "free",
        "roles": ["user"],
        "is_active": True,
        "email_verified": False,
        "is_guest": False,
        "created_at": 0,
        "updated_at": 0,
    }
    assert api().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {body['access_token']}"}).status_code == 200


def test_registering_a_taken_address_answers_409(api, alice):
    answer = api().post("/api/v1/auth/register", {"email": "ALICE@example.com", "password": "another horse battery"})

    refused(answer, 409, "USER_EXISTS")


def test_registering_while_registration_is_off_answers_403(api, settings):
    settings.ENABLE_REGISTRATION = False

    answers = [
        api().post(f"/api/v1/auth/{way}", {"email": "dora@example.com", "password": PASSWORD})
        for way in ("register", "signup")
    ]

    for answer in answers:
        refused(answer, 403, "REGISTRATION_DISABLED")


def test_a_network_registers_five_people_an_hour_and_is_told_when_to_come_back(api):
    asked = [{"email": f"guest{n}@example.com", "password": PASSWORD} for n in range(6)]

    answers = [api().post("/api/v1/auth/register", body) for body in asked]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    refused(answers[-1], 429, "RATE_LIMITED")
    assert 1 <= int(answers[-1]["Retry-After"]) <= 3601


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("password", "short", "WEAK_PASSWORD"),
        ("password", "password", "WEAK_PASSWORD"),
        ("password", "dora@example.com", "WEAK_PASSWORD"),
        ("password", "x" * 129, "VALIDATION_ERROR"),
        ("email", "no address", "VALIDATION_ERROR"),
        ("email", "a" * 250 + "@example.com", "VALIDATION_ERROR"),
        ("first_name", "x" * 151, "VALIDATION_ERROR"),
    ],
)
def test_registering_with_a_wrong_value_answers_422_and_names_it(api, field, value, code):
    asked = {"email": "dora@example.com", "password": PASSWORD, field: value}

    answer = api().post("/api/v1/auth/register", asked)

    assert refused(answer, 422, code)["errors"][0]["loc"] == ["body", field]


def test_signing_up_answers_201_with_the_profile_and_a_word(api, slash):
    asked = {"email": "dora@example.com", "password": PASSWORD, "full_name": "Dora van der Field"}

    answer = api().post(f"/api/v1/auth/signup{slash}", asked)

    body = as_documented(answer)
    assert (answer.status_code, set(body), set(body["user"])) == (201, {"user", "message"}, PROFILE)
    assert (body["user"]["full_name"], body["user"]["first_name"], body["user"]["last_name"]) == (
        "Dora van der Field",
        "",
        "",
    )


@pytest.mark.parametrize("way", ["login", "signin"])
def test_signing_in_answers_200_like_registering(api, alice, slash, way):
    answer = api().post(f"/api/v1/auth/{way}{slash}", {"email": " Alice@Example.com ", "password": PASSWORD})

    body = as_documented(answer)
    assert (answer.status_code, set(body), body["user"]["id"]) == (200, SIGNED_IN, str(alice.pk))


def test_a_wrong_address_and_a_wrong_password_answer_alike(api, alice):
    wrong_password = api().post("/api/v1/auth/login", {"email": alice.email, "password": "wrong horse battery"})
    wrong_address = api().post("/api/v1/auth/login", {"email": "nobody@example.com", "password": PASSWORD})

    bodies = [refused(answer, 401, "INVALID_CREDENTIALS") for answer in (wrong_password, wrong_address)]
    assert bodies[0]["detail"] == bodies[1]["detail"]
    assert wrong_password["WWW-Authenticate"] == wrong_address["WWW-Authenticate"] == "Bearer"


def test_a_token_that_has_run_out_keeps_nobody_from_signing_in(api, alice):
    stale = {"Authorization": "Bearer not.a.token"}

    answers = [
        api().post("/api/v1/auth/login", {"email": alice.email, "password": PASSWORD}, headers=stale),
        api().post("/api/v1/auth/signup", {"email": "dora@example.com", "password": PASSWORD}, headers=stale),
        api().post("/api/v1/auth/register", {"email": "edna@example.com", "password": PASSWORD}, headers=stale),
    ]

    assert [answer.status_code for answer in answers] == [200, 201, 201]


def test_thirty_tries_a_minute_to_sign_in_are_enough_for_a_network(api):
    asked = [{"email": f"nobody-{number}@example.com", "password": PASSWORD} for number in range(31)]

    statuses = [api().post("/api/v1/auth/login", one).status_code for one in asked]

    assert statuses == [401] * 30 + [429]


def test_a_refresh_token_buys_one_new_pair(api, signed_in, slash):
    answer = api().post(f"/api/v1/auth/refresh{slash}", {"refresh_token": signed_in.refresh_token})

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (200, TOKENS)
    assert body["refresh_token"] != signed_in.refresh_token
    again = api().post("/api/v1/auth/refresh", {"refresh_token": body["refresh_token"]})
    assert again.status_code == 200


def test_a_spent_refresh_token_answers_401_and_an_unknown_one_too(api, signed_in):
    api().post("/api/v1/auth/refresh", {"refresh_token": signed_in.refresh_token})

    spent = api().post("/api/v1/auth/refresh", {"refresh_token": signed_in.refresh_token})
    access = api().post("/api/v1/auth/refresh", {"refresh_token": signed_in.access_token})

    refused(spent, 401, "TOKEN_REUSED")
    refused(access, 401, "INVALID_TOKEN")
    assert spent["WWW-Authenticate"] == "Bearer"


def test_signing_out_answers_204_and_ends_this_session_alone(api, alice, slash):
    phone, laptop = api(alice), api(alice)

    answer = phone.post(f"/api/v1/auth/logout{slash}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert phone.get("/api/v1/auth/me").status_code == 401
    assert laptop.get("/api/v1/auth/me").status_code == 200


def test_signing_out_everywhere_answers_204_and_ends_every_session(api, alice, bob):
    phone, laptop, bobs = api(alice), api(alice), api(bob)

    answer = phone.post("/api/v1/auth/logout", {"all": True})

    assert answer.status_code == 204
    assert [client.get("/api/v1/auth/me").status_code for client in (phone, laptop, bobs)] == [401, 401, 200]


@pytest.mark.parametrize("path", ["/api/v1/auth/me", "/api/v1/users/me"])
def test_a_person_reads_their_own_profile(api, alice, slash, path):
    answer = api(alice).get(path + slash)

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (200, PROFILE)
    assert (body["id"], body["email"], body["full_name"]) == (str(alice.pk), "alice@example.com", "Alice")


def test_a_person_changes_their_names(api, alice, slash):
    answer = api(alice).patch(f"/api/v1/users/me{slash}", {"last_name": "Larkfield"})
    named = api(alice).patch("/api/v1/users/me", {"full_name": "Alice L."})

    body = as_documented(answer)
    assert (answer.status_code, body["full_name"], body["first_name"]) == (200, "Alice Larkfield", "Alice")
    assert named.json()["full_name"] == "Alice L."
    assert api(alice).get("/api/v1/users/me").json() == named.json()


@pytest.mark.parametrize("given", [{}, {"current_password": "wrong horse battery"}, {"current_password": ""}])
def test_a_new_password_takes_the_right_old_one(api, alice, given):
    answer = api(alice).patch("/api/v1/users/me", {"password": "a better horse battery", **given})

    code = "VALIDATION_ERROR" if given.get("current_password") == "" else "CURRENT_PASSWORD_REQUIRED"
    assert refused(answer, 422, code)["errors"][0]["loc"] == ["body", "current_password"]
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_new_password_ends_the_other_sessions(api, alice):
    phone, laptop = api(alice), api(alice)

    answer = phone.patch("/api/v1/users/me", {"password": "a better horse battery", "current_password": PASSWORD})

    assert answer.status_code == 200
    assert [client.get("/api/v1/auth/me").status_code for client in (phone, laptop)] == [200, 401]
    login = api().post("/api/v1/auth/login", {"email": alice.email, "password": "a better horse battery"})
    assert login.status_code == 200


def test_a_new_address_counts_once_its_link_was_used_and_the_old_one_is_told(api, alice):
    client = api(alice)

    asked = client.patch("/api/v1/users/me", {"email": "Alice@New.example", "first_name": "Alicia"})
    token = token_for("alice@new.example", "/verify-email")
    proved = api().post("/api/v1/auth/verify-email", {"token": token})

    before, after = as_documented(asked), client.get("/api/v1/users/me").json()
    assert (before["email"], before["first_name"]) == ("alice@example.com", "Alicia")
    assert proved.status_code == 204
    assert (after["email"], after["email_verified"]) == ("alice@new.example", True)
    told = OutboxTask.objects.get(task="accounts.tell_old_address")
    assert told.arguments == {"user_id": str(alice.pk), "address": "alice@example.com"}


def test_an_address_that_somebody_else_has_is_answered_like_any_other_and_never_becomes_mine(api, alice, bob):
    client = api(alice)
    carry_out()  # what greets the two of them
    mail.outbox.clear()

    taken = client.patch("/api/v1/users/me", {"email": bob.email})
    free = client.patch("/api/v1/users/me", {"email": "free@example.com"})

    carry_out()
    assert (taken.status_code, free.status_code) == (200, 200)
    assert {**taken.json(), "updated_at": ""} == {**free.json(), "updated_at": ""}
    told = [letter.to for letter in mail.outbox]
    assert sorted(told) == [[alice.email], [alice.email], ["free@example.com"]]


def test_an_address_that_was_taken_since_its_link_was_mailed_stays_whose_it_is(api, alice):
    api(alice).patch("/api/v1/users/me", {"email": "soon@example.com"})
    token = token_for("soon@example.com", "/verify-email")
    make_person("Soon")

    answer = api().post("/api/v1/auth/verify-email", {"token": token})

    refused(answer, 422, "INVALID_LINK")
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_a_new_password_ends_a_change_of_address_that_a_thief_has_begun(api, alice):
    api(alice).patch("/api/v1/users/me", {"email": "thief@example.com"})
    token = token_for("thief@example.com", "/verify-email")
    api(alice).patch("/api/v1/users/me", {"password": "a better horse battery", "current_password": PASSWORD})

    answer = api().post("/api/v1/auth/verify-email", {"token": token})

    refused(answer, 422, "INVALID_LINK")


def test_a_thief_of_a_session_does_not_try_passwords_without_end(api, alice, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "3/minute"}
    client = api(alice)
    asked = {"password": "a better horse battery", "current_password": "wrong horse battery"}

    statuses = [client.patch("/api/v1/users/me", asked).status_code for _ in range(4)]

    assert statuses == [422] * 3 + [429]


def test_a_person_leaves_and_their_account_with_them(api, alice, slash):
    client = api(alice)

    answer = client.delete(f"/api/v1/users/me{slash}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not User.objects.filter(pk=alice.pk).exists()
    assert client.get("/api/v1/users/me").status_code == 401
