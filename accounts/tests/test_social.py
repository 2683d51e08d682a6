"""Signing in through Google, Apple and Facebook: who gets in, who gets an account, and who does not."""

import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.core import mail

from accounts import services, tasks
from accounts.models import Identity, Purpose, Session, SpentIdToken, User
from accounts.services import identities, links, second_factor
from accounts.tests.issuer import running
from common import flags
from common.models import AuditEntry, OutboxTask
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db

GOOGLE, APPLE, FACEBOOK = (f"/api/v1/auth/social/{name}" for name in ("google", "apple", "facebook"))
LINKS = "/api/v1/auth/identities"


@pytest.fixture
def google(settings):
    with running() as issuer:
        settings.OIDC_PROVIDERS = {**settings.OIDC_PROVIDERS, "google": issuer.provider()}
        yield issuer


def now():
    return datetime.now(UTC)


def sign_in(api, token, where=GOOGLE, **more):
    return api().post(where, {"id_token": token, **more})


def verified(user):
    User.objects.filter(pk=user.pk).update(email_verified_at=now())
    user.refresh_from_db()
    return user


def linked(user, subject="109876543210", provider="google"):
    return Identity.objects.create(
        user=user, provider=provider, subject=subject, address=user.email, created_at=now(), used_at=now()
    )


def with_factor(user):
    secret = second_factor.begin_setup(user=user, now=now()).secret
    before = pyotp.TOTP(secret).at(now() - timedelta(seconds=30))
    second_factor.confirm(user=user, otp=before, now=now())
    return secret


@pytest.mark.parametrize("slash", ["", "/"])
def test_somebody_new_gets_an_account_with_a_verified_address(api, google, slash):
    token = google.token(given_name="Dora", family_name="Day")

    answer = sign_in(api, token, GOOGLE + slash)

    body = as_documented(answer)
    assert answer.status_code == 200
    assert (body["user"]["email"], body["user"]["full_name"], body["user"]["email_verified"]) == (
        "dora@example.com",
        "Dora Day",
        True,
    )
    dora = User.objects.get()
    assert not dora.has_usable_password()
    assert Identity.objects.get().subject == "109876543210"
    assert AuditEntry.objects.filter(action="account.registered", actor_id=dora.pk).count() == 1
    me = api().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.status_code == 200


@pytest.mark.parametrize(("where", "name", "algorithm"), [(APPLE, "apple", "ES256"), (FACEBOOK, "facebook", "RS256")])
def test_apple_and_facebook_sign_in_alike(api, settings, where, name, algorithm):
    with running(algorithm) as issuer:
        settings.OIDC_PROVIDERS = {**settings.OIDC_PROVIDERS, name: issuer.provider()}
        answer = sign_in(api, issuer.token(email_verified="true"), where)

    assert answer.status_code == 200
    assert Identity.objects.get().provider == name


def test_the_same_person_comes_back_by_subject_whatever_their_address_is_now(api, google):
    first = sign_in(api, google.token()).json()["user"]["id"]

    again = sign_in(api, google.token(email="dora@moved.example", email_verified=False))

    assert again.json()["user"]["id"] == first
    assert User.objects.get().email == "dora@example.com"


def test_another_subject_with_the_same_address_is_told_to_the_owner(api, google):
    alice = verified(make_person("Alice"))

    answer = sign_in(api, google.token(email="Alice@Example.com"))

    assert answer.json()["user"]["id"] == str(alice.pk)
    tasks.tell_of_link(str(OutboxTask.objects.get(task="accounts.tell_of_link").pk))
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (
        ["alice@example.com"],
        "Google is linked to your aclue account",
    )


def test_a_token_works_once(api, google):
    token = google.token()
    sign_in(api, token)

    again = sign_in(api, token)

    refused(again, 401, "INVALID_ID_TOKEN")
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_one_token_sent_eight_times_at_once_one_signs_in(api, google):
    token = google.token()

    statuses = in_parallel(lambda: sign_in(api, token).status_code, 8)

    assert sorted(statuses) == [200] + [401] * 7
    assert (User.objects.count(), Identity.objects.count(), Session.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_first_sign_ins_at_once_make_one_account(api, google):
    tokens = iter([google.token() for _ in range(8)])

    statuses = in_parallel(lambda: sign_in(api, next(tokens)).status_code, 8)

    assert statuses == [200] * 8
    assert (User.objects.count(), Identity.objects.count(), Session.objects.count()) == (1, 1, 8)


def test_a_nonce_has_to_be_the_requests_own_and_works_once(api, google):
    sign_in(api, google.token(nonce="first-nonce"), nonce="first-nonce")

    for token, given in [
        (google.token(nonce="first-nonce"), {"nonce": "first-nonce"}),
        (google.token(nonce="second-nonce"), {"nonce": "another"}),
        (google.token(nonce="second-nonce"), {}),
        (google.token(), {"nonce": "second-nonce"}),
    ]:
        refused(sign_in(api, token, **given), 401, "INVALID_ID_TOKEN")


def test_a_token_of_or_for_somebody_else_opens_nothing(api, google):
    with running() as evil:
        tokens = [
            google.token(aud="another.apps.example"),
            evil.token(iss=google.url),
            google.token(iss=evil.url),
            google.token(exp=int(time.time()) - 60),
            google.token(nbf=int(time.time()) + 120),
        ]

        for token in tokens:
            refused(sign_in(api, token), 401, "INVALID_ID_TOKEN")
    assert (User.objects.count(), Identity.objects.count()) == (0, 0)


@pytest.mark.parametrize("told", [False, "false", None])
def test_an_address_that_the_provider_has_not_verified_is_refused_alike_whether_or_not_it_is_known(api, google, told):
    verified(make_person("Alice"))

    known = sign_in(api, google.token(email="alice@example.com", email_verified=told))
    unknown = sign_in(api, google.token(email="nobody@example.com", email_verified=told))

    bodies = [refused(answer, 403, "EMAIL_NOT_VERIFIED") for answer in (known, unknown)]
    assert bodies[0]["detail"] == bodies[1]["detail"]
    assert (User.objects.count(), Identity.objects.count()) == (1, 0)


def test_an_account_that_was_made_with_somebody_elses_address_waits_in_vain_for_its_owner(api, google):
    make_person("Alice")  # by Mallory, who never could verify the address

    answer = sign_in(api, google.token(email="alice@example.com"))

    refused(answer, 409, "LINK_NEEDED")
    assert Identity.objects.count() == 0


def test_a_reset_takes_the_links_of_whoever_made_an_unverified_account(api, alice):
    linked(alice, subject="mallory", provider="supabase")

    identities.unlink_all(user=alice, now=now())

    assert Identity.objects.count() == 0


def test_a_reset_takes_the_links_of_whoever_had_the_account_and_leaves_the_shops_own_provider(api, alice):
    linked(verified(alice), subject="thief", provider="google")
    linked(alice, subject="alice", provider="supabase")
    token = links.draw_link(user=alice, purpose=Purpose.RESET_PASSWORD, address=alice.email, now=now())

    answer = api().post("/api/v1/auth/password/reset", {"token": token, "password": "a better horse battery"})

    assert answer.status_code == 200
    assert [identity.provider for identity in Identity.objects.all()] == ["supabase"]
    assert AuditEntry.objects.filter(action="identity.unlinked").count() == 1


def test_without_an_address_nobody_new_gets_an_account(api, google):
    answer = sign_in(api, google.token(email=None))

    refused(answer, 422, "EMAIL_NEEDED")


def test_while_registration_is_off_only_those_who_are_known_come_in(api, google, settings):
    settings.ENABLE_REGISTRATION = False
    linked(make_person_anyway("Alice", settings))

    known = sign_in(api, google.token())
    unknown = sign_in(api, google.token(sub="somebody new"))

    assert known.status_code == 200
    refused(unknown, 403, "REGISTRATION_DISABLED")


def make_person_anyway(name, settings):
    settings.ENABLE_REGISTRATION = True
    user = make_person(name)
    settings.ENABLE_REGISTRATION = False
    return user


@pytest.mark.parametrize("environment", [True, False])
@pytest.mark.parametrize("word", [True, False])
def test_a_switch_turns_all_providers_on_and_off(api, google, settings, environment, word):
    settings.ENABLE_SOCIAL_LOGIN = environment
    flags.switch(name="ENABLE_SOCIAL_LOGIN", is_on=word, now=datetime.now(UTC), actor_id=None)

    answer = sign_in(api, google.token())

    if word:
        assert answer.status_code == 200
    else:
        refused(answer, 403, "SOCIAL_LOGIN_DISABLED")


@pytest.mark.parametrize("word", [True, False])
def test_the_same_switch_holds_for_links(api, google, alice, word):
    verified(alice)
    flags.switch(name="ENABLE_SOCIAL_LOGIN", is_on=word, now=now(), actor_id=None)

    answer = api(alice).post(LINKS, {"provider": "google", "id_token": google.token(), "current_password": PASSWORD})

    assert Identity.objects.exists() == word
    if word:
        assert answer.status_code == 201
    else:
        refused(answer, 403, "SOCIAL_LOGIN_DISABLED")


def test_a_provider_without_a_client_id_is_not_set_up(api, google):
    refused(sign_in(api, google.token(), APPLE), 403, "PROVIDER_NOT_CONFIGURED")
    refused(sign_in(api, google.token(), "/api/v1/auth/social/myspace"), 404, "NOT_FOUND")


def test_whoever_is_shut_out_here_stays_out(api, google, alice):
    linked(alice)
    services.set_active(user=alice, active=False, now=now(), actor_id=None)

    refused(sign_in(api, google.token()), 401, "INVALID_CREDENTIALS")


def test_the_second_factor_is_asked_for_and_the_token_can_be_sent_again_with_it(api, google, alice):
    linked(alice)
    secret = with_factor(alice)
    token = google.token()

    without = sign_in(api, token)
    wrong = sign_in(api, token, otp="000000")
    right = sign_in(api, token, otp=pyotp.TOTP(secret).now())

    refused(without, 401, "OTP_REQUIRED")
    refused(wrong, 401, "INVALID_CREDENTIALS")
    assert right.status_code == 200


def test_guessing_at_the_code_locks_the_guesser_out(api, google, alice):
    linked(alice)
    with_factor(alice)

    statuses = [sign_in(api, google.token(), otp="00000a").status_code for _ in range(7)]

    assert set(statuses[:5]) == {401}
    assert statuses[-1] == 423


def test_an_access_token_that_has_run_out_keeps_nobody_from_signing_in(api, google):
    answer = api().post(GOOGLE, {"id_token": google.token()}, headers={"Authorization": "Bearer not.a.token"})

    assert answer.status_code == 200


def test_a_provider_that_hangs_costs_less_than_four_seconds_and_is_answered_503(api, google):
    google.trouble = "hung"
    began = time.monotonic()

    answer = sign_in(api, google.token())

    assert time.monotonic() - began < 4
    assert refused(answer, 503, "PROVIDER_AWAY")
    assert answer["Retry-After"] == "30"


def test_a_provider_that_goes_down_later_signs_people_in_by_its_last_keys(api, google):
    sign_in(api, google.token())
    google.trouble = "500"

    assert sign_in(api, google.token()).status_code == 200


def test_a_rotated_key_is_followed_at_once(api, google):
    sign_in(api, google.token())
    former = google.keys[-1]
    google.rotate()

    assert sign_in(api, google.token()).status_code == 200
    refused(sign_in(api, google.token(key=former)), 401, "INVALID_ID_TOKEN")


def test_a_flood_of_made_up_keys_asks_the_provider_twice_at_most(api, google, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "1000/minute"}

    for n in range(50):
        refused(sign_in(api, google.token(header={"kid": f"made up {n}"})), 401, "INVALID_ID_TOKEN")

    assert google.n_fetched <= 2


def test_tokens_are_remembered_until_they_have_run_out(api, google):
    sign_in(api, google.token(nonce="n"), nonce="n")
    assert SpentIdToken.objects.count() == 2

    identities.tidy_spent_tokens(now=now() + timedelta(minutes=59))
    assert SpentIdToken.objects.count() == 2
    identities.tidy_spent_tokens(now=now() + timedelta(minutes=66))

    assert SpentIdToken.objects.count() == 0


def test_a_person_links_lists_and_unlinks_an_account_elsewhere(api, google, alice):
    client = api(verified(alice))
    asked = {"provider": "google", "id_token": google.token(email="al@elsewhere.example"), "current_password": PASSWORD}

    made = client.post(LINKS, asked)

    body = as_documented(made)
    assert (made.status_code, body["provider"], body["address"]) == (201, "google", "al@elsewhere.example")
    assert as_documented(client.get(LINKS))["items"] == [body]
    assert sign_in(api, google.token(email=None)).json()["user"]["id"] == str(alice.pk)
    assert OutboxTask.objects.filter(task="accounts.tell_of_link").count() == 1
    assert client.delete(f"{LINKS}/{body['id']}").status_code == 204
    assert client.get(LINKS).json()["total"] == 0


def test_linking_takes_the_password_and_a_verified_address(api, google, alice):
    asked = {"provider": "google", "id_token": google.token(), "current_password": PASSWORD}

    unverified = api(alice).post(LINKS, asked)
    verified(alice)
    wrong = api(alice).post(LINKS, asked | {"current_password": "wrong horse battery"})

    refused(unverified, 403, "EMAIL_NOT_VERIFIED")
    refused(wrong, 422, "CURRENT_PASSWORD_REQUIRED")
    assert Identity.objects.count() == 0


def test_an_account_elsewhere_opens_one_account_here(api, google, alice, bob):
    linked(alice)
    asked = {"provider": "google", "id_token": google.token(), "current_password": PASSWORD}

    taken = api(verified(bob)).post(LINKS, asked)
    again = api(verified(alice)).post(LINKS, asked | {"id_token": google.token()})

    refused(taken, 409, "IDENTITY_TAKEN")
    assert again.status_code == 201
    assert Identity.objects.get().user_id == alice.pk


def test_nobody_takes_somebody_elses_link_away(api, alice, charlie):
    identity = linked(alice)

    refused(api(charlie).delete(f"{LINKS}/{identity.pk}"), 404, "NOT_FOUND")
    assert api(charlie).get(LINKS).json()["items"] == []
    assert Identity.objects.count() == 1
