"""Passwords are kept exactly: every character and every byte of them counts, and common ones are refused."""

import gzip
from pathlib import Path

import pytest
from django.contrib.auth import password_validation

from accounts import services
from accounts.models import User
from accounts.tests.letters import token_for
from common.tests.openapi import refused
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

REGISTER, LOGIN, ME = "/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/users/me"
BCRYPT = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
N_COMMONEST = 3000


@pytest.fixture(autouse=True)
def _unlimited(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"register": "100000/hour", "login": "100000/hour"}


@pytest.fixture
def real_hasher(settings, monkeypatch):
    """The hasher of production, with fewer rounds: they cost time and change nothing of what counts."""
    from django.contrib.auth.hashers import BCryptSHA256PasswordHasher

    settings.PASSWORD_HASHERS = BCRYPT
    monkeypatch.setattr(BCryptSHA256PasswordHasher, "rounds", 4)


def register(api, password, email="dora@example.com"):
    return api().post(REGISTER, {"email": email, "password": password})


def login(api, password, email="dora@example.com"):
    return api().post(LOGIN, {"email": email, "password": password}).status_code


KEPT = {
    "eight characters": "hq7#mPz!",
    "a hundred and twenty-eight": "Larkfield " * 12 + "8 charac",
    "seventy-three bytes": "k" * 36 + "v" * 36 + "1",
    "spaces at both ends": "  a correct horse  ",
    "emoji": "🎁🎀🧣🕯️🍫🧦📚🎧",
    "a hundred and twenty-eight emoji": "🎁" * 128,
    "Greek and Chinese": "σωστό άλογο 正確的馬",
    "a quotation": "\"'; DROP TABLE accounts_user; --",
    "tabs and new lines": "a\tcorrect\nhorse\r\n",
    "combining marks": "e\u0301 is not \u00e9 here",
}


@pytest.mark.usefixtures("real_hasher")
@pytest.mark.parametrize("password", KEPT.values(), ids=KEPT.keys())
def test_a_password_opens_the_account_as_it_was_given_and_in_no_other_way(api, password):
    made = register(api, password)

    shorter, other_end, longer = password[:-1], password[:-1] + "\u00a1", password + " "
    assert made.status_code == 201
    assert login(api, password) == 200
    assert [login(api, wrong) for wrong in (shorter, other_end, longer)] == [
        401,
        401,
        422 if len(longer) > 128 else 401,
    ]


@pytest.mark.usefixtures("real_hasher")
def test_the_seventy_third_byte_counts(api):
    first_72 = "0123456789abcdefghijklmnopqrstuvwxyz" * 2
    register(api, first_72 + "A")

    assert [login(api, first_72 + last) for last in ("A", "B", "")] == [200, 401, 401]


@pytest.mark.parametrize(("password", "code"), [("hq7#mPz", "WEAK_PASSWORD"), ("k9" * 65, "VALIDATION_ERROR")])
def test_shorter_than_8_and_longer_than_128_is_refused_at_every_door(api, alice, password, code):
    api().post("/api/v1/auth/password/forgot", {"email": alice.email})
    token = token_for(alice.email)

    answers = [
        register(api, password),
        api().post("/api/v1/auth/signup", {"email": "dora@example.com", "password": password}),
        api(alice).patch(ME, {"password": password, "current_password": PASSWORD}),
        api().post("/api/v1/auth/password/reset", {"token": token, "password": password}),
    ]

    for answer in answers:
        assert refused(answer, 422, code)["errors"][0]["loc"] == ["body", "password"]


@pytest.mark.parametrize("odd", ["nul \\u0000 inside", "\\ud800 alone, a surrogate"])
def test_what_is_no_text_is_refused_and_breaks_nothing(api, alice, odd):
    bodies = {
        REGISTER: f'{{"email": "dora@example.com", "password": "{odd}"}}',
        LOGIN: f'{{"email": "alice@example.com", "password": "{odd}"}}',
        "/api/v1/auth/password/reset": f'{{"token": "x", "password": "{odd}"}}',
    }

    statuses = [api().post(path, body).status_code for path, body in bodies.items()]
    statuses.append(api(alice).patch(ME, f'{{"password": "{odd}", "current_password": "{odd}"}}').status_code)

    assert set(statuses) <= {400, 422}
    assert not User.objects.filter(email="dora@example.com").exists()


def commonest():
    """Return the commonest passwords that are long enough, commonest first, as Django lists them."""
    listed = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(listed, "rt", encoding="utf-8") as lines:
        words = [line.strip() for line in lines]
    return words, [word for word in words if len(word) >= 8]


def test_the_three_thousand_commonest_are_refused():
    everything, long_enough = commonest()
    nobody = User(email="dora@example.com")

    accepted = []
    for password in everything[:N_COMMONEST] + long_enough[:N_COMMONEST]:
        try:
            services.check_password_strength(password, nobody)
        except services.WeakPassword:
            continue
        accepted.append(password)

    assert (len(everything[:N_COMMONEST]), len(long_enough[:N_COMMONEST])) == (N_COMMONEST, N_COMMONEST)
    assert accepted == []


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", " password1", "iloveyou", "football1", "qwertyuiop"])
def test_a_common_password_is_refused_however_it_is_written(api, password):
    refused(register(api, password), 422, "WEAK_PASSWORD")


def test_a_password_near_to_the_persons_own_data_is_refused(api):
    asked = {"email": "dora.larkfield@example.com", "first_name": "Theodora", "last_name": "Larkfield"}

    answers = [
        api().post(REGISTER, asked | {"password": word}) for word in ("dora.larkfield", "theodora1", "Larkfield!")
    ]

    for answer in answers:
        refused(answer, 422, "WEAK_PASSWORD")
