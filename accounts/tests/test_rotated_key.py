"""What a new SECRET_KEY ends and what not, as docs/operations.md says; and the command that ends all sessions."""

import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from rest_framework_simplejwt.state import token_backend

from accounts.models import Session
from accounts.services import newsletter
from common.models import AuditEntry

pytestmark = pytest.mark.django_db

ME = "/api/v1/auth/me"


@pytest.fixture
def rotate(settings, monkeypatch):
    """Return a way to start anew under another key, with or without the former one as a fallback."""
    former = settings.SECRET_KEY

    def start_anew(*, fallback):
        settings.SECRET_KEY = "a new key a new key a new key a new key"
        settings.SECRET_KEY_FALLBACKS = [former] if fallback else []
        key = token_backend._prepare_key(settings.SECRET_KEY)  # which a process reads once
        monkeypatch.setitem(vars(token_backend), "prepared_signing_key", key)

    return start_anew


def is_in(browser):
    return browser.get("/account/devices").status_code == 200


@pytest.mark.parametrize("fallback", [True, False])
def test_browsers_stay_signed_in_while_the_former_key_is_named_and_apps_never_do(client, api, alice, rotate, fallback):
    client.force_login(alice)
    app = api(alice)
    assert (is_in(client), app.get(ME).status_code) == (True, 200)

    rotate(fallback=fallback)

    assert (is_in(client), app.get(ME).status_code) == (fallback, 401)


@pytest.mark.parametrize("fallback", [True, False])
def test_links_of_newsletters_lead_on_while_the_former_key_is_named(api, rotate, fallback):
    token = newsletter.unsubscription_token("dora@example.com")

    rotate(fallback=fallback)

    answer = api().post("/api/v1/newsletter/unsubscribe", {"token": token})
    assert answer.status_code == (204 if fallback else 422)


def test_a_command_signs_everybody_out(client, api, alice, mary):
    client.force_login(mary)
    app, out = api(alice), io.StringIO()
    assert (is_in(client), app.get(ME).status_code) == (True, 200)

    call_command("sign_out", "--everybody", stdout=out)

    assert (is_in(client), app.get(ME).status_code) == (False, 401)
    assert not Session.objects.active(datetime.now(UTC)).exists()
    assert out.getvalue() == "2 sessions have ended.\n"
    assert AuditEntry.objects.get(action="session.everybody_closed").details == {"count": 2}


def test_the_same_command_signs_one_person_out(api, alice, bob):
    alices, bobs = api(alice), api(bob)

    call_command("sign_out", alice.email, stdout=io.StringIO())

    assert (alices.get(ME).status_code, bobs.get(ME).status_code) == (401, 200)


def test_it_wants_to_know_whom():
    with pytest.raises(CommandError):
        call_command("sign_out")
    with pytest.raises(CommandError, match="nobody"):
        call_command("sign_out", "nobody@example.com")
