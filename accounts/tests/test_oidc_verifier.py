"""A token from elsewhere is believed when all of it is right, and in no other case."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from accounts.oidc.issuers import Issuer
from accounts.oidc.keys import ProviderAway
from accounts.oidc.verifier import InvalidIdToken, check_nonce, verify
from accounts.tests.issuer import CLIENT_ID, SigningKey, running

NOW = datetime.now(UTC)
SECRET = "a secret of thirty-two characters"


@pytest.fixture(scope="module")
def google():
    with running() as issuer:
        issuer.moment = NOW
        yield issuer


@pytest.fixture(scope="module")
def apple():
    with running("ES256") as issuer:
        issuer.moment = NOW
        yield issuer


def as_issuer(local, **changes):
    values = {"provider": "google", "names": (local.url,), "audiences": (CLIENT_ID,), "keys_url": local.keys_url}
    return Issuer(**{**values, **changes})


def stamp(**ahead):
    return int((NOW + timedelta(**ahead)).timestamp())


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed_by_hand(header, claims, sign):
    text = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{text}.{base64url(sign(text.encode()))}"


@pytest.mark.parametrize("provider", ["google", "apple"])
def test_an_ordinary_token_says_who_somebody_is(request, provider):
    local = request.getfixturevalue(provider)

    claims = verify(local.token(email=" Dora@Example.com "), as_issuer(local), now=NOW)

    assert (claims.subject, claims.address, claims.is_address_verified) == ("109876543210", "dora@example.com", True)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another.apps.example"},
        {"aud": []},
        {"aud": [CLIENT_ID, "another.apps.example"]},
        {"aud": [CLIENT_ID, "another.apps.example"], "azp": "another.apps.example"},
        {"aud": None},
        {"aud": 7},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": stamp(minutes=-1)},
        {"exp": stamp(days=9)},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"exp": -(10**18)},
        {"nbf": stamp(minutes=2)},
        {"nbf": "now"},
        {"iat": stamp(minutes=2)},
        {"iat": []},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
        {"sub": "\ud800"},
        {"nonce": 7},
        {"nonce": "\x00"},
        {"email": "x" * 17_000},
    ],
    ids=lambda changes: ",".join(changes),
)
def test_a_token_with_one_wrong_claim_is_refused(google, changes):
    with pytest.raises(InvalidIdToken):
        verify(google.token(**changes), as_issuer(google), now=NOW)


def test_clocks_may_differ_by_half_a_minute(google):
    for changes in ({"exp": stamp(seconds=-20)}, {"nbf": stamp(seconds=20)}, {"iat": stamp(seconds=20)}):
        assert verify(google.token(**changes), as_issuer(google), now=NOW).subject


def test_a_token_for_several_parties_counts_when_one_of_ours_asked_for_it(google):
    token = google.token(aud=[CLIENT_ID, "another.apps.example"], azp=CLIENT_ID)

    assert verify(token, as_issuer(google), now=NOW).subject


def test_a_token_signed_by_nobody_is_refused(google):
    header = {"alg": "none", "kid": google.keys[0].key_id}
    tokens = [
        jwt.encode(google.claims(), None, algorithm="none", headers=header),
        signed_by_hand({**header, "alg": "None"}, google.claims(), lambda text: b""),
        signed_by_hand({**header, "alg": "RS256"}, google.claims(), lambda text: b""),
        google.token().rpartition(".")[0] + ".",
    ]

    for token in tokens:
        with pytest.raises(InvalidIdToken):
            verify(token, as_issuer(google), now=NOW)


def test_the_public_key_is_nobodys_secret(google):
    public = google.keys[0].pem()
    header = {"alg": "HS256", "kid": google.keys[0].key_id, "typ": "JWT"}
    token = signed_by_hand(header, google.claims(), lambda text: hmac.digest(public, text, hashlib.sha256))

    for issuer in (as_issuer(google), as_issuer(google, secret=SECRET)):
        with pytest.raises(InvalidIdToken):
            verify(token, issuer, now=NOW)


def test_a_key_signs_by_its_own_algorithm_alone(google, apple):
    named, private = {"kid": google.keys[0].key_id}, google.keys[0].private
    _, _, signature = google.token().rpartition(".")
    swapped = [
        google.token(key=apple.keys[0], header=named),
        signed_by_hand({**named, "alg": "ES256"}, google.claims(), lambda text: signature.encode()),
        jwt.encode(google.claims(), private, "RS512", headers=named),
        jwt.encode(google.claims(), private, "PS256", headers=named),
    ]

    for token in swapped:
        with pytest.raises(InvalidIdToken):
            verify(token, as_issuer(google), now=NOW)


def test_a_key_that_the_token_brings_along_or_points_at_counts_for_nothing(google):
    mine = SigningKey("RS256")
    tokens = [
        google.token(key=mine, header={"jwk": mine.public()}),
        google.token(key=mine, header={"jku": "https://evil.example/keys", "x5u": "https://evil.example/x"}),
        google.token(key=mine, header={"kid": "../../dev/null"}),
        google.token(key=mine, header={"kid": google.keys[0].key_id}),
        google.token(header={"crit": ["exp"]}),
    ]

    for token in tokens:
        with pytest.raises(InvalidIdToken):
            verify(token, as_issuer(google), now=NOW)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "é.é.é",
        "\ud800.a.b",
        "x" * 20_000,
        base64url(b"[" * 3000) + ".e30.e30",
        base64url(b'{"alg":"RS256","kid":"1"}') + "." + base64url(b"[" * 3000) + ".e30",
        base64url(b'{"alg":["RS256"],"kid":{}}') + ".e30.e30",
        base64url(b"7") + ".e30.e30",
    ],
    ids=lambda raw: raw[:12].encode("ascii", "replace").decode(),
)
def test_what_is_no_token_is_refused(google, raw):
    with pytest.raises(InvalidIdToken):
        verify(raw, as_issuer(google), now=NOW)


def test_a_shared_secret_signs_for_whoever_has_one_and_for_nobody_else(google):
    def token(**changes):
        return jwt.encode(google.claims(aud="authenticated", **changes), SECRET, "HS256")

    ours = as_issuer(google, audiences=("authenticated",), secret=SECRET)

    assert verify(token(), ours, now=NOW).subject
    for refused in (as_issuer(google, audiences=("authenticated",)), as_issuer(google, secret=SECRET)):
        with pytest.raises(InvalidIdToken):
            verify(token(), refused, now=NOW)
    with pytest.raises(InvalidIdToken):
        verify(token(iss="https://evil.example"), ours, now=NOW)


@pytest.mark.parametrize(
    ("told", "verified"),
    [(True, True), ("true", True), (False, False), ("false", False), (None, False), (1.5, False), ("yes", False)],
)
def test_an_address_is_verified_when_the_provider_says_so(google, told, verified):
    claims = verify(google.token(email_verified=told), as_issuer(google), now=NOW)

    assert claims.is_address_verified is verified


@pytest.mark.parametrize(
    "told", [None, "", "no address", 7, ["a@example.com"], "a\x00@example.com", "x" * 250 + "@e.org"]
)
def test_what_is_no_address_is_none_and_so_not_verified(google, told):
    claims = verify(google.token(email=told), as_issuer(google), now=NOW)

    assert (claims.address, claims.is_address_verified) == ("", False)


def test_a_nonce_answers_the_request_that_drew_it_plain_or_hashed(google):
    drawn = "n-0S6_WzA2Mj"
    hashed = hashlib.sha256(drawn.encode()).hexdigest()
    plain, by_hash, without = (
        verify(google.token(nonce=nonce), as_issuer(google), now=NOW) for nonce in (drawn, hashed, None)
    )

    check_nonce(plain, drawn)
    check_nonce(by_hash, drawn)
    check_nonce(without, "")
    for claims, given in [(plain, ""), (plain, "another"), (plain, hashed), (by_hash, "other"), (without, drawn)]:
        with pytest.raises(InvalidIdToken):
            check_nonce(claims, given)


def test_a_signature_written_another_way_is_the_same_token(apple):
    token = apple.token()
    text, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)
    twin = f"{text}.{base64url(other)}"

    first, second = (verify(written, as_issuer(apple), now=NOW) for written in (token, twin))

    assert token != twin
    assert first.digest == second.digest


def test_without_any_key_nobody_can_say(google):
    with pytest.raises(ProviderAway):
        verify(google.token(), as_issuer(google, keys_url="http://127.0.0.1:9/nothing"), now=NOW)
