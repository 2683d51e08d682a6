"""Strangers who ask for mails to somebody's address neither keep its owner out nor fill their mailbox."""

import time

import pytest

from accounts.tests.letters import letters_to, token_for
from common.tests.openapi import refused
from conftest import make_person

pytestmark = pytest.mark.django_db

OWNER = {"REMOTE_ADDR": "198.51.100.7"}
ASKED_FOR = {
    "newsletter": "/api/v1/newsletter/subscribe",
    "verification": "/api/v1/auth/verify-email/resend",
    "reset": "/api/v1/auth/password/forgot",
}
OFTEN = 5


def from_network(number):
    return {"REMOTE_ADDR": f"203.0.113.{number}"}


@pytest.mark.parametrize("path", ASKED_FOR.values(), ids=ASKED_FOR)
def test_a_stranger_who_has_asked_until_refused_keeps_no_owner_from_a_new_password(alice, api, path):
    asked = [api().post(path, {"email": alice.email}, **from_network(5)).status_code for _ in range(OFTEN + 1)]
    letters_to(alice.email)

    started = time.monotonic()
    forgot = api().post("/api/v1/auth/password/forgot", {"email": alice.email}, **OWNER)
    reset = {"token": token_for(alice.email), "password": "a better horse battery"}
    done = api().post("/api/v1/auth/password/reset", reset, **OWNER)
    seconds = time.monotonic() - started

    assert asked == [202] * OFTEN + [429]
    assert (forgot.status_code, done.status_code, seconds < 2) == (202, 200, True)


def test_each_matter_has_a_count_of_its_own(alice, api):
    """Who has pressed one button five times may still press another."""
    answers = {
        matter: [api().post(path, {"email": alice.email}).status_code for _ in range(OFTEN)]
        for matter, path in ASKED_FOR.items()
    }

    assert answers == dict.fromkeys(ASKED_FOR, [202] * OFTEN)
    refused(api().post(ASKED_FOR["reset"], {"email": alice.email}), 429, "RATE_LIMITED")


def test_of_mails_asked_for_from_everywhere_a_mailbox_gets_twelve_an_hour_and_the_last_link_works(alice, api):
    letters_to(alice.email)  # the greeting
    for number in range(30):
        assert api().post(ASKED_FOR["reset"], {"email": alice.email}, **from_network(number)).status_code == 202

    sent = [letter for letter in letters_to(alice.email) if "new password" in letter.subject]
    reset = {"token": token_for(alice.email), "password": "a better horse battery"}

    assert len(sent) == 12
    assert api().post("/api/v1/auth/password/reset", reset, **OWNER).status_code == 200


def test_no_more_newsletters_to_confirm_than_a_mailbox_takes(api, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mailbox": "0/hour"}
    api().post(ASKED_FOR["newsletter"], {"email": "dora@example.com"})

    assert letters_to("dora@example.com") == []


def test_addresses_to_be_changed_to_are_no_way_to_fill_mailboxes(alice, api, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mailbox": "1/hour"}
    for person in (alice, make_person("Bob")):
        assert api(person).patch("/api/v1/users/me", {"email": "dora@example.com"}).status_code == 200

    assert len(letters_to("dora@example.com")) == 1
