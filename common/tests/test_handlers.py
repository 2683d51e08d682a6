"""Whatever fails, the caller reads one shape; what nobody expected stays unexpected."""

from decimal import Decimal

import pytest
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    ValidationError,
)
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.http import Http404, UnreadablePostError
from django.utils.functional import lazystr
from rest_framework import exceptions as drf

from common import errors
from common.handlers import answer, describe
from common.rendering import to_json
from common.stalls import BodyTooSlow


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (errors.NotFound(), 404, "NOT_FOUND"),
        (errors.Forbidden(), 403, "FORBIDDEN"),
        (errors.Conflict(), 409, "CONFLICT"),
        (errors.Invalid(), 422, "VALIDATION_ERROR"),
        (errors.TooMany(retry_after=3), 429, "RATE_LIMITED"),
        (errors.Unavailable(), 503, "UNAVAILABLE"),
        (Http404(), 404, "NOT_FOUND"),
        (ObjectDoesNotExist(), 404, "NOT_FOUND"),
        (PermissionDenied(), 403, "FORBIDDEN"),
        (ValidationError(["too short", "too common"]), 422, "VALIDATION_ERROR"),
        (RequestDataTooBig(), 413, "PAYLOAD_TOO_LARGE"),
        (TooManyFieldsSent(), 413, "PAYLOAD_TOO_LARGE"),
        (UnreadablePostError(), 400, "BAD_REQUEST"),
        (SuspiciousOperation(), 400, "BAD_REQUEST"),
        (IntegrityError(), 409, "CONFLICT"),
        (DataError(), 422, "VALIDATION_ERROR"),
        (OperationalError(), 503, "UNAVAILABLE"),
        (InterfaceError(), 503, "UNAVAILABLE"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogate"), 422, "VALIDATION_ERROR"),
        (drf.NotAuthenticated(), 401, "NOT_AUTHENTICATED"),
        (drf.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
        (drf.Throttled(wait=2.5), 429, "RATE_LIMITED"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_known_failure_has_its_status_and_code(failure, status, code):
    fault = describe(failure)

    written = answer(fault, "trace-42")
    assert (written.status_code, written["Content-Type"]) == (status, "application/json")
    assert f'"error_code":"{code}"' in written.content.decode()
    assert '"request_id":"trace-42"' in written.content.decode()
    assert (fault.errors is not None) == (status == 422)


def test_a_body_that_came_too_slowly_is_told_from_one_that_ended_early():
    late = UnreadablePostError("late")
    late.__cause__ = BodyTooSlow("late")

    written = answer(describe(late))

    assert (written.status_code, b'"error_code":"REQUEST_TIMEOUT"' in written.content) == (408, True)


def test_who_has_to_wait_is_told_how_long():
    waits = [
        describe(failure).headers["Retry-After"] for failure in (errors.TooMany(retry_after=3), drf.Throttled(2.5))
    ]
    away = answer(describe(OperationalError("gone")))

    assert waits == ["3", "4"]
    assert away["Retry-After"] == "2"


def test_the_place_of_each_fault_is_named_however_deep():
    failure = drf.ValidationError(
        {"lines": [{}, {"quantity": [drf.ErrorDetail("Too many.", code="max_value")]}], "non_field_errors": ["Odd."]}
    )

    found = describe(failure).errors

    assert found == [
        {"loc": ["body", "lines", 1, "quantity"], "msg": "Too many.", "type": "max_value"},
        {"loc": ["body"], "msg": "Odd.", "type": "invalid"},
    ]


@pytest.mark.parametrize("failure", [ZeroDivisionError(), KeyError("x"), RuntimeError()])
def test_what_nobody_expected_is_not_described(failure):
    fault = describe(failure)

    assert fault is None


def test_json_holds_numbers_for_decimals_and_text_for_promises():
    written = to_json({"price": Decimal("12.50"), "word": lazystr("hello"), 7: {"x": None}})

    assert written == b'{"price":12.5,"word":"hello","7":{"x":null}}'
    with pytest.raises(TypeError):
        to_json({"thing": object()})


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own limits")
def test_a_statement_that_is_too_large_for_the_database_is_no_outage():
    """Clients would send it again and again."""
    with pytest.raises(OperationalError) as too_deep, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(["1"] * 5000))

    assert describe(too_deep.value) is None
    assert describe(OperationalError("database is locked")).status == 503
