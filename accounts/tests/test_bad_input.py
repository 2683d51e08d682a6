"""A thousand bad inputs to the operations of accounts, whichever there are: none of them is our fault."""

import json
import math
import re

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import services
from accounts.services import newsletter
from accounts.tests.issuer import running
from common import limits
from common.tests.openapi import document, operations
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

AT_LEAST = 1000
NASTY_TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff@example.com",
    "a@b",
    "@",
    "a@" + "b" * 300 + ".example",
    "é@exämple.com",
    "alice@example.com\r\nBcc: eve@example.com",
    "ﬃ@example.com",
    "x" * 129,
    "x" * 100_000,
    "😀" * 128,
    "\u202e\u0000",
    "\x7f\x1b[31m",
    "%00%ff",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "../../etc/passwd",
    "null",
    "NaN",
    "-1",
    "٣٤٥٦٧٨",
    "000000",
    "a.b.c",
    "..",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    "eyJhbGciOiJIUzI1NiJ9." + "W1tb" * 500 + ".x",
]
NASTY_VALUES = [
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    2**64,
    -(2**63) - 1,
    0.1,
    1e308,
    [],
    {},
    [[]],
    [None],
    {"": None},
]
NASTY_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"x"',
    b"\xff\xfe",
    b"[" * 900 + b"]" * 900,
    b'{"a": NaN}',
    b'{"a": 1e999}',
    b'{"email": "\\ud800", "password": "\\ud800\\ud800"}',
    b'{"email": "a@b.org", "email": 7}',
    b'{"a": ' + b"9" * 5000 + b"}",
]
NASTY_HEADERS = [
    "Bearer ",
    "Bearer a.b.c",
    "Bearer \xff",
    "Basic eDp5",
    "Bearer " + "x" * 9000,
    "Bearer eyJhbGciOiJub25lIn0.e30.",
]
PATH_PARTS = ["00000000-0000-4000-8000-000000000000", "not-an-id", "%00", "%F0%9F%98%80", "..%2f..", "A" * 300]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=40)
    | st.sampled_from(NASTY_VALUES + NASTY_TEXTS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=10), inner, max_size=3)
    ),
    max_leaves=6,
)


def account_operations():
    return sorted((key, operation) for key, operation in operations().items() if operation["tags"] == ["accounts"])


def fields_of(operation):
    """Return the names that an operation's body may hold."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "/").rpartition("/")[2]
    return sorted(document()["components"]["schemas"].get(name, {}).get("properties", {}))


@st.composite
def bad_requests(draw, path, operation, plausible):
    """Draw a request in which some things are right and others are not."""
    filled = re.sub(r"\{\w+\}", lambda _: draw(st.sampled_from(PATH_PARTS)), path)
    names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    query = {
        name: draw(st.sampled_from([*plausible.get(name, []), *NASTY_TEXTS])) for name in names if draw(st.booleans())
    }
    return (
        filled,
        query,
        draw(bodies(fields_of(operation), plausible)),
        draw(st.sampled_from([None, *["own"] * 12, *NASTY_HEADERS])),
    )


@st.composite
def bodies(draw, fields, plausible):
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.sampled_from(NASTY_BODIES))
    if kind == 1 or not fields:
        return json.dumps(draw(json_values)).encode()
    body = {
        field: draw(st.sampled_from(plausible[field]) if field in plausible and draw(st.booleans()) else json_values)
        for field in fields
        if draw(st.integers(0, 4))
    }
    return json.dumps(body).encode()


@pytest.fixture
def provider(settings):
    with running() as issuer:
        known = {name: issuer.provider() for name in settings.OIDC_PROVIDERS}
        settings.OIDC_PROVIDERS = known
        yield issuer


@pytest.fixture
def plausible(alice, provider):
    """Values that get a request further in."""
    odd_claims = [
        {"sub": "a\x00b"},
        {"sub": "\ud800"},
        {"email": "\ud800@example.com"},
        {"email": "x" * 300 + "@example.com"},
        {"given_name": "\x00", "family_name": ["x"], "name": {"a": 1}},
        {"given_name": "n" * 5000, "email": "nina@example.com", "sub": "n"},
        {"nonce": "\ud800"},
        {"exp": 1e308},
        {"aud": [[]]},
        {"email_verified": "yes"},
    ]
    opened = services.open_session(user=alice, now=timezone.now())
    return {
        "email": [alice.email, "nobody@example.com"],
        "password": [PASSWORD, "a better horse battery"],
        "current_password": [PASSWORD],
        "refresh_token": [opened.refresh_token, opened.access_token],
        "guest_token": [opened.refresh_token],
        "device_token": ["a.b.c", "x" * 43],
        "id_token": [provider.token(), *(provider.token(**odd) for odd in odd_claims)],
        "provider": ["google", "supabase"],
        "otp": ["000000", "abcd-efgh"],
        "token": [newsletter.unsubscription_token(alice.email), "x" * 43],
        "name": ["a key"],
        "scopes": [["profile:read"], ["no:such"]],
    }


def test_a_thousand_bad_inputs_cause_no_server_error(api, alice, plausible):
    token = services.open_session(user=alice, now=timezone.now()).access_token
    drawn = account_operations()
    n_each = math.ceil(AT_LEAST / len(drawn))
    drawing = hypothesis_settings(
        max_examples=n_each,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    client = Client(raise_request_exception=False)
    answered, faults = [], []

    def send(method, request):
        filled, query, body, header = request
        limits.reset()
        with transaction.atomic():
            answer = client.generic(
                method.upper(),
                filled,
                body,
                "application/json",
                headers={"Authorization": f"Bearer {token}" if header == "own" else header} if header else {},
                QUERY_STRING="&".join(f"{name}={_quoted(value)}" for name, value in query.items()),
            )
            transaction.set_rollback(True)
        answered.append(answer.status_code)
        if answer.status_code >= 500:
            faults.append(f"{answer.status_code} {method} {filled}?{query} {body[:300]!r} {header}")

    for (method, path), operation in drawn:
        requests = bad_requests(path, operation, plausible)
        drawing(given(st.just(method), requests)(send))()

    assert faults == []
    assert len(answered) >= AT_LEAST
    assert len({status for status in answered if status < 300}) >= 2, "nothing got any further than the door"
    assert api(alice).get("/api/v1/users/me").status_code == 200


def _quoted(text):
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
