"""Proving an address and setting a new password, by links that are mailed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from accounts import services
from accounts.models import KnownDevice, OneTimeLink, Session
from accounts.tests.letters import LINK, letters_to, subjects_to, token_for
from common.models import AuditEntry, OutboxTask
from common.tests.openapi import as_documented, refused
from common.tests.working import carry_out
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "a better horse battery"
FORGOT, RESET = "/api/v1/auth/password/forgot", "/api/v1/auth/password/reset"
VERIFY, RESEND = "/api/v1/auth/verify-email", "/api/v1/auth/verify-email/resend"


def now():
    return datetime.now(UTC)


def login(api, email, password, **more):
    return api().post("/api/v1/auth/login", {"email": email, "password": password, **more})


@pytest.fixture(params=["", "/"], ids=["plain", "slash"])
def slash(request):
    return request.param


def test_a_new_person_proves_the_address_by_the_link_that_was_mailed(api, slash):
    api().post("/api/v1/auth/signup", {"email": "Dora@Example.com", "password": PASSWORD})
    token = token_for("dora@example.com", "/verify-email")

    answer = api().post(f"{VERIFY}{slash}", {"token": token})

    assert (answer.status_code, as_documented(answer)) == (204, None)
    assert login(api, "dora@example.com", PASSWORD).json()["user"]["email_verified"] is True
    assert AuditEntry.objects.filter(action="account.email_verified").count() == 1


def test_a_lost_mail_is_sent_again_to_whoever_names_the_address_or_is_signed_in(api, alice, slash):
    carry_out()
    mail.outbox.clear()

    by_address = api().post(f"{RESEND}{slash}", {"email": "ALICE@example.com"})
    signed_in = api(alice).post(f"{RESEND}{slash}")

    assert [answer.status_code for answer in (by_address, signed_in)] == [202, 202]
    assert [as_documented(answer) for answer in (by_address, signed_in)] == [None, None]
    assert subjects_to(alice.email) == ["Please verify your address at aclue"] * 2
    assert api().post(VERIFY, {"token": token_for(alice.email, "/verify-email")}).status_code == 204


def test_who_is_not_signed_in_has_to_name_an_address(api):
    answer = api().post(RESEND, {})

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", "email"]


def test_an_address_that_is_proved_gets_no_other_link(api, alice):
    api().post(VERIFY, {"token": token_for(alice.email, "/verify-email")})
    mail.outbox.clear()

    api().post(RESEND, {"email": alice.email})

    assert letters_to(alice.email) == []


def test_a_newer_link_for_another_address_ends_the_one_that_waits_in_the_old_mailbox(api, alice):
    old_token = token_for(alice.email, "/verify-email")
    api(alice).patch("/api/v1/users/me", {"email": "new@example.com"})
    new_token = token_for("new@example.com", "/verify-email")

    old = api().post(VERIFY, {"token": old_token})
    new = api().post(VERIFY, {"token": new_token})

    refused(old, 422, "INVALID_LINK")
    assert new.status_code == 204
    alice.refresh_from_db()
    assert (alice.email, alice.email_verified_at is not None) == ("new@example.com", True)


def test_a_forgotten_password_is_set_anew_by_the_link_that_was_mailed(api, alice, slash):
    answer = api().post(f"{FORGOT}{slash}", {"email": "ALICE@example.com"})
    done = api().post(f"{RESET}{slash}", {"token": token_for(alice.email), "password": NEW})

    assert (answer.status_code, as_documented(answer)) == (202, None)
    body = as_documented(done)
    assert (done.status_code, set(body)) == (200, {"device_token"})
    assert login(api, alice.email, NEW).status_code == 200
    assert login(api, alice.email, PASSWORD).status_code == 401


def test_a_reset_ends_every_session_and_signs_nobody_in(api, client, alice):
    phone = login(api, alice.email, PASSWORD).json()
    client.post("/sign-in", {"username": alice.email, "password": PASSWORD})
    api().post(FORGOT, {"email": alice.email})

    api().post(RESET, {"token": token_for(alice.email), "password": NEW})

    assert not Session.objects.active(now()).filter(user=alice).exists()
    assert set(Session.objects.values_list("revoked_because", flat=True)) == {"password reset"}
    bearer = {"Authorization": f"Bearer {phone['access_token']}"}
    assert api().get("/api/v1/auth/me", headers=bearer).status_code == 401
    assert api().post("/api/v1/auth/refresh", {"refresh_token": phone["refresh_token"]}).status_code == 401
    assert "Sign in" in client.get("/").text


def test_the_device_of_the_reset_is_known_and_every_other_is_forgotten(api, alice):
    old = login(api, alice.email, PASSWORD).json()["device_token"]
    api().post(FORGOT, {"email": alice.email})

    new = api().post(RESET, {"token": token_for(alice.email), "password": NEW}).json()["device_token"]

    assert KnownDevice.objects.filter(user=alice).count() == 1
    assert services.is_known(email=alice.email, device_token=new)
    assert not services.is_known(email=alice.email, device_token=old)
    login(api, alice.email, NEW, device_token=new)
    assert "A new sign-in to your aclue account" not in subjects_to(alice.email)


def test_the_owner_is_told_of_a_reset_and_the_address_counts_as_proved(api, alice):
    api().post(FORGOT, {"email": alice.email})

    api().post(RESET, {"token": token_for(alice.email), "password": NEW})

    assert subjects_to(alice.email)[-1] == "Your aclue password was changed"
    alice.refresh_from_db()
    assert alice.email_verified_at is not None
    entry = AuditEntry.objects.filter(action="account.password_reset")
    assert entry.count() == 1


@pytest.mark.parametrize("password", ["short", "password123", "alice@example.com"])
def test_a_password_that_will_not_do_leaves_the_link_good(api, alice, password):
    api().post(FORGOT, {"email": alice.email})
    token = token_for(alice.email)

    weak = api().post(RESET, {"token": token, "password": password})

    assert refused(weak, 422, "WEAK_PASSWORD")["errors"][0]["loc"] == ["body", "password"]
    assert api().post(RESET, {"token": token, "password": NEW}).status_code == 200


def test_nobody_gets_a_mail_at_an_unknown_address_and_nothing_of_it_stays(api):
    answers = [api().post(path, {"email": "nobody@example.com"}) for path in (FORGOT, RESEND)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert letters_to("nobody@example.com") == []
    assert [row.arguments for row in OutboxTask.objects.all()] == [{}, {}]
    assert not OneTimeLink.objects.exists()


def test_a_closed_account_gets_no_link_and_one_sent_before_opens_nothing(api, alice):
    api().post(FORGOT, {"email": alice.email})
    token = token_for(alice.email)
    services.set_active(user=alice, active=False, now=now(), actor_id=None)
    mail.outbox.clear()

    api().post(FORGOT, {"email": alice.email})

    assert letters_to(alice.email) == []
    refused(api().post(RESET, {"token": token, "password": NEW}), 422, "INVALID_LINK")


def test_somebody_who_came_from_elsewhere_gets_in_by_a_reset(api):
    person = services.PersonToImport("dora@example.com", "Dora", "Field", now())
    services.import_people(people=[person], now=now())
    api().post(FORGOT, {"email": "dora@example.com"})

    done = api().post(RESET, {"token": token_for("dora@example.com"), "password": NEW})

    assert done.status_code == 200
    assert login(api, "dora@example.com", NEW).status_code == 200


def test_what_is_mailed_stands_in_no_table(api, alice):
    api().post(FORGOT, {"email": alice.email})

    token = token_for(alice.email)

    link = OneTimeLink.objects.get(purpose="RESET_PASSWORD")
    assert token not in str(vars(link))
    assert not any(token in str(row.arguments) for row in OutboxTask.objects.all())
    assert link.expires_at - link.created_at == timedelta(minutes=60)


def test_a_network_asks_for_so_many_links_an_hour(api, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail": "2/hour"}

    statuses = [api().post(FORGOT, {"email": f"nobody{n}@example.com"}).status_code for n in range(3)]

    assert statuses == [202, 202, 429]


def test_links_name_the_site_of_the_settings_and_no_other(alice):
    (link,) = LINK.finditer(letters_to(alice.email)[-1].body)

    assert link[0].startswith("https://gifts.example/verify-email?token=")
