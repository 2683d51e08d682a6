"""Signing up, in and out on the site."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import Session, SessionKind, User
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, person, **more):
    return client.post("/sign-in", {"username": person.email, "password": PASSWORD, **more})


def test_signing_up_makes_an_account_and_signs_the_browser_in(client):
    answer = client.post("/sign-up", {"full_name": "Dora Day", "email": "Dora@Example.com", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    dora = User.objects.get(email="dora@example.com")
    assert Session.objects.get(user=dora).kind == SessionKind.BROWSER
    assert "Dora Day" in client.get("/").text


def test_who_signs_up_can_read_what_they_agree_to(client):
    page = client.get("/sign-up").text

    assert 'href="/terms"' in page.partition("<footer")[0]
    assert 'href="/privacy"' in page.partition("<footer")[0]


def test_staff_who_forgot_their_password_find_the_way(client):
    assert 'href="/forgot-password"' in client.get("/admin/login/").text


def test_signing_up_with_a_known_address_is_refused_beside_that_field(client, alice):
    answer = client.post("/sign-up", {"email": alice.email, "password": PASSWORD})

    assert answer.context["form"].errors == {"email": ["There is an account with this e-mail address already."]}
    assert User.objects.count() == 1


def test_signing_up_with_a_common_password_is_refused_beside_that_field(client):
    answer = client.post("/sign-up", {"email": "dora@example.com", "password": "password123"})

    assert list(answer.context["form"].errors) == ["password"]
    assert not User.objects.exists()


def test_signing_up_with_an_address_longer_than_the_column_is_a_form_error(client):
    longest = f"{'d' * 60}@{'.'.join(['e' * 60] * 4)}.example"

    answer = client.post("/sign-up", {"email": longest, "password": PASSWORD})

    assert list(answer.context["form"].errors) == ["email"]


def test_signing_up_again_and_again_from_one_address_meets_the_limit(client, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"register": "1/hour"}
    client.post("/sign-up", {"email": "dora@example.com", "password": "password123"})

    answer = client.post("/sign-up", {"email": "dora@example.com", "password": PASSWORD})

    assert answer.context["form"].non_field_errors() == ["Too many requests. Please wait a moment."]
    assert not User.objects.exists()


def test_where_registration_is_closed_the_page_says_so(client, settings):
    settings.ENABLE_REGISTRATION = False

    page = client.get("/sign-up")
    posted = client.post("/sign-up", {"email": "dora@example.com", "password": PASSWORD})

    assert "New accounts cannot be made" in page.text
    assert posted.status_code == 200
    assert not User.objects.exists()


def test_anybody_with_an_account_can_sign_in(client, alice):
    answer = sign_in(client, alice)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Session.objects.get(user=alice).kind == SessionKind.BROWSER
    assert "Alice" in client.get("/").text


def test_a_wrong_password_is_refused_without_saying_which_half_is_wrong(client, alice):
    known = client.post("/sign-in", {"username": alice.email, "password": "not her password"})
    unknown = client.post("/sign-in", {"username": "nobody@example.com", "password": "not her password"})

    assert known.context["form"].non_field_errors() == ["E-mail address or password is wrong."]
    assert unknown.context["form"].non_field_errors() == known.context["form"].non_field_errors()
    assert not Session.objects.exists()


def test_a_closed_account_stays_out(client, alice):
    services.set_active(user=alice, active=False, now=timezone.now(), actor_id=None)

    answer = sign_in(client, alice)

    assert answer.context["form"].non_field_errors() == ["E-mail address or password is wrong."]


def test_signing_out_ends_the_session_row(client, alice):
    sign_in(client, alice)

    answer = client.post("/sign-out")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Session.objects.get(user=alice).revoked_because == "signed out"
    assert "Sign in" in client.get("/").text


def test_signing_out_takes_a_post(client, alice):
    sign_in(client, alice)

    answer = client.get("/sign-out")

    assert answer.status_code == 405
    assert Session.objects.get(user=alice).revoked_at is None


def test_a_revoked_session_signs_the_browser_out_at_once(client, alice):
    sign_in(client, alice)

    services.sign_out_everywhere(user=alice, now=timezone.now())

    assert "Sign in" in client.get("/").text


def test_next_leads_to_an_address_of_ours(client, alice):
    answer = sign_in(client, alice, next="/docs")

    assert answer["Location"] == "/docs"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/sign-in", "/sign-out", "/swipe/"]
)
def test_next_to_anywhere_else_is_ignored(client, alice, elsewhere):
    signed_in = sign_in(client, alice, next=elsewhere)
    again = client.get("/sign-in", {"next": elsewhere})

    assert signed_in["Location"] == "/"
    assert again["Location"] == "/"


def test_whoever_is_signed_in_is_not_asked_to_sign_up(client, alice):
    sign_in(client, alice)

    assert client.get("/sign-up")["Location"] == "/"


def test_a_form_without_its_token_is_refused_with_a_page_of_ours(alice):
    strict = Client(enforce_csrf_checks=True)

    answer = sign_in(strict, alice)

    assert answer.status_code == 403
    assert "This page was out of date" in answer.text
    assert not Session.objects.exists()
