"""Guessing passwords comes to nothing, and cannot be turned against whoever the account belongs to."""

import contextlib
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts import services
from accounts.models import GuessCount
from accounts.services import lockout
from accounts.tests.letters import token_for
from common.models import AuditEntry
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from common.tests.processes import in_processes
from conftest import PASSWORD

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LOGIN = "/api/v1/auth/login"
WRONG = "not the password"
GUESS = """
from datetime import UTC, datetime
from accounts.services import lockout
from common.tests.parallel import in_parallel

class Wrong(Exception):
    error_code = lockout.WRONG_GUESS

def guess():
    n_heard = 0
    for _ in range(5):
        try:
            with lockout.guess(email="alice@example.com", network="192.0.2.1", is_known_device=False,
                               now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC)):
                n_heard += 1
                raise Wrong
        except (Wrong, lockout.AccountLocked):
            pass
    return n_heard

print(json.dumps(sum(in_parallel(guess, 8))))
"""


def guess(email, network, now, password=WRONG, **who):
    """Try a password; returns `in`, `wrong` or `locked`."""
    try:
        services.sign_in(email=email, password=password, network=network, now=now, **who)
    except services.InvalidCredentials:
        return "wrong"
    except services.AccountLocked:
        return "locked"
    return "in"


def attack(email, *, n_networks, n_guesses, seconds):
    """Guess from each network in turn, spread evenly over some time; returns how many were heard, by network."""
    heard = dict.fromkeys((f"198.51.100.{number}" for number in range(n_networks)), 0)
    n_all = n_networks * n_guesses
    for number in range(n_all):
        network = f"198.51.100.{number % n_networks}"
        heard[network] += guess(email, network, START + timedelta(seconds=seconds * number / n_all)) == "wrong"
    return heard


@pytest.mark.django_db
def test_one_network_is_heard_at_most_ten_times_in_five_minutes(alice):
    heard = attack(alice.email, n_networks=1, n_guesses=1000, seconds=300)

    assert heard == {"198.51.100.0": 8}


@pytest.mark.django_db
def test_a_thousand_guesses_from_a_hundred_networks_are_hardly_heard(alice):
    heard = attack(alice.email, n_networks=100, n_guesses=10, seconds=300)

    assert max(heard.values()) <= 10
    assert sum(heard.values()) <= lockout.FREE_GUESSES_OF_STRANGERS + 5


@pytest.mark.django_db
def test_each_wrong_guess_waits_longer_than_the_one_before_up_to_a_quarter_of_an_hour(alice):
    now, waits = START, []
    for _ in range(lockout.FREE_GUESSES):
        assert guess(alice.email, "192.0.2.1", now) == "wrong"
    for _ in range(8):
        with pytest.raises(services.AccountLocked) as locked:
            services.sign_in(email=alice.email, password=PASSWORD, network="192.0.2.1", now=now)
        waits.append(locked.value.retry_after)
        now += timedelta(seconds=locked.value.retry_after)
        assert guess(alice.email, "192.0.2.1", now) == "wrong"

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


@pytest.mark.django_db
def test_while_strangers_guess_the_owner_comes_in_on_a_known_device_and_nobody_else_on_a_new_one(alice):
    known = services.sign_in(email=alice.email, password=PASSWORD, network="192.0.2.1", now=START).device_token
    attack(alice.email, n_networks=100, n_guesses=10, seconds=300)
    now = START + timedelta(seconds=301)

    assert guess(alice.email, "203.0.113.5", now, PASSWORD, device_token=known) == "in"
    assert guess(alice.email, "203.0.113.6", now, PASSWORD) == "locked"


@pytest.mark.django_db
def test_while_strangers_guess_the_owner_comes_in_after_a_reset(alice, api):
    attack(alice.email, n_networks=100, n_guesses=10, seconds=300)
    now = START + timedelta(seconds=301)
    assert guess(alice.email, "203.0.113.5", now, PASSWORD) == "locked"

    lockout.excuse(email=alice.email, network="203.0.113.5", now=now)  # what a reset does beside setting a password

    assert guess(alice.email, "203.0.113.5", now + timedelta(seconds=2), PASSWORD) == "in"
    assert guess(alice.email, "203.0.113.6", now + timedelta(seconds=2), PASSWORD) == "locked"


@pytest.mark.django_db
def test_over_http_a_thousand_guesses_are_hardly_heard_and_the_owner_is_in_by_a_reset_within_two_seconds(
    api, alice, settings
):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "10000/minute"}  # what follows is the lock's doing alone
    wrong, right, new = ({"email": alice.email, "password": one} for one in (WRONG, PASSWORD, "a better horse battery"))
    owner = {"REMOTE_ADDR": "198.51.100.7"}
    heard = [
        api().post(LOGIN, wrong, REMOTE_ADDR=f"203.0.{number % 100}.5").status_code == 401 for number in range(1000)
    ]
    locked = api().post(LOGIN, right, **owner)

    started = time.monotonic()
    api().post("/api/v1/auth/password/forgot", {"email": alice.email}, **owner)
    reset = {"token": token_for(alice.email), "password": new["password"]}
    known = api().post("/api/v1/auth/password/reset", reset, **owner).json()["device_token"]
    signed_in = api().post(LOGIN, {**new, "device_token": known}, **owner)
    seconds = time.monotonic() - started

    assert 0 < sum(heard) <= lockout.FREE_GUESSES_OF_STRANGERS + 5
    assert locked.status_code == 423
    assert (signed_in.status_code, seconds < 2) == (200, True)


def raise_wrong():
    raise Wrong


class Wrong(Exception):
    """A guess that turned out to be wrong."""

    error_code = lockout.WRONG_GUESS


def wait_of(email, now):
    """Return after how many seconds a sign-in is to be tried again that meets a lock."""
    with pytest.raises(services.AccountLocked) as locked:
        services.sign_in(email=email, password=PASSWORD, network="192.0.2.1", now=now)
    return locked.value.retry_after


@pytest.mark.django_db
def test_a_lock_that_may_be_gone_in_a_moment_asks_for_no_longer_wait(alice):
    here = {"email": alice.email, "network": "192.0.2.1", "is_known_device": False, "now": START}
    with contextlib.ExitStack() as at_once:
        for _ in range(lockout.FREE_GUESSES):
            at_once.enter_context(lockout.guess(**here))
        meanwhile = wait_of(alice.email, START)
        much_later = wait_of(alice.email, START + lockout.UNDECIDED_FOR)

    assert (meanwhile, much_later) == (1, 20)  # it locks for 30, of which 10 are over
    assert guess(alice.email, "192.0.2.1", START, PASSWORD) == "in"


@pytest.mark.django_db
def test_once_all_of_them_were_wrong_the_lock_is_as_long_as_ever(alice):
    here = {"email": alice.email, "network": "192.0.2.1", "is_known_device": False, "now": START}
    with contextlib.ExitStack() as at_once:
        for _ in range(lockout.FREE_GUESSES):
            at_once.enter_context(contextlib.suppress(Wrong))
            at_once.enter_context(lockout.guess(**here))
            at_once.callback(raise_wrong)

    assert wait_of(alice.email, START) == 30


@pytest.mark.django_db
def test_a_stolen_device_token_is_no_licence_to_guess(alice):
    known = services.sign_in(email=alice.email, password=PASSWORD, network="192.0.2.1", now=START).device_token

    heard = [guess(alice.email, "192.0.2.1", START, device_token=known) for _ in range(20)]

    assert heard.count("wrong") == lockout.FREE_GUESSES


@pytest.mark.django_db
def test_an_address_without_an_account_is_locked_alike(api, alice):
    answers = {}
    for email in (alice.email, "nobody@example.com"):
        with time_machine.travel(START, tick=False):
            asked = {"email": email, "password": WRONG}
            answers[email] = [api().post(LOGIN, asked) for _ in range(lockout.FREE_GUESSES + 1)]

    ours, nobodys = ([(it.status_code, it.json()["error_code"]) for it in answers[email]] for email in answers)
    assert ours == nobodys == [(401, "INVALID_CREDENTIALS")] * 5 + [(423, "ACCOUNT_LOCKED")]
    bodies = [it[-1].json() | {"request_id": "", "timestamp": ""} for it in answers.values()]
    assert bodies[0] == bodies[1]
    for answer in (it[-1] for it in answers.values()):
        as_documented(answer)
        refused(answer, 423, "ACCOUNT_LOCKED")
        assert answer["Retry-After"] == "30"


@pytest.mark.django_db
def test_coming_in_forgets_what_was_mistyped(alice):
    for _ in range(3):
        for _ in range(lockout.FREE_GUESSES - 1):
            guess(alice.email, "192.0.2.1", START)
        assert guess(alice.email, "192.0.2.1", START, PASSWORD) == "in"


@pytest.mark.django_db
def test_what_was_no_guess_does_not_count(alice, monkeypatch):
    def busy(**_):
        raise services.WeakPassword  # any refusal that says nothing of the password

    monkeypatch.setattr("accounts.services.sessions.check_credentials", busy)
    for _ in range(2 * lockout.FREE_GUESSES):
        with pytest.raises(services.WeakPassword):
            services.sign_in(email=alice.email, password=WRONG, network="192.0.2.1", now=START)
    monkeypatch.undo()

    assert guess(alice.email, "192.0.2.1", START, PASSWORD) == "in"


@pytest.mark.django_db
def test_the_forms_of_the_site_and_the_admin_say_it_too(client, mary):
    for _ in range(lockout.FREE_GUESSES):
        client.post("/admin/login/", {"username": mary.email, "password": WRONG})

    for form in ("/admin/login/", "/sign-in"):
        page = client.post(form, {"username": mary.email, "password": PASSWORD})
        assert page.status_code == 200
        assert "Too many wrong tries" in page.content.decode()


@pytest.mark.django_db
def test_a_lock_is_in_the_audit_log_and_staff_may_lift_it(alice):
    for _ in range(lockout.FREE_GUESSES):
        guess(alice.email, "192.0.2.1", START)
    assert guess(alice.email, "192.0.2.1", START, PASSWORD) == "locked"

    services.lift_lockout(email=alice.email, now=START)

    assert guess(alice.email, "192.0.2.1", START, PASSWORD) == "in"
    assert AuditEntry.objects.filter(action="account.locked").count() == 1
    assert AuditEntry.objects.filter(action="account.unlocked").count() == 1


@pytest.mark.django_db
def test_counts_name_neither_address_nor_network_and_go_after_a_day(alice):
    guess(alice.email, "192.0.2.1", START)
    rows = str(list(GuessCount.objects.values()))

    n_early = services.tidy_guesses(now=START + timedelta(hours=23))
    n_late = services.tidy_guesses(now=START + timedelta(hours=25))

    assert "alice" not in rows
    assert "192.0.2.1" not in rows
    assert (n_early, n_late) == (0, 2)


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_no_more_are_heard_than_one_after_the_other(alice):
    heard = in_parallel(lambda: [guess(alice.email, "192.0.2.1", START) for _ in range(5)], 8)

    assert sum(each.count("wrong") for each in heard) == lockout.FREE_GUESSES


@pytest.mark.django_db(transaction=True)
def test_two_processes_share_what_is_free():
    heard = in_processes(GUESS, 2)

    assert sum(heard) == lockout.FREE_GUESSES
