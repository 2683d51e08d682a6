"""What gives an account away for good takes its owner: a sign-in of a few minutes ago, or the password."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import services
from accounts.models import ApiKey, Authenticator, SessionKind, User
from accounts.services import lockout, proving
from accounts.tests.factors import switch_on
from accounts.tests.letters import letters_to, subjects_to, token_for
from common.models import AuditEntry
from common.tests.openapi import refused
from conftest import PASSWORD, ApiClient

pytestmark = pytest.mark.django_db

KEY = {"name": "Robot", "scopes": ["profile:read"]}
WHAT_TAKES_THE_OWNER = {
    "another address": ("patch", "/api/v1/users/me", {"email": "other@example.com"}),
    "a key": ("post", "/api/v1/auth/api-keys", KEY),
    "a second factor": ("post", "/api/v1/auth/2fa/setup", {}),
    "the end": ("delete", "/api/v1/users/me", {}),
}
each = pytest.mark.parametrize(("method", "path", "asked"), WHAT_TAKES_THE_OWNER.values(), ids=WHAT_TAKES_THE_OWNER)


def signed_in_before(person, length):
    return services.open_session(user=person, now=datetime.now(UTC) - length)


@pytest.fixture
def thief(alice):
    """Somebody with a token of a sign-in that is not of these minutes."""
    return ApiClient(signed_in_before(alice, proving.FRESH_FOR + timedelta(seconds=5)).access_token)


def is_untouched(alice):
    """Return whether the account is as it was and nothing is on its way to change it."""
    carried = letters_to("other@example.com")
    kept = User.objects.filter(pk=alice.pk, email="alice@example.com").exists()
    return kept and not (carried or ApiKey.objects.exists() or Authenticator.objects.exists())


@each
def test_a_token_alone_is_not_enough_and_nothing_happens(thief, alice, method, path, asked):
    answer = getattr(thief, method)(path, asked)

    assert refused(answer, 422, "CURRENT_PASSWORD_REQUIRED")["errors"][0]["loc"] == ["body", "current_password"]
    assert is_untouched(alice)


@each
def test_a_wrong_password_is_not_enough_either(thief, alice, method, path, asked):
    answer = getattr(thief, method)(path, {**asked, "current_password": "wrong horse battery"})

    refused(answer, 422, "CURRENT_PASSWORD_REQUIRED")
    assert is_untouched(alice)


@each
def test_the_password_is_enough(thief, method, path, asked):
    assert getattr(thief, method)(path, {**asked, "current_password": PASSWORD}).status_code in {200, 201, 204}


@each
def test_a_fresh_sign_in_is_enough(alice, method, path, asked):
    fresh = ApiClient(signed_in_before(alice, timedelta(minutes=9)).access_token)

    assert getattr(fresh, method)(path, asked).status_code in {200, 201, 204}


def test_a_refreshed_token_is_no_fresh_sign_in(alice, api):
    stolen = signed_in_before(alice, timedelta(days=1)).refresh_token

    newest = api().post("/api/v1/auth/refresh", {"refresh_token": stolen}).json()["access_token"]

    refused(ApiClient(newest).post("/api/v1/auth/api-keys", KEY), 422, "CURRENT_PASSWORD_REQUIRED")


def test_a_guest_who_has_no_password_may_always_go():
    guest = services.begin_as_guest(now=datetime.now(UTC) - timedelta(days=3))

    assert ApiClient(guest.access_token).delete("/api/v1/users/me").status_code == 204
    assert User.objects.count() == 0


def test_names_are_nobodys_way_into_an_account(thief):
    assert thief.patch("/api/v1/users/me", {"first_name": "Alicia", "email": "alice@example.com"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "asked"),
    [
        ("/api/v1/users/me", "patch", {"password": "a better horse battery"}),
        ("/api/v1/users/me", "patch", {"email": "other@example.com"}),
        ("/api/v1/auth/api-keys", "post", KEY),
    ],
)
def test_wrong_passwords_are_locked_out_as_at_a_sign_in_and_written_down(thief, path, method, asked):
    wrong = {**asked, "current_password": "wrong horse battery"}
    for _ in range(lockout.FREE_GUESSES):
        refused(getattr(thief, method)(path, wrong), 422, "CURRENT_PASSWORD_REQUIRED")

    answer = getattr(thief, method)(path, {**asked, "current_password": PASSWORD})

    refused(answer, 423, "ACCOUNT_LOCKED")
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert AuditEntry.objects.filter(action="account.proof_refused").count() == lockout.FREE_GUESSES
    assert AuditEntry.objects.filter(action="account.locked").exists()


@pytest.mark.parametrize("network", ["127.0.0.1", "198.51.100.{}"], ids=["her own network", "everywhere"])
def test_who_guesses_at_the_sign_in_locks_nobody_out_who_is_in(alice, network):
    app, client = switch_on(alice), ApiClient(signed_in_before(alice, timedelta(hours=1)).access_token)
    for number in range(lockout.FREE_GUESSES_OF_STRANGERS + 5):
        place, now = network.format(number), datetime.now(UTC)
        with pytest.raises((services.InvalidCredentials, services.AccountLocked)):
            services.sign_in(email=alice.email, password="wrong", network=place, now=now)

    codes = client.post("/api/v1/auth/2fa/recovery-codes", {"password": PASSWORD, "otp": app.code()})
    off = client.post("/api/v1/auth/2fa/disable", {"password": PASSWORD, "otp": codes.json()["recovery_codes"][0]})
    change = {"password": "a better horse battery", "current_password": PASSWORD}
    changed = client.patch("/api/v1/users/me", change)

    refused(ApiClient().post("/api/v1/auth/login", {"email": alice.email, "password": PASSWORD}), 423, "ACCOUNT_LOCKED")
    assert [answer.status_code for answer in (codes, off, changed)] == [200, 204, 200]


def test_a_thief_in_one_session_locks_that_session_alone(thief, alice):
    owner = ApiClient(signed_in_before(alice, timedelta(hours=1)).access_token)
    wrong = {**KEY, "current_password": "wrong horse battery"}
    answers = [thief.post("/api/v1/auth/api-keys", wrong, REMOTE_ADDR=f"198.51.100.{n}") for n in range(9)]

    kept = owner.post("/api/v1/auth/api-keys", {**KEY, "current_password": PASSWORD})
    signed_in = ApiClient().post("/api/v1/auth/login", {"email": alice.email, "password": PASSWORD})

    assert [answer.status_code for answer in answers] == [422] * lockout.FREE_GUESSES + [423] * 4
    assert [answer.status_code for answer in (kept, signed_in)] == [201, 200]


def test_the_sessions_of_another_provider_share_one_count(alice):
    now, guesses = datetime.now(UTC), []
    for _ in range(lockout.FREE_GUESSES + 1):
        session = services.open_session(user=alice, now=now, kind=SessionKind.OUTSIDE).session
        try:
            proving.check_own_password(user=alice, session=session, password="wrong", network="", now=now)
        except (services.CurrentPasswordRequired, services.AccountLocked) as refusal:
            guesses.append(refusal.status_code)

    assert guesses == [422] * lockout.FREE_GUESSES + [423]


def test_the_present_address_is_told_while_a_new_password_can_still_stop_another(alice, api):
    api(alice).patch("/api/v1/users/me", {"email": "thief@example.com"})
    waiting = token_for("thief@example.com", "/verify-email")

    told = subjects_to(alice.email)
    api().post("/api/v1/auth/password/forgot", {"email": alice.email})
    reset = {"token": token_for(alice.email), "password": "a better horse battery"}
    assert api().post("/api/v1/auth/password/reset", reset).status_code == 200

    assert "Another e-mail address for your aclue account" in told
    refused(api().post("/api/v1/auth/verify-email", {"token": waiting}), 422, "INVALID_LINK")


def test_who_changes_the_password_is_told_which_keys_go_on_working(alice, api):
    client = api(alice)
    hint = client.post("/api/v1/auth/api-keys", KEY).json()["hint"]

    client.patch("/api/v1/users/me", {"password": "a better horse battery", "current_password": PASSWORD})

    letter = letters_to(alice.email)[-1]
    assert letter.subject == "Your aclue password was changed"
    assert f"- Robot ({hint})" in letter.body
    assert hint in letter.alternatives[0].content


def test_whoever_takes_their_data_out_is_in_the_audit_log(alice, api):
    api(alice).get("/api/v1/users/me/export").getvalue()

    assert AuditEntry.objects.get(action="account.exported").actor_id == alice.pk
