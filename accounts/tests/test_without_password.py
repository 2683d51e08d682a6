"""Who signs in through another provider alone has no password to prove themselves by: their sign-in does it."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import services
from accounts.models import GuessCount, Identity, Session, User
from accounts.services import lockout, proving, second_factor
from accounts.tests.factors import switch_on
from accounts.tests.issuer import running
from accounts.tests.letters import token_for
from common.tests.openapi import refused
from conftest import ApiClient

pytestmark = pytest.mark.django_db

OFF, CODES, ME = "/api/v1/auth/2fa/disable", "/api/v1/auth/2fa/recovery-codes", "/api/v1/users/me"
LINKS = "/api/v1/auth/identities"
NEW = "a better horse battery"


@pytest.fixture
def google(settings):
    with running() as issuer:
        settings.OIDC_PROVIDERS = {**settings.OIDC_PROVIDERS, "google": issuer.provider()}
        yield issuer


@pytest.fixture
def dora(alice):
    """Alice as somebody who has never had a password, with a verified address."""
    alice.set_unusable_password()
    alice.email_verified_at = datetime.now(UTC)
    alice.save()
    return alice


def signed_in(person, *, ago):
    opened = services.open_session(user=person, now=datetime.now(UTC) - ago)
    return ApiClient(opened.access_token)


def fresh(person):
    return signed_in(person, ago=timedelta(minutes=9))


def stale(person):
    return signed_in(person, ago=proving.FRESH_FOR + timedelta(seconds=5))


def test_a_fresh_sign_in_stands_in_for_the_password(dora, google):
    app, client = switch_on(dora), fresh(dora)

    codes = client.post(CODES, {"otp": app.code()})
    off = client.post(OFF, {"otp": codes.json()["recovery_codes"][0], "password": "whatever I think it is"})
    linked = client.post(LINKS, {"provider": "google", "id_token": google.token()})
    first = client.patch(ME, {"password": NEW})

    assert [answer.status_code for answer in (codes, off, linked, first)] == [200, 204, 201, 200]
    assert not second_factor.has_factor(dora)
    assert Identity.objects.get().user_id == dora.pk
    assert User.objects.get(pk=dora.pk).check_password(NEW)


def test_without_one_the_answer_names_the_way_and_nothing_is_counted(dora, google):
    app, client = switch_on(dora), stale(dora)
    asked = [
        ("post", CODES, {"otp": app.code(), "password": "a guess"}),
        ("post", OFF, {"otp": app.code(), "password": "a guess"}),
        ("post", LINKS, {"provider": "google", "id_token": google.token(), "current_password": "a guess"}),
        ("patch", ME, {"password": NEW, "current_password": "a guess"}),
        ("patch", ME, {"email": "other@example.com", "current_password": "a guess"}),
        ("patch", ME, {"email": "other@example.com"}),
    ]

    answers = [getattr(client, method)(path, body) for method, path, body in 2 * asked]

    for answer in answers:
        assert "Sign in again" in refused(answer, 422, "CURRENT_PASSWORD_REQUIRED")["detail"]
    assert not GuessCount.objects.exists()
    assert not User.objects.get(pk=dora.pk).has_usable_password()


def test_the_mail_for_a_forgotten_password_sets_the_first(dora, api):
    api().post("/api/v1/auth/password/forgot", {"email": dora.email})
    api().post("/api/v1/auth/password/reset", {"token": token_for(dora.email), "password": NEW})

    assert api().post("/api/v1/auth/login", {"email": dora.email, "password": NEW}).status_code == 200


def test_wrong_codes_are_guesses_all_the_same(dora):
    switch_on(dora)
    client = fresh(dora)

    statuses = [client.post(OFF, {"otp": "00000a"}).status_code for _ in range(lockout.FREE_GUESSES + 1)]

    assert statuses == [422] * lockout.FREE_GUESSES + [423]


def test_who_has_a_password_gives_it_however_fresh_the_sign_in(alice):
    app, client = switch_on(alice), fresh(alice)

    for path in (OFF, CODES):
        answer = client.post(path, {"otp": app.code()})
        assert refused(answer, 422, "CURRENT_PASSWORD_REQUIRED")["errors"][0]["loc"] == ["body", "password"]
    refused(client.patch(ME, {"password": NEW}), 422, "CURRENT_PASSWORD_REQUIRED")
    assert not GuessCount.objects.exists()


def test_the_page_asks_no_password_of_them(dora, client):
    app = switch_on(dora)
    client.force_login(dora)

    page = client.get("/account/second-factor").content.decode()
    answer = client.post("/account/second-factor", {"step": "disable", "otp": app.code()})

    assert 'name="password"' not in page
    assert answer.status_code == 302
    assert not second_factor.has_factor(dora)


def test_the_page_names_the_way_when_they_signed_in_a_while_ago(dora, client):
    client.force_login(dora)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    Session.objects.filter(user=dora).update(created_at=long_ago)

    page = client.post("/account/second-factor", {"step": "begin"}).content.decode()

    assert "Sign in again" in page


def test_staff_without_a_password_set_their_first_at_the_desk(mary, client):
    mary.set_unusable_password()
    mary.save()
    client.force_login(mary)

    answer = client.post("/admin/password_change/", {"old_password": "", "new_password1": NEW, "new_password2": NEW})

    assert answer.status_code == 302
    assert User.objects.get(pk=mary.pk).check_password(NEW)
