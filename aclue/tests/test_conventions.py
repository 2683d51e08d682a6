"""What holds for every endpoint: lists, errors, headers, compression, slashes."""

import gzip
import json
import re

import brotli
import pytest
from django.conf import settings

from common.tests.openapi import operations, refused

pytestmark = pytest.mark.django_db

ORIGIN = "https://app.example"
SOME_ID = "00000000-0000-4000-8000-000000000000"


def filled(path):
    """Return a path of the document with an id that nobody has."""
    return re.sub(r"\{\w+\}", SOME_ID, path)


def personal_operations():
    return sorted(
        (method, path)
        for (method, path), operation in operations().items()
        if operation.get("security") and {} not in operation["security"]
    )


def paged_operations():
    return sorted(
        path
        for (method, path), operation in operations().items()
        if method == "get" and any(parameter["name"] == "per_page" for parameter in operation.get("parameters", []))
    )


@pytest.fixture
def client(api, admin):
    """Somebody who may do everything, so that what answers is the convention and not a permission."""
    return api(admin)


def test_there_are_personal_and_paged_operations_to_look_at():
    counts = len(personal_operations()), len(paged_operations())

    assert counts >= (18, 6)


@pytest.mark.parametrize(("method", "path"), personal_operations())
def test_without_or_with_a_wrong_token_a_personal_address_answers_401(api, method, path):
    wrong = ["", "Bearer", "Bearer  ", "Bearer not.a.token", "Basic YWxpY2U6eA==", "Bearer a b", "Token x"]

    answers = [getattr(api(), method)(filled(path), headers={"Authorization": header}) for header in wrong]

    for answer in answers:
        assert refused(answer, 401, answer.json()["error_code"])["error_code"] in {"NOT_AUTHENTICATED", "INVALID_TOKEN"}
        assert answer["WWW-Authenticate"] == "Bearer"


def lists():
    """Return what answers with a list; others have one within their answer."""
    return [path for path in paged_operations() if operations()["get", path]["operationId"].startswith("list_")]


@pytest.mark.parametrize("path", lists())
def test_a_list_has_one_shape_and_bounds(client, make_product, path):
    make_product("Scarf", id=SOME_ID)
    page = client.get(filled(path)).json()
    past_the_end = client.get(filled(path), {"page": 100_000, "per_page": 100})

    assert set(page) == {"items", "total", "page", "per_page", "pages"}
    assert (page["page"], page["per_page"]) == (1, 20)
    assert (past_the_end.status_code, past_the_end.json()["items"]) == (200, [])


@pytest.mark.parametrize("path", paged_operations())
@pytest.mark.parametrize(
    "query", ["page=0", "page=100001", "page=-1", "page=1.5", "page=", "per_page=0", "per_page=101", "per_page=many"]
)
def test_a_page_out_of_bounds_answers_422_and_names_the_parameter(client, path, query):
    answer = client.get(f"{filled(path)}?{query}")

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["query", query.partition("=")[0]]


@pytest.mark.parametrize(
    ("method", "path"), sorted(key for key in operations() if "_id}" in key[1] and "slug" not in key[1])
)
def test_a_malformed_id_in_a_path_answers_404(client, method, path):
    answer = getattr(client, method)(re.sub(r"\{\w+\}", "not-an-id", path), None if method == "get" else {})

    refused(answer, 404, "NOT_FOUND")


def test_a_malformed_id_in_a_body_or_a_query_answers_422(client):
    body = client.post("/api/v1/swipes/interactions", {"session_id": "x", "product_id": SOME_ID, "direction": "left"})
    query = client.get("/api/v1/user-behavior/history", {"product_id": "x"})

    assert refused(body, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", "session_id"]
    assert refused(query, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["query", "product_id"]


@pytest.mark.parametrize(
    ("method", "path"), [("delete", "/api/v1/products"), ("get", "/api/v1/auth/login"), ("put", "/health")]
)
def test_a_method_that_is_not_there_answers_405_and_names_those_that_are(client, method, path):
    answer = getattr(client, method)(path)

    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer["Allow"]


BODY_OPERATIONS = sorted(
    key
    for key, operation in operations().items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
)


@pytest.mark.parametrize(("method", "path"), BODY_OPERATIONS)
def test_a_body_is_well_formed_json_of_bounded_size(client, method, path):
    send = getattr(client, method)

    no_json = send(filled(path), "{'email': 1}")
    too_large = send(filled(path), '{"a": "' + "x" * settings.MAX_JSON_SIZE + '"}')
    too_deep = send(filled(path), "[" * 900 + "]" * 900)
    no_type = send(filled(path), b"a=1", content_type="text/plain")
    is_form_taken = "application/x-www-form-urlencoded" in operations()[method, path]["requestBody"]["content"]
    form = send(filled(path), b"a=1", content_type="application/x-www-form-urlencoded")

    refused(no_json, 400, "BAD_REQUEST")
    refused(too_large, 413, "PAYLOAD_TOO_LARGE")
    assert too_deep.status_code in {400, 422}
    refused(no_type, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert is_form_taken or refused(form, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_an_unknown_address_below_the_api_answers_404_without_html(client):
    answers = [client.get(path) for path in ("/api", "/api/", "/api/v2/products", "/api/v1/products/a/b", "/health/x")]

    for answer in answers:
        refused(answer, 404, "NOT_FOUND")


def test_what_nobody_expected_answers_500_without_a_word_about_the_insides(api, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("the secret recipe")

    monkeypatch.setattr("catalogue.views.category_tree", broken)
    visitor = api()
    visitor.client.raise_request_exception = False

    answer = visitor.get("/api/v1/categories/tree")

    assert "secret" not in refused(answer, 500, "INTERNAL_ERROR")["detail"]


@pytest.mark.parametrize(("method", "path"), personal_operations())
def test_personal_answers_are_kept_by_no_cache(client, method, path):
    answer = getattr(client, method)(filled(path))

    assert "no-store" in answer["Cache-Control"]
    assert answer.status_code >= 400 or answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["/api/v1/products", "/health", "/api/v1/nothing", "/api/v1/auth/me", "/docs", "/redoc"]
)
def test_every_answer_carries_the_security_headers(api, path):
    answer = api().get(path)

    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "default-src" in answer["Content-Security-Policy"]
    assert "camera=()" in answer["Permissions-Policy"]
    assert len(answer["X-Request-ID"]) == 32


def test_over_https_browsers_are_told_to_stay_there(api, settings):
    claimed = api().get("/health", headers={"X-Forwarded-Proto": "https"})
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # as with TRUSTED_PROXIES=1
    plain = api().get("/health")
    safe = api().get("/health", headers={"X-Forwarded-Proto": "https"})

    assert "Strict-Transport-Security" not in claimed
    assert "Strict-Transport-Security" not in plain
    assert safe["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("trace-42", True),
        ("a" * 64, True),
        ("A.b_c-9", True),
        ("a" * 65, False),
        ("no spaces", False),
        ("", False),
        ("новый", False),
        ("a/b", False),
    ],
)
def test_a_well_formed_request_id_is_echoed_and_any_other_replaced(api, given, kept):
    answer = api().get("/api/v1/nothing", headers={"X-Request-ID": given})

    assert (answer["X-Request-ID"] == given) == kept
    assert answer.json()["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize("header", ["authorization", "content-type", "x-api-key", "idempotency-key", "x-request-id"])
def test_a_browser_on_a_configured_origin_may_send_our_headers(api, header):
    answer = api().options(
        "/api/v1/products",
        headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": header},
    )

    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert header in answer["Access-Control-Allow-Headers"]
    assert "POST" in answer["Access-Control-Allow-Methods"]


def test_a_browser_on_a_configured_origin_may_read_our_headers_and_another_may_not(api):
    ours = api().get("/api/v1/products", headers={"Origin": ORIGIN})
    refusal = api().get("/api/v1/auth/me", headers={"Origin": ORIGIN})
    others = api().get("/api/v1/products", headers={"Origin": "https://evil.example"})

    exposed = {name.strip() for name in ours["Access-Control-Expose-Headers"].split(",")}
    assert exposed >= {"X-Request-ID", "Retry-After", "ETag", "RateLimit-Limit", "RateLimit-Remaining"}
    assert refusal["Access-Control-Allow-Origin"] == ours["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Origin" not in others


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_answers_of_1_kib_and_more_are_compressed(api, make_product, accepted, coding):
    for n in range(5):
        make_product(f"Gift {n}", description="warm and soft " * 20)
    plain = api().get("/api/v1/products").content
    assert len(plain) >= 1024

    answer = api().get("/api/v1/products", headers={"Accept-Encoding": accepted})
    small = api().get("/health", headers={"Accept-Encoding": accepted})

    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert answer.get("Content-Encoding") == coding
    assert json.loads(unpack(answer.content)) == json.loads(plain)
    assert coding is None or len(answer.content) < len(plain) / 2
    assert "Content-Encoding" not in small


def test_a_compressed_answer_is_still_recognised_by_its_tag(api, make_product):
    make_product("Gift", description="warm and soft " * 200)
    first = api().get("/api/v1/products", headers={"Accept-Encoding": "gzip"})

    again = api().get("/api/v1/products", headers={"Accept-Encoding": "gzip", "If-None-Match": first["ETag"]})

    assert "Accept-Encoding" in first["Vary"]
    assert again.status_code == 304


def test_a_head_request_answers_like_a_get_without_a_body(api, scarf):
    answer = api().head("/api/v1/products")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"]
