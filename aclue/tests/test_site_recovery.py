"""The pages that mails lead to, and the page of one's devices."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import OneTimeLink, Session
from accounts.tests.factors import switch_on
from accounts.tests.letters import letters_to, subjects_to, token_for
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "a better horse battery"


def sign_in(client, person, password=PASSWORD):
    return client.post("/sign-in", {"username": person.email, "password": password})


def test_a_link_that_a_mail_scanner_opens_is_not_spent(client, alice):
    verify, forgotten = token_for(alice.email, "/verify-email"), client.post("/forgot-password", {"email": alice.email})
    reset = token_for(alice.email)

    for _ in range(3):
        pages = [client.get("/verify-email", {"token": verify}), client.get("/reset-password", {"token": reset})]

    assert forgotten.status_code == 200
    assert [page.status_code for page in pages] == [200, 200]
    assert "Verify my address" in pages[0].text
    assert not OneTimeLink.objects.exclude(used_at=None).exists()
    alice.refresh_from_db()
    assert alice.email_verified_at is None


def test_pressing_the_button_verifies_the_address(client, alice):
    token = token_for(alice.email, "/verify-email")

    page = client.post(f"/verify-email?token={token}", {"token": token})

    assert "alice@example.com</strong> is verified" in page.text
    alice.refresh_from_db()
    assert alice.email_verified_at is not None


def test_a_link_that_is_void_leads_to_the_form_that_asks_for_another(client, alice):
    token = token_for(alice.email, "/verify-email")
    client.post("/verify-email", {"token": token})

    page = client.post(f"/verify-email?token={token}", {"token": token})

    assert "does not work any more" in page.text
    assert 'action="/verify-email/resend"' in page.text


def test_a_void_link_says_so_before_anything_is_typed_or_pressed(client, alice):
    verify = token_for(alice.email, "/verify-email")
    client.post("/verify-email", {"token": verify})
    client.post("/forgot-password", {"email": alice.email})
    older = token_for(alice.email)
    client.post("/forgot-password", {"email": alice.email})
    newest = token_for(alice.email)

    pages = [
        client.get("/verify-email", {"token": verify}),
        client.get("/reset-password", {"token": older}),
        client.get("/reset-password"),
    ]

    for page in pages:
        assert "does not work any more" in page.text
        assert 'name="password"' not in page.text
    assert 'name="password"' in client.get("/reset-password", {"token": newest}).text


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


def test_devices_go_by_the_names_that_people_know(client, alice):
    services.let_in(user=alice, now=timezone.now(), device="phone")
    client.post("/sign-in", {"username": alice.email, "password": PASSWORD}, headers={"User-Agent": CHROME})

    page = client.get("/account/devices", headers={"User-Agent": CHROME}).text

    assert ">Chrome on Linux</p>" in page
    assert ">phone</p>" in page
    (told,) = [letter for letter in letters_to(alice.email) if "new sign-in" in letter.subject]
    assert "Chrome on Linux" in told.body
    assert "Chrome on Linux" in told.alternatives[0].content


def test_another_link_is_asked_for_on_the_site(client, alice):
    letters_to(alice.email)
    mail.outbox.clear()

    known = client.post("/verify-email/resend", {"email": alice.email})
    unknown = client.post("/verify-email/resend", {"email": "nobody@example.com"})

    assert "a link is on its way" in known.text
    assert known.text.replace(alice.email, "X") == unknown.text.replace("nobody@example.com", "X")
    assert subjects_to(alice.email) == ["Please verify your address at aclue"]


def test_a_forgotten_password_is_set_anew_on_the_site(client, alice):
    start = client.get("/sign-in")
    client.post("/forgot-password", {"email": alice.email})
    token = token_for(alice.email)
    form = client.get("/reset-password", {"token": token})

    done = client.post(f"/reset-password?token={token}", {"token": token, "password": NEW})

    assert 'href="/forgot-password"' in start.text
    assert f'value="{token}"' in form.text
    assert "no-store" in form["Cache-Control"]
    assert form["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Your new password is set" in done.text
    assert "Sign in" in client.get("/").text  # nobody is signed in by it
    assert sign_in(client, alice, NEW).status_code == 302
    assert "A new sign-in to your aclue account" not in subjects_to(alice.email)


@pytest.mark.parametrize(
    ("password", "field", "words"),
    [("short", "password", "at least 8 characters"), ("password123", "password", "too common")],
)
def test_a_password_that_will_not_do_is_refused_beside_its_field(client, alice, password, field, words):
    client.post("/forgot-password", {"email": alice.email})
    token = token_for(alice.email)

    page = client.post("/reset-password", {"token": token, "password": password})

    assert words in str(page.context["form"].errors[field])
    assert client.post("/reset-password", {"token": token, "password": NEW}).status_code == 200


@pytest.mark.parametrize("token", ["", "never-was", "x" * 201, "nul\x00"])
def test_a_link_that_never_was_reads_like_any_other_form_error(client, token):
    pages = [
        client.get("/reset-password", {"token": token}),
        client.post("/reset-password", {"token": token, "password": NEW}),
        client.get("/verify-email", {"token": token}),
        client.post("/verify-email", {"token": token}),
    ]

    assert [page.status_code for page in pages] == [200] * 4
    assert pages[1].context["form"].errors


def test_asking_again_and_again_meets_the_limit(client, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail": "1/hour"}
    client.post("/forgot-password", {"email": "nobody@example.com"})

    page = client.post("/forgot-password", {"email": "nobody@example.com"})

    assert page.context["form"].non_field_errors() == ["Too many requests. Please wait a moment."]


def test_a_form_without_its_token_is_refused(alice):
    strict = Client(enforce_csrf_checks=True)
    letters_to(alice.email)
    mail.outbox.clear()

    answers = [
        strict.post(page, {"email": alice.email, "token": "x", "password": NEW})
        for page in ("/forgot-password", "/verify-email/resend", "/verify-email", "/reset-password", "/account/devices")
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert letters_to(alice.email) == []


def test_a_second_factor_is_asked_after_a_reset_on_the_site_too(client, alice):
    switch_on(alice)
    client.post("/forgot-password", {"email": alice.email})
    client.post("/reset-password", {"token": token_for(alice.email), "password": NEW})

    sign_in(client, alice, NEW)

    assert not Session.objects.active(timezone.now()).filter(user=alice).exists()


def test_one_sees_ones_devices_and_ends_one_of_them(client, api, alice, bob):
    phone = services.open_session(user=alice, now=timezone.now(), device="Alice's <phone>")
    services.open_session(user=bob, now=timezone.now(), device="Bob's phone")
    sign_in(client, alice)

    page = client.get("/account/devices")
    ended = client.post(f"/account/devices/{phone.session.pk}/end")

    assert "Alice&#x27;s &lt;phone&gt;" in page.text
    assert "This device" in page.text
    assert "Bob" not in page.text
    assert ended["Location"] == "/account/devices"
    assert "Alice&#x27;s &lt;phone&gt;" not in client.get("/account/devices").text
    bearer = {"Authorization": f"Bearer {phone.access_token}"}
    assert api().get("/api/v1/auth/me", headers=bearer).status_code == 401


def test_nobody_ends_another_persons_device(client, alice, bob):
    bobs = services.open_session(user=bob, now=timezone.now()).session
    sign_in(client, alice)

    answer = client.post(f"/account/devices/{bobs.pk}/end")

    assert answer.status_code == 404
    bobs.refresh_from_db()
    assert bobs.revoked_at is None


def test_signing_out_everywhere_ends_this_browser_too(client, alice):
    services.open_session(user=alice, now=timezone.now())
    sign_in(client, alice)

    answer = client.post("/account/devices")

    assert answer["Location"] == "/sign-in"
    assert not Session.objects.active(timezone.now()).filter(user=alice).exists()


def test_strangers_are_sent_to_sign_in(client, unknown_id):
    answers = [client.get("/account/devices"), client.post(f"/account/devices/{unknown_id}/end")]

    assert [answer["Location"].partition("?")[0] for answer in answers] == ["/sign-in"] * 2


def test_ending_takes_a_post(client, alice, unknown_id):
    sign_in(client, alice)

    assert client.get(f"/account/devices/{unknown_id}/end").status_code == 405
