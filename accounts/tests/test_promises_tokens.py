"""A refresh token works once, and a session dies the moment it should."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import authenticate
from django.core import mail

from accounts import browser, mails, services, tasks, tokens
from accounts.models import Session, SessionKind
from common.errors import DomainError
from common.models import AuditEntry, OutboxTask
from common.tests.parallel import in_parallel
from conftest import PASSWORD, make_person

PARALLEL, ROUNDS = 12, 20


def now():
    return datetime.now(UTC)


def refresh(client, token):
    return client.post("/api/v1/auth/refresh", {"refresh_token": token})


@pytest.mark.django_db(transaction=True)
def test_of_twelve_refreshes_at_once_one_succeeds_twenty_times_over():
    alice = make_person("Alice")

    def spend(token):
        try:
            return services.refresh(refresh_token=token, now=now()).refresh_token
        except DomainError as refused:
            return refused.error_code

    rounds = []
    for _ in range(ROUNDS):
        token = services.open_session(user=alice, now=now()).refresh_token
        rounds.append(in_parallel(lambda token=token: spend(token), PARALLEL))

    refusals = {"TOKEN_REUSED", "INVALID_TOKEN"}
    assert [len(results) for results in rounds] == [PARALLEL] * ROUNDS
    assert [len([result for result in results if result not in refusals]) for results in rounds] == [1] * ROUNDS
    assert AuditEntry.objects.filter(action="session.token_reused").count() >= ROUNDS


@pytest.mark.django_db
def test_a_spent_token_used_again_ends_its_whole_family_and_no_other(api, alice):
    phone = services.open_session(user=alice, now=now(), device="Alice's phone")
    laptop = services.open_session(user=alice, now=now())
    child = refresh(api(), phone.refresh_token).json()

    replayed = refresh(api(), phone.refresh_token)

    assert (replayed.status_code, replayed.json()["error_code"]) == (401, "TOKEN_REUSED")
    assert refresh(api(), child["refresh_token"]).status_code == 401
    assert bearer(api, child["access_token"]).status_code == 401
    assert refresh(api(), laptop.refresh_token).status_code == 200
    entry = AuditEntry.objects.get(action="session.token_reused")
    assert (entry.actor_id, entry.target) == (alice.pk, f"session {phone.session.pk}")


@pytest.mark.django_db
def test_the_owner_of_a_reused_token_is_told_by_mail(api, alice):
    phone = services.open_session(user=alice, now=now(), device="Alice's phone")
    refresh(api(), phone.refresh_token)
    refresh(api(), phone.refresh_token)

    tasks.warn_of_reuse(outbox_id=str(OutboxTask.objects.get(task="accounts.warn_of_reuse").pk))

    (letter,) = mail.outbox
    assert letter.to == ["alice@example.com"]
    assert "signed one of your aclue devices out" in letter.subject
    assert "(Alice's phone)" in letter.body


def bearer(api, access_token):
    return api().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {access_token}"})


ENDINGS = {
    "logout": lambda api, user, signed: api().post(
        "/api/v1/auth/logout", headers={"Authorization": f"Bearer {signed.access_token}"}
    ),
    "logout everywhere": lambda api, user, signed: api(user).post("/api/v1/auth/logout", {"all": True}),
    "deactivation": lambda api, user, signed: services.set_active(user=user, active=False, now=now(), actor_id=None),
    "a new password on another device": lambda api, user, signed: api(user).patch(
        "/api/v1/users/me", {"password": "a better horse battery", "current_password": PASSWORD}
    ),
    "a password set by staff": lambda api, user, signed: services.set_password(
        user=user, password="a better horse battery", now=now(), actor_id=None
    ),
    "other roles": lambda api, user, signed: services.set_roles(user=user, roles=["analyst"], now=now(), actor_id=None),
    "erasure": lambda api, user, signed: api(user).delete("/api/v1/users/me"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_access_token_dies_at_once(api, alice, ending):
    services.write_roles()
    signed = services.open_session(user=alice, now=now())
    assert bearer(api, signed.access_token).status_code == 200

    ENDINGS[ending](api, alice, signed)

    refused = bearer(api, signed.access_token)
    assert (refused.status_code, refused.json()["error_code"]) == (401, "INVALID_TOKEN")


@pytest.mark.django_db
@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending != "logout"])
def test_a_browser_is_signed_out_at_once(api, client, admin, ending):
    services.write_roles()
    client.force_login(admin)
    assert client.get("/admin/").status_code == 200

    ENDINGS[ending](api, admin, services.open_session(user=admin, now=now()))

    refused = client.get("/admin/")
    assert (refused.status_code, refused["Location"]) == (302, "/admin/login/?next=/admin/")


@pytest.mark.django_db
def test_new_roles_count_with_the_next_refresh(api, alice, scarf):
    services.write_roles()
    signed = services.open_session(user=alice, now=now())
    services.set_roles(user=alice, roles=["merchandiser"], now=now(), actor_id=None)

    renewed = refresh(api(), signed.refresh_token)

    assert renewed.json()["user"]["roles"] == ["merchandiser", "user"]
    token = {"Authorization": f"Bearer {renewed.json()['access_token']}"}
    assert api().delete(f"/api/v1/products/{scarf.pk}", headers=token).status_code == 204


@pytest.mark.django_db
@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending != "other roles"])
def test_refreshing_after_the_end_answers_401(api, alice, ending):
    signed = services.open_session(user=alice, now=now())

    ENDINGS[ending](api, alice, signed)

    refused = refresh(api(), signed.refresh_token)
    assert (refused.status_code, refused.json()["error_code"]) == (401, "INVALID_TOKEN")


@pytest.mark.django_db
def test_a_session_that_has_run_out_opens_nothing(api, alice, settings):
    signed = services.open_session(user=alice, now=now())
    Session.objects.filter(pk=signed.session.pk).update(expires_at=now())

    refused = bearer(api, signed.access_token), refresh(api(), signed.refresh_token)

    assert [answer.status_code for answer in refused] == [401, 401]


@pytest.mark.django_db
def test_a_refresh_token_is_no_access_token(api, alice):
    signed = services.open_session(user=alice, now=now())

    refused = bearer(api, signed.refresh_token)

    assert (refused.status_code, refused.json()["error_code"]) == (401, "INVALID_TOKEN")


@pytest.mark.django_db
@pytest.mark.parametrize("claim", ["sub", "sid", "ver"])
@pytest.mark.parametrize("value", [None, "x", 7, [], {}, "00000000-0000-4000-8000-000000000000"])
def test_a_token_of_ours_with_odd_claims_answers_401(api, alice, claim, value):
    session = services.open_session(user=alice, now=now()).session
    token = tokens.AccessToken()
    claims = {"sub": str(alice.pk), "sid": str(session.pk), "ver": alice.auth_version, claim: value}
    for name, content in claims.items():
        if content is not None:
            token[name] = content

    answer = bearer(api, str(token))

    assert answer.status_code == 401


@pytest.mark.django_db
def test_somebody_elses_session_in_ones_own_token_answers_401(api, alice, bob):
    bobs = services.open_session(user=bob, now=now()).session
    token = tokens.issue_access(alice, bobs)

    answer = bearer(api, token)

    assert answer.status_code == 401


@pytest.mark.django_db
def test_what_staff_did_meanwhile_survives_a_change_of_ones_own_names(alice):
    stale = type(alice).objects.get(pk=alice.pk)
    services.set_active(user=alice, active=False, now=now(), actor_id=None)

    services.change_profile(user=stale, session=None, now=now(), names={"first_name": "Alicia"})

    alice.refresh_from_db()
    assert (alice.is_active, alice.first_name) == (False, "Alicia")


@pytest.mark.django_db
def test_an_erased_account_does_not_come_back(alice):
    stale = type(alice).objects.get(pk=alice.pk)
    services.close_account(user=alice, now=now())

    with pytest.raises(tokens.InvalidToken):
        services.change_profile(user=stale, session=None, now=now(), names={"first_name": "Alicia"})

    assert not type(stale).objects.filter(pk=stale.pk).exists()


@pytest.mark.django_db
def test_django_itself_signs_nobody_in(alice):
    found = authenticate(username=alice.email, password=PASSWORD)

    assert found is None


@pytest.mark.django_db
def test_signing_a_browser_in_and_out_opens_and_ends_one_session(client, alice):
    client.force_login(alice)
    opened = Session.objects.get(user=alice)

    client.logout()

    opened.refresh_from_db()
    assert (opened.kind, opened.revoked_because) == (SessionKind.BROWSER, "signed out")
    assert browser.KEY not in client.session


@pytest.mark.django_db
def test_letters_reach_new_and_former_addresses_and_nobody_who_has_left(alice):
    mails.welcome(user_id=str(alice.pk))
    mails.tell_old_address(user_id=str(alice.pk), address="old@example.com")
    user_id = str(alice.pk)
    services.close_account(user=alice, now=now())

    mails.welcome(user_id=user_id)
    mails.tell_old_address(user_id=user_id, address="old@example.com")
    mails.warn_of_reuse(user_id=user_id, device="")

    assert [letter.to for letter in mail.outbox] == [["alice@example.com"], ["old@example.com"]]
