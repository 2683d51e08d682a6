"""Bearer tokens of the owner's own identity provider open the API; what happens to a person here counts."""

import time
import uuid
from datetime import UTC, datetime, timedelta

import jwt
import pyotp
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services, tokens
from accounts.models import Identity, Session, SessionKind, User
from accounts.services import identities, outside, second_factor
from accounts.tests.issuer import running
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db

SECRET = "the secret of the owner's own project, of more than sixty-four characters"
ME = "/api/v1/auth/me"
SUBJECT = "2c1f0d52-7a7e-4a55-9a52-4cf3f6f0f3b1"


def now():
    return datetime.now(UTC)


def claims(**changes):
    """Return what Supabase writes into an access token; a change to None leaves a claim out."""
    moment = int(time.time())
    told = {
        "iss": "https://project.supabase.co/auth/v1",
        "aud": "authenticated",
        "sub": SUBJECT,
        "email": "dora@example.com",
        "phone": "",
        "role": "authenticated",
        "aal": "aal1",
        "session_id": "6f1e2d3c-4b5a-4988-9776-655443322110",
        "is_anonymous": False,
        "user_metadata": {"email_verified": True},
        "iat": moment,
        "exp": moment + 3600,
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


def token(secret=SECRET, algorithm="HS256", **changes):
    return jwt.encode(claims(**changes), secret, algorithm)


@pytest.fixture
def supabase(settings):
    """The owner's project, known by its secret and its address."""
    settings.SUPABASE_JWT_SECRET = SECRET
    settings.SUPABASE_URL = "https://project.supabase.co"
    return settings


def bearer(api, raw, path=ME, method="get", **more):
    return getattr(api(), method)(path, headers={"Authorization": f"Bearer {raw}"}, **more)


def test_somebody_new_is_a_user_from_the_first_request_on(api, supabase):
    answer = bearer(api, token())

    body = as_documented(answer)
    assert (answer.status_code, body["email"], body["email_verified"]) == (200, "dora@example.com", False)
    dora = User.objects.get()
    assert (Identity.objects.get().subject, Identity.objects.get().user_id) == (SUBJECT, dora.pk)
    assert Session.objects.get().kind == SessionKind.OUTSIDE
    assert bearer(api, token()).json()["id"] == str(dora.pk)
    assert (User.objects.count(), Session.objects.count()) == (1, 1)


def test_public_keys_do_as_well_as_a_secret(api, settings):
    with running("ES256") as issuer:
        settings.SUPABASE_URL = issuer.url
        raw = issuer.token(iss=f"{issuer.url}/auth/v1", aud="authenticated")

        assert bearer(api, raw).status_code == 200
        refused(bearer(api, token(iss=f"{issuer.url}/auth/v1")), 401, "INVALID_TOKEN")  # by a secret that is not set


def test_with_the_secret_alone_it_says_who_has_signed(api, settings):
    settings.SUPABASE_JWT_SECRET = SECRET

    assert bearer(api, token(iss="https://anywhere.example")).status_code == 200
    assert bearer(api, token(iss=None)).status_code == 200
    refused(bearer(api, token(secret="another secret" * 5)), 401, "INVALID_TOKEN")


def test_their_hot_reads_take_the_same_way(api, supabase, scarf):
    assert bearer(api, token(), "/api/v1/products").status_code == 200
    refused(bearer(api, token(aud="anon"), "/api/v1/products"), 401, "INVALID_TOKEN")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "anon"},
        {"aud": None},
        {"aud": "aclue"},
        {"iss": "https://other.supabase.co/auth/v1"},
        {"iss": "https://project.supabase.co"},
        {"iss": None},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"nbf": 2**32},
        {"sub": None},
        {"sub": ""},
        {"sub": "a\x00b"},
        {"secret": "another secret" * 5},
        {"algorithm": "HS512"},
        {"is_anonymous": True},
    ],
    ids=lambda changes: ",".join(changes),
)
def test_a_token_that_is_not_quite_right_opens_nothing_and_makes_nobody(api, supabase, changes):
    refused(bearer(api, token(**changes)), 401, "INVALID_TOKEN")

    assert User.objects.count() == 0


def test_ours_and_theirs_are_never_taken_for_each_other(api, supabase, alice):
    session = services.open_session(user=alice, now=now()).session
    ours = tokens.issue_access(alice, session)
    forged = [
        token(iss="aclue", aud="aclue", sub=str(alice.pk), sid=str(session.pk), ver=1, token_type="access"),
        token(secret=supabase.SECRET_KEY),
        jwt.encode(claims(aud="authenticated"), supabase.SECRET_KEY, "HS256"),
        jwt.encode({**jwt.decode(ours, options={"verify_signature": False}), "aud": "authenticated"}, SECRET, "HS256"),
    ]

    assert bearer(api, ours).json()["id"] == str(alice.pk)
    for raw in forged:
        refused(bearer(api, raw), 401, "INVALID_TOKEN")


def test_authenticated_is_an_audience_of_theirs_alone(api, supabase, alice):
    ours = jwt.decode(services.open_session(user=alice, now=now()).access_token, options={"verify_signature": False})

    refused(
        bearer(api, jwt.encode({**ours, "aud": "authenticated"}, supabase.SECRET_KEY, "HS256")), 401, "INVALID_TOKEN"
    )


def test_without_a_provider_its_tokens_open_nothing(api, settings):
    refused(bearer(api, token()), 401, "INVALID_TOKEN")


@pytest.mark.django_db(transaction=True)
def test_eight_first_requests_at_once_make_one_user_and_one_session(api, supabase):
    raw = token()

    statuses = in_parallel(lambda: bearer(api, raw).status_code, 8)

    assert statuses == [200] * 8
    assert (User.objects.count(), Identity.objects.count(), Session.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_first_requests_on_two_devices_at_once_make_one_user(api, supabase):
    raws = iter([token(session_id=str(uuid.uuid4())) for _ in range(6)])

    statuses = in_parallel(lambda: bearer(api, next(raws)).status_code, 6)

    assert statuses == [200] * 6
    assert (User.objects.count(), Identity.objects.count(), Session.objects.count()) == (1, 1, 6)


def test_an_account_that_has_the_address_is_not_given_to_who_only_says_so(api, supabase):
    alice = make_person("Alice")
    User.objects.update(email_verified_at=now())

    for told in ({}, {"email_verified": False}, {"user_metadata": {"email_verified": True}}):
        refused(bearer(api, token(email="Alice@example.com", **told)), 401, "LINK_NEEDED")
    assert Identity.objects.count() == 0
    assert bearer(api, token(email="alice@example.com", email_verified=True)).json()["id"] == str(alice.pk)


def test_an_unverified_account_is_not_linked_either_way(api, supabase):
    make_person("Alice")

    refused(bearer(api, token(email="alice@example.com", email_verified=True)), 401, "LINK_NEEDED")


def test_a_person_links_the_owners_provider_to_the_account_they_have(api, supabase, alice):
    User.objects.update(email_verified_at=now())
    asked = {"provider": "supabase", "id_token": token(), "current_password": PASSWORD}
    supabase.ENABLE_SOCIAL_LOGIN = False  # which is about Google and the like

    made = api(alice).post("/api/v1/auth/identities", asked)

    assert made.status_code == 201
    assert bearer(api, token()).json()["id"] == str(alice.pk)


def test_without_an_address_there_is_no_account(api, supabase):
    refused(bearer(api, token(email="")), 401, "EMAIL_NEEDED")


def test_while_registration_is_off_nobody_new_comes_in(api, supabase):
    bearer(api, token())
    supabase.ENABLE_REGISTRATION = False

    refused(bearer(api, token(sub="somebody new", email="new@example.com")), 403, "REGISTRATION_DISABLED")
    assert bearer(api, token()).status_code == 200


ENDINGS = {
    "signing out": lambda api, dora: bearer(api, token(), "/api/v1/auth/logout", "post"),
    "signing out everywhere": lambda api, dora: services.sign_out_everywhere(user=dora, now=now()),
    "ending the device": lambda api, dora: services.end_session(
        user=dora, session_id=Session.objects.get(user=dora).pk, now=now()
    ),
    "deactivation": lambda api, dora: services.set_active(user=dora, active=False, now=now(), actor_id=None),
    "a password set by staff": lambda api, dora: services.set_password(
        user=dora, password="a better horse battery", now=now(), actor_id=None
    ),
    "another role": lambda api, dora: services.set_roles(user=dora, roles=["support"], now=now(), actor_id=None),
    "unlinking": lambda api, dora: identities.unlink(
        user=dora, identity_id=Identity.objects.get(user=dora).pk, now=now()
    ),
    "erasure": lambda api, dora: bearer(api, token(), "/api/v1/users/me", "delete"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_here_ends_at_once_and_no_newer_token_of_the_same_sign_in_undoes_it(api, supabase, ending):
    bearer(api, token())

    ENDINGS[ending](api, User.objects.get())

    refused(bearer(api, token()), 401, "INVALID_TOKEN")
    newer = token(iat=int(time.time()) + 1, exp=int(time.time()) + 7200)
    refused(bearer(api, newer), 401, "INVALID_TOKEN")
    assert User.objects.count() == (0 if ending == "erasure" else 1)


def test_a_new_sign_in_at_the_provider_opens_again_what_was_only_signed_out(api, supabase):
    bearer(api, token())
    ENDINGS["signing out everywhere"](api, User.objects.get())

    assert bearer(api, token(session_id=str(uuid.uuid4()))).status_code == 200


def test_whoever_is_shut_out_here_stays_out_with_a_new_sign_in_too(api, supabase):
    bearer(api, token())
    ENDINGS["deactivation"](api, User.objects.get())

    refused(bearer(api, token(session_id=str(uuid.uuid4()))), 401, "INVALID_TOKEN")


def test_the_sign_in_is_listed_among_ones_devices(api, supabase):
    listed = bearer(api, token(), "/api/v1/auth/sessions")

    (session,) = as_documented(listed)["items"]
    assert (session["kind"], session["current"]) == ("outside", True)


def test_names_and_profile_are_theirs_to_change(api, supabase):
    answer = bearer(api, token(), "/api/v1/users/me", "patch", data={"first_name": "Dora"})

    assert (answer.status_code, answer.json()["first_name"]) == (200, "Dora")


def test_who_has_a_second_factor_here_needs_one_there(api, supabase):
    bearer(api, token())
    dora = User.objects.get()
    secret = second_factor.begin_setup(user=dora, now=now()).secret
    second_factor.confirm(user=dora, otp=pyotp.TOTP(secret).now(), now=now())

    refused(bearer(api, token(session_id="another device")), 401, "OTP_REQUIRED")
    assert bearer(api, token(session_id="another device", aal="aal2")).status_code == 200


def test_a_sign_in_lasts_while_it_is_used_and_ends_like_ours_when_it_is_not(api, supabase):
    start = now()
    with time_machine.travel(start, tick=False):
        bearer(api, token())
    with time_machine.travel(start + timedelta(days=20), tick=False):
        assert bearer(api, token()).status_code == 200
    with time_machine.travel(start + timedelta(days=45), tick=False):
        assert bearer(api, token()).status_code == 200
    with time_machine.travel(start + timedelta(days=76), tick=False):
        refused(bearer(api, token()), 401, "INVALID_TOKEN")


def test_a_token_that_names_no_sign_in_is_one_by_itself(api, supabase):
    first, second = token(session_id=None), token(session_id=None, exp=int(time.time()) + 1800)
    bearer(api, first)
    bearer(api, second)

    bearer(api, first, "/api/v1/auth/logout", "post")

    assert [bearer(api, raw).status_code for raw in (first, second)] == [401, 200]


def test_a_request_costs_no_more_statements_than_with_a_token_of_ours(api, supabase, alice):
    raw, client = token(), api(alice)
    bearer(api, raw)
    with CaptureQueriesContext(connection) as ours:
        client.get(ME)
    with CaptureQueriesContext(connection) as theirs:
        bearer(api, raw)

    assert len(theirs) == len(ours)


def test_what_is_no_token_is_nobodys(supabase):
    assert not any(
        outside.is_outside(raw) for raw in ("", ".", "a.b.c", "a.W10.c", "é.é.é", "a." + "W1tb" * 2000 + ".c")
    )
