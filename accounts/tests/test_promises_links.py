"""A mailed link works once, for an hour, for its own purpose, and leads to no host that a stranger has named."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail

from accounts import services
from accounts.models import OneTimeLink, Purpose
from accounts.services.links import draw_link
from accounts.tests.factors import switch_on
from accounts.tests.letters import letters_to, token_for
from common.errors import DomainError
from common.tests.openapi import refused
from common.tests.parallel import in_parallel
from conftest import PASSWORD, make_person

NEW = "a better horse battery"
FORGOT, RESET = "/api/v1/auth/password/forgot", "/api/v1/auth/password/reset"
VERIFY = "/api/v1/auth/verify-email"
PARALLEL, ROUNDS = 8, 10


def now():
    return datetime.now(UTC)


def spend(purpose, token):
    if purpose == Purpose.VERIFY_EMAIL:
        return services.verify_email(token=token, now=now())
    return services.reset_password(token=token, password=NEW, now=now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("purpose", Purpose)
def test_of_eight_who_use_one_link_at_once_one_succeeds_ten_times_over(purpose):
    alice = make_person("Alice")

    def attempt(token):
        try:
            spend(purpose, token)
        except DomainError as refusal:
            return refusal.error_code
        return "done"

    rounds = []
    for _ in range(ROUNDS):
        token = draw_link(user=alice, purpose=purpose, address=alice.email, now=now())
        rounds.append(sorted(in_parallel(lambda token=token: attempt(token), PARALLEL)))

    assert rounds == [["INVALID_LINK"] * (PARALLEL - 1) + ["done"]] * ROUNDS


@pytest.mark.django_db(transaction=True)
def test_of_links_that_are_drawn_at_once_one_is_good():
    alice = make_person("Alice")

    tokens = in_parallel(
        lambda: draw_link(user=alice, purpose=Purpose.RESET_PASSWORD, address=alice.email, now=now()), PARALLEL
    )

    good = [token for token in tokens if OneTimeLink.objects.good(token, Purpose.RESET_PASSWORD, now()).exists()]
    assert (len(set(tokens)), len(good)) == (PARALLEL, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (60, 422), (61, 422)])
def test_a_link_is_good_for_an_hour(api, alice, minutes, status):
    asked_at = now() - timedelta(minutes=minutes)
    token = draw_link(user=alice, purpose=Purpose.RESET_PASSWORD, address=alice.email, now=asked_at)

    answer = api().post(RESET, {"token": token, "password": NEW})

    assert answer.status_code == status


@pytest.mark.django_db
def test_a_link_works_once_and_for_its_own_purpose(api, alice):
    api().post(FORGOT, {"email": alice.email})
    verify, reset = token_for(alice.email, "/verify-email"), token_for(alice.email)

    crossed = api().post(VERIFY, {"token": reset}), api().post(RESET, {"token": verify, "password": NEW})
    first = api().post(VERIFY, {"token": verify}), api().post(RESET, {"token": reset, "password": NEW})
    again = api().post(VERIFY, {"token": verify}), api().post(RESET, {"token": reset, "password": "yet another phrase"})

    assert [answer.status_code for answer in first] == [204, 200]
    for answer in (*crossed, *again):
        assert refused(answer, 422, "INVALID_LINK")["errors"][0]["loc"] == ["body", "token"]
    assert api().post("/api/v1/auth/login", {"email": alice.email, "password": NEW}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "x" * 200, "\ud83d\ude00", "../..", "' OR 1=1 --", "é" * 43])
def test_a_link_that_never_was_is_refused_like_one_that_was_used(api, alice, token):
    answers = api().post(VERIFY, {"token": token}), api().post(RESET, {"token": token, "password": NEW})

    for answer in answers:
        refused(answer, 422, "INVALID_LINK")


def ask_again(api, alice):
    api().post(FORGOT, {"email": alice.email})
    letters_to(alice.email)


def change_the_password(api, alice):
    api(alice).patch("/api/v1/users/me", {"password": "yet another phrase", "current_password": PASSWORD})


def change_the_address(api, alice):
    api(alice).patch("/api/v1/users/me", {"email": "new@example.com"})
    api().post("/api/v1/auth/verify-email", {"token": token_for("new@example.com", "/verify-email")})


def have_staff_set_the_password(api, alice):
    services.set_password(user=alice, password="yet another phrase", now=now(), actor_id=None)


def deactivate(api, alice):
    services.set_active(user=alice, active=False, now=now(), actor_id=None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "what",
    [ask_again, change_the_password, change_the_address, have_staff_set_the_password, deactivate],
    ids=lambda what: what.__name__,
)
def test_an_older_link_for_a_new_password_is_void_once(api, alice, what):
    api().post(FORGOT, {"email": alice.email})
    token = token_for(alice.email)

    what(api, alice)

    refused(api().post(RESET, {"token": token, "password": NEW}), 422, "INVALID_LINK")


FORGED = [{"host": "localhost:1"}, {"x-forwarded-host": "evil.example"}, {"host": "evil.example"}]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [FORGOT, f"{VERIFY}/resend", "/forgot-password", "/verify-email/resend"])
@pytest.mark.parametrize("forged", FORGED)
def test_no_link_follows_the_host_that_the_asker_names(client, alice, settings, path, forged):
    settings.ALLOWED_HOSTS = ["*"]
    letters_to(alice.email)
    mail.outbox.clear()
    body = {"email": alice.email}
    as_json = {"content_type": "application/json"} if path.startswith("/api/") else {}

    answer = client.post(path, body, headers=forged, **as_json)

    assert answer.status_code in {200, 202}
    (letter,) = letters_to(alice.email)
    html = letter.alternatives[0].content
    assert "https://gifts.example/" in letter.body
    assert "https://gifts.example/" in html
    for word in ("evil.example", "localhost", "testserver"):
        assert word not in letter.body + html
    assert django_settings.SITE_URL == "https://gifts.example"


@pytest.mark.django_db
def test_a_second_factor_is_still_asked_after_a_reset(api, alice):
    app = switch_on(alice)
    api().post(FORGOT, {"email": alice.email})
    recovered = api().post(RESET, {"token": token_for(alice.email), "password": NEW}).json()
    asked = {"email": alice.email, "password": NEW, "device_token": recovered["device_token"]}

    without = api().post("/api/v1/auth/login", asked)
    with_code = api().post("/api/v1/auth/login", {**asked, "otp": app.code()})

    refused(without, 401, "OTP_REQUIRED")
    assert with_code.status_code == 200
