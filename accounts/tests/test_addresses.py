"""One mailbox is one account however its address is written, and an account's address is one that mail can reach."""

import unicodedata

import pytest

from accounts.addresses import normalise_email
from accounts.models import User
from accounts.tests.issuer import running
from common.tests.openapi import refused
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

REGISTER, SIGNUP, LOGIN = (f"/api/v1/auth/{way}" for way in ("register", "signup", "login"))
COMPOSED = "alice@bücher.example"
SPELLINGS = {
    "encoded": "alice@xn--bcher-kva.example",
    "encoded in capitals": "Alice@XN--BCHER-KVA.Example",
    "decomposed": unicodedata.normalize("NFD", COMPOSED),
    "capitals": "ALICE@BÜCHER.EXAMPLE",
    "wide letters": "alice@ｂücher.example",
}
UNREACHABLE = {
    "no dot": "x@localhost",
    "a machine": "x@[127.0.0.1]",
    "a machine of version 6": "x@[::1]",
    "a number": "x@127.0.0.1",
    "too long once it is encoded": "x" * 40 + "@" + ".".join(["ü" * 50] * 4) + ".example",
}
each_spelling = pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
each_unreachable = pytest.mark.parametrize("address", UNREACHABLE.values(), ids=UNREACHABLE)


@each_spelling
def test_one_mailbox_has_one_account(api, spelling):
    first = api().post(REGISTER, {"email": COMPOSED, "password": PASSWORD})

    again = api().post(REGISTER, {"email": spelling, "password": PASSWORD})

    assert first.json()["user"]["email"] == "alice@xn--bcher-kva.example"
    refused(again, 409, "USER_EXISTS")
    assert User.objects.count() == 1


@each_spelling
def test_its_owner_signs_in_by_any_spelling(api, spelling):
    api().post(REGISTER, {"email": COMPOSED, "password": PASSWORD})

    assert api().post(LOGIN, {"email": spelling, "password": PASSWORD}).status_code == 200


@each_unreachable
def test_nobody_gets_an_account_with_an_address_that_mail_cannot_reach(api, alice, client, address):
    body = {"email": address, "password": PASSWORD}

    answers = [api().post(path, body) for path in (REGISTER, SIGNUP)]
    answers.append(api(alice).patch("/api/v1/users/me", {"email": address, "current_password": PASSWORD}))
    page = client.post("/sign-up", body)

    for answer in answers:
        (error,) = refused(answer, 422, "VALIDATION_ERROR")["errors"]
        assert error["loc"] == ["body", "email"]
    assert page.status_code == 200
    assert User.objects.get() == alice


def test_a_provider_that_tells_such_an_address_tells_none(api, settings):
    with running() as google:
        settings.OIDC_PROVIDERS = {**settings.OIDC_PROVIDERS, "google": google.provider()}

        answers = [
            api().post("/api/v1/auth/social/google", {"id_token": google.token(sub=address, email=address)})
            for address in ("x@localhost", COMPOSED)
        ]

    refused(answers[0], 422, "EMAIL_NEEDED")
    assert answers[1].json()["user"]["email"] == "alice@xn--bcher-kva.example"


def test_a_name_without_a_dot_is_told_what_is_missing(api):
    answer = api().post(REGISTER, {"email": "x@localhost", "password": PASSWORD})

    assert "host name with a dot" in refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["msg"]


@pytest.mark.parametrize(
    "text", ["", "nobody", "@", "a@", "a@..", "a@xn--", "\ud800@\ud800.example", "a@" + "ü" * 9999]
)
def test_what_is_no_address_is_taken_as_far_as_it_goes(text):
    assert normalise_email(normalise_email(text)) == normalise_email(text)
