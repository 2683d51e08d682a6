"""Failures answer in one shape."""

import pytest

pytestmark = pytest.mark.django_db


def test_an_unknown_address_answers_404_in_the_error_shape(api):
    answer = api().get("/api/v1/nothing-here")

    assert answer.status_code == 404
    assert set(answer.json()) == {"detail", "error_code", "timestamp", "request_id"}
    assert answer.json()["error_code"] == "NOT_FOUND"


def test_a_wrong_query_parameter_is_named(api):
    answer = api().get("/api/v1/products?page=first")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"loc": ["query", "page"], "msg": "A valid integer is required.", "type": "invalid"}
    ]


def test_the_request_id_of_the_caller_is_echoed_and_a_malformed_one_replaced(api):
    good = api().get("/api/v1", headers={"X-Request-ID": "trace-42"})
    bad = api().get("/api/v1", headers={"X-Request-ID": "no spaces, please"})

    assert good["X-Request-ID"] == "trace-42"
    assert bad["X-Request-ID"] != "no spaces, please"
    assert len(bad["X-Request-ID"]) == 32
