"""Tokens that we have not issued open nothing: forty forgeries, each at a protected address and at the refresh."""

import base64
import json
import time
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings

from accounts import services

pytestmark = pytest.mark.django_db

KEY = settings.SIMPLE_JWT["SIGNING_KEY"]
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ABSENT = object()


def encoded(data):
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def raw_hmac(header, claims, key):
    """Sign as an attacker would who has a public key and no library that minds."""
    signed = f"{encoded(header)}.{encoded(claims)}".encode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed, key)
    return f"{signed.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def signed(claims, *, key=KEY, algorithm="HS256", header=None, **changed):
    claims = {name: value for name, value in {**claims, **changed}.items() if value is not ABSENT}
    return jwt.encode(claims, key, algorithm=algorithm, headers=header)


def unsigned(claims, alg):
    return f"{encoded({'typ': 'JWT', 'alg': alg})}.{encoded(claims)}."


def in_pieces(claims, change):
    return ".".join(change(*signed(claims).split(".")))


# Each is given the claims of a genuine token, of either kind, and returns a forgery.
FORGERIES = {
    "no algorithm": lambda c: unsigned(c, "none"),
    "no algorithm, written None": lambda c: unsigned(c, "None"),
    "no algorithm, written NONE": lambda c: unsigned(c, "NONE"),
    "no algorithm, written nOnE": lambda c: unsigned(c, "nOnE"),
    "an empty algorithm": lambda c: unsigned(c, ""),
    "an algorithm that is a list": lambda c: f"{encoded({'alg': ['HS256']})}.{encoded(c)}.AAAA",
    "an algorithm that is a number": lambda c: f"{encoded({'alg': 256})}.{encoded(c)}.AAAA",
    "no algorithm named": lambda c: f"{encoded({'typ': 'JWT'})}.{encoded(c)}.AAAA",
    "our key by HS384": lambda c: signed(c, algorithm="HS384", key=KEY + " " * 16),
    "our key by HS512": lambda c: signed(c, algorithm="HS512", key=KEY + " " * 32),
    "RS256 of a stranger": lambda c: signed(c, key=RSA, algorithm="RS256"),
    "PS256 of a stranger": lambda c: signed(c, key=RSA, algorithm="PS256"),
    "ES256 of a stranger": lambda c: signed(c, key=EC, algorithm="ES256"),
    "a public RSA key as the secret": lambda c: raw_hmac({"alg": "HS256", "typ": "JWT"}, c, public_pem(RSA)),
    "a public EC key as the secret": lambda c: raw_hmac({"alg": "HS256", "typ": "JWT"}, c, public_pem(EC)),
    "an empty secret": lambda c: raw_hmac({"alg": "HS256", "typ": "JWT"}, c, b""),
    "the word secret": lambda c: raw_hmac({"alg": "HS256", "typ": "JWT"}, c, b"secret"),
    "our key and a space": lambda c: signed(c, key=KEY + " "),
    "jku to a stranger": lambda c: signed(c, key=RSA, algorithm="RS256", header={"jku": "https://evil.example/jwks"}),
    "x5u to a stranger": lambda c: signed(c, key=RSA, algorithm="RS256", header={"x5u": "https://evil.example/x.pem"}),
    "its own jwk": lambda c: signed(
        c, key=RSA, algorithm="RS256", header={"jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key()))}
    ),
    "kid to an empty file": lambda c: raw_hmac({"alg": "HS256", "kid": "../../../../dev/null"}, c, b""),
    "kid with a statement": lambda c: raw_hmac({"alg": "HS256", "kid": "x' UNION SELECT 'k' --"}, c, b"k"),
    "crit that nobody knows": lambda c: signed(c, key="k" * 32, header={"crit": ["exp"]}),
    "another issuer": lambda c: signed(c, iss="https://evil.example"),
    "no issuer": lambda c: signed(c, iss=ABSENT),
    "another audience": lambda c: signed(c, aud="somebody-else"),
    "no audience": lambda c: signed(c, aud=ABSENT),
    "an outside provider's audience": lambda c: signed(c, aud="authenticated"),
    "another type": lambda c: signed(c, token_type="sliding"),
    "no type": lambda c: signed(c, token_type=ABSENT),
    "the other type": lambda c: signed(c, token_type={"access": "refresh", "refresh": "access"}[c["token_type"]]),
    "not yet": lambda c: signed(c, nbf=int(time.time()) + 3600),
    "run out": lambda c: signed(c, exp=int(time.time()) - 1),
    "never runs out": lambda c: signed(c, exp=ABSENT),
    "runs out on a word": lambda c: signed(c, exp="tomorrow"),
    "no number of its own": lambda c: signed(c, jti=ABSENT),
    "huge": lambda c: signed(c, key="k" * 32, filler="x" * 1900)[:1990],
    "signature cut off": lambda c: in_pieces(c, lambda head, body, signature: (head, body, "")),
    "signature shortened": lambda c: in_pieces(c, lambda head, body, signature: (head, body, signature[:-4])),
    "claims exchanged": lambda c: in_pieces(
        c, lambda head, body, signature: (head, encoded({**c, "ver": 99, "sub": "0" * 32}), signature)
    ),
    "a part too many": lambda c: f"{signed(c)}.AAAA",
    "the claims alone": lambda c: encoded(c),
    "five parts, as if encrypted": lambda c: ".".join(
        [encoded({"alg": "dir", "enc": "A128GCM"}), "", "AA", "AA", "AA"]
    ),
}


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def at_the_door(api, token):
    return api().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


def at_the_refresh(api, token):
    return api().post("/api/v1/auth/refresh", {"refresh_token": token})


@pytest.fixture
def genuine(alice):
    return services.open_session(user=alice, now=datetime.now(UTC))


def test_there_are_forty_of_them_and_no_two_alike(genuine):
    claims = claims_of(genuine.access_token)

    assert len({forge(claims) for forge in FORGERIES.values()}) == len(FORGERIES) >= 40


def test_what_the_forgeries_start_from_is_good(api, genuine):
    access, refresh = (signed(claims_of(token)) for token in (genuine.access_token, genuine.refresh_token))

    assert at_the_door(api, access).status_code == 200
    assert at_the_refresh(api, refresh).status_code == 200


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused_at_a_protected_address_and_at_the_refresh(api, genuine, forgery):
    access, refresh = (FORGERIES[forgery](claims_of(t)) for t in (genuine.access_token, genuine.refresh_token))

    answers = at_the_door(api, access), at_the_refresh(api, refresh)

    for answer in answers:
        assert (answer.status_code, answer.json()["error_code"]) == (401, "INVALID_TOKEN")
        assert answer["WWW-Authenticate"]


def test_a_header_of_a_megabyte_is_refused_as_well(api):
    answer = at_the_door(api, "x" * 1_000_000)

    assert answer.status_code in {401, 413}
