"""Whoever asks about an address learns neither by the words of an answer nor by its time whether it has an account."""

import random
import re
import time

import pytest
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext
from scipy.stats import mannwhitneyu

from accounts import services
from accounts.models import User
from accounts.tests.issuer import running
from common.tests.working import carry_out
from conftest import NOW, PASSWORD, make_person

pytestmark = pytest.mark.django_db

N_SAMPLES = 200
# By chance one comparison in a hundred finds a difference of this size where there is none, three in a row one in a
# million; a difference that is there is found each time.
CHANCE, TRIES = 0.01, 3
UNLIMITED = dict.fromkeys(("login", "mail", "mail_address", "write", "network"), "1000000/minute")


def wrong_password(api, email):
    return api().post("/api/v1/auth/login", {"email": email, "password": "wrong horse battery"})


def forgot(api, email):
    return api().post("/api/v1/auth/password/forgot", {"email": email})


def resend(api, email):
    return api().post("/api/v1/auth/verify-email/resend", {"email": email})


def forgot_page(api, email):
    return api().client.post("/forgot-password", {"email": email})


def subscribe(api, email):
    return api().post("/api/v1/newsletter/subscribe", {"email": email})


def subscribe_page(api, email):
    return api().client.post("/newsletter", {"email": email})


def another_address(api, email):
    """Ask, signed in, for an address that somebody else may have."""
    asker = User.objects.filter(email="asker@example.com").first() or make_person("Asker")
    return api(asker).patch("/api/v1/users/me", {"email": email})


def social(api, email):
    """Come with a token of Google's for an address that Google has not seen proved."""
    token = api.google.token(sub=email, email=email, email_verified=False)
    return api().post("/api/v1/auth/social/google", {"id_token": token})


ASKED = (wrong_password, forgot, resend, forgot_page, subscribe, subscribe_page, another_address, social)
SLOW = (wrong_password, another_address, social)
QUESTIONS = {question.__name__: question for question in ASKED}


@pytest.fixture(autouse=True)
def google(settings, api):
    """A local Google, which signs what it is asked to."""
    with running() as issuer:
        settings.OIDC_PROVIDERS = {**settings.OIDC_PROVIDERS, "google": issuer.provider()}
        api.google = issuer
        yield


@pytest.fixture
def people(settings, monkeypatch):
    """As many people as there are samples, with real hashes of few rounds: hashing is to be what costs most."""
    settings.RATE_LIMITS = settings.RATE_LIMITS | UNLIMITED
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
    monkeypatch.setattr(BCryptSHA256PasswordHasher, "rounds", 7)
    emails = [f"known{n:04}@example.com" for n in range(N_SAMPLES)]
    services.import_people(people=[services.PersonToImport(email, "K", "N", NOW) for email in emails], now=NOW)
    services.share_password(emails=emails, password=PASSWORD)
    carry_out()
    return emails


def body_of(answer, email):
    if answer.get("Content-Type", "").startswith("text/html"):
        # A page's CSRF token is masked anew each time.
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text).replace(email, "ADDRESS")
    kept = answer.json() if answer.content else {}
    return {name: value for name, value in kept.items() if name not in {"timestamp", "request_id", "updated_at"}}


def statement_of(sql):
    """Return a statement without the values in it and the names of savepoints."""
    return re.sub(r"'[^']*'|\"s\d+_x\d+\"|\b\d+\b", "?", sql)


def headers_of(answer):
    return {
        name: value
        for name, value in answer.items()
        if name not in {"X-Request-ID", "RateLimit-Remaining", "RateLimit-Reset", "Content-Length"}
    }


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_words_of_the_answer_are_the_same(api, alice, question, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | UNLIMITED
    ask = QUESTIONS[question]

    known, unknown = ask(api, "alice@example.com"), ask(api, "nobod@example.com")

    assert known.status_code == unknown.status_code
    assert headers_of(known) == headers_of(unknown)
    assert body_of(known, "alice@example.com") == body_of(unknown, "nobod@example.com")


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_database_is_asked_the_same_for_both(api, alice, question, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | UNLIMITED
    ask = QUESTIONS[question]
    ask(api, "somebody@example.com")
    statements = []
    for email in ("alice@example.com", "nobod@example.com"):
        with CaptureQueriesContext(connection) as asked:
            ask(api, email)
        statements.append([statement_of(one["sql"]) for one in asked.captured_queries])

    assert statements[0] == statements[1] != []


def quickest(ask, api, email, *, times):
    """Return the shortest of some answers' times: what else the machine does makes an answer longer, never shorter."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        ask(api, email)
        took.append(time.perf_counter() - started)
    return min(took)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_time_of_the_answer_is_the_same(api, people, question):
    ask = QUESTIONS[question]
    strangers = [f"other{n:04}@example.com" for n in range(N_SAMPLES)]
    ask(api, "warm.up@example.com")

    found = []
    for attempt in range(TRIES):
        asked = [(email, True) for email in people] + [(email, False) for email in strangers]
        random.Random(attempt).shuffle(asked)
        took = {True: [], False: []}
        for email, is_known in asked:
            took[is_known].append(quickest(ask, api, email, times=1 if ask in SLOW else 3))
        assert (len(took[True]), len(took[False])) == (N_SAMPLES, N_SAMPLES)
        found.append(mannwhitneyu(took[True], took[False]).pvalue)
        if found[-1] > CHANCE:
            return
    pytest.fail(f"{question} tells by its time who has an account: p = {found}")


def test_the_clock_of_this_test_would_notice():
    """A quarter of a millisecond more is a difference that the comparison above finds among such answers."""
    noise = random.Random(1)
    quick = [0.01000 + noise.random() / 1000 for _ in range(N_SAMPLES)]
    slow = [0.01025 + noise.random() / 1000 for _ in range(N_SAMPLES)]

    assert mannwhitneyu(quick, slow).pvalue < CHANCE


def test_what_the_worker_finds_out_is_told_to_nobody_who_asked(api, alice):
    forgot(api, alice.email)
    forgot(api, "nobody@example.com")

    carry_out()

    again = [forgot(api, email) for email in (alice.email, "nobody@example.com")]
    assert [(answer.status_code, answer.content) for answer in again] == [(202, b"")] * 2


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [(wrong_password, 401, "INVALID_CREDENTIALS"), (social, 403, "EMAIL_NOT_VERIFIED"), (forgot, 202, "")],
)
def test_the_questions_are_heard_and_not_turned_away_for_another_reason(api, alice, question, status, code):
    answer = question(api, alice.email)

    assert (answer.status_code, answer.json()["error_code"] if answer.content else "") == (status, code)
