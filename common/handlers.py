"""Turn any failure into the API's one error body.

Services' errors, DRF's, Django's and the database's are all described here; what nobody expected is
logged with its traceback and answered as INTERNAL_ERROR, without a word about the insides.
"""

import dataclasses
from sqlite3 import SQLITE_ERROR
from typing import Any

import structlog
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from rest_framework import exceptions as drf
from rest_framework.views import set_rollback

from common.clock import timestamp
from common.errors import DomainError
from common.rendering import to_json
from common.stalls import BodyTooSlow

log = structlog.get_logger(__name__)

RETRY_SOON = "2"
CODES = {
    400: "BAD_REQUEST",
    401: "NOT_AUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    408: "REQUEST_TIMEOUT",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "VALIDATION_ERROR",
    423: "ACCOUNT_LOCKED",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    503: "UNAVAILABLE",
}


@dataclasses.dataclass(frozen=True)
class Fault:
    """What went wrong, as the client will read it."""

    status: int
    detail: str
    code: str = ""
    errors: list[dict[str, Any]] | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


def describe(failure: BaseException) -> Fault | None:
    """Return how `failure` is answered, or None when nobody expected it."""
    match failure:
        case DomainError():
            headers = {} if failure.retry_after is None else {"Retry-After": str(failure.retry_after)}
            errors = None
            if failure.status_code == 422:
                errors = [{"loc": list(failure.loc) or ["body"], "msg": failure.message, "type": "value_error"}]
            return Fault(failure.status_code, failure.message, failure.error_code, errors, headers)
        case drf.ValidationError():
            source = getattr(failure, "source", "body")
            return Fault(422, "The request is not valid.", errors=_flattened(failure.detail, [source]))
        case drf.APIException():
            return _described_drf(failure)
        case Http404() | ObjectDoesNotExist():
            return Fault(404, "Not found.")
        case PermissionDenied():
            return Fault(403, "You are not allowed to do this.")
        case ModelValidationError():
            loc_errors = [{"loc": ["body"], "msg": message, "type": "value_error"} for message in failure.messages]
            return Fault(422, "The request is not valid.", errors=loc_errors)
        case RequestDataTooBig() | TooManyFieldsSent():
            return Fault(413, "The request is larger than this address takes.")
        case UnreadablePostError() if _is_too_slow(failure):
            return Fault(408, "The body did not arrive in time.")
        case UnreadablePostError():
            return Fault(400, "The body ended before its Content-Length.")
        case SuspiciousOperation():
            return Fault(400, "The request cannot be understood.")
        case IntegrityError():
            return Fault(409, "This contradicts what is stored.")
        case DataError():
            return Fault(
                422, "A value does not fit.", errors=[{"loc": ["body"], "msg": "out of range", "type": "value_error"}]
            )
        case OperationalError() if _is_our_own(failure):
            return None
        case OperationalError() | InterfaceError():
            return Fault(503, "The database does not answer right now.", headers={"Retry-After": RETRY_SOON})
        case UnicodeEncodeError() | UnicodeDecodeError():
            return Fault(
                422,
                "A text is not valid Unicode.",
                errors=[{"loc": ["body"], "msg": "invalid text", "type": "value_error"}],
            )
    return None


def _is_our_own(failure: BaseException) -> bool:
    """Return whether SQLite did answer, and refused a statement that is too large for it: asking again is no use."""
    return getattr(failure.__cause__, "sqlite_errorcode", None) == SQLITE_ERROR and "too" in str(failure)


def _is_too_slow(failure: BaseException | None) -> bool:
    """Return whether a body that could not be read was too slow; `request.body` wraps the reason twice."""
    while isinstance(failure, UnreadablePostError):
        failure = failure.__cause__
    return isinstance(failure, BodyTooSlow)


def body_of(fault: Fault, request_id: str) -> bytes:
    """Return a fault as the API's error body."""
    body: dict[str, Any] = {
        "detail": fault.detail,
        "error_code": fault.code or CODES.get(fault.status, "ERROR"),
        "timestamp": timestamp(),
        "request_id": request_id,
    }
    if fault.errors is not None:
        body["errors"] = fault.errors
    return to_json(body)


def answer(fault: Fault, request_id: str = "") -> HttpResponse:
    """Return the answer that tells a fault, in the API's words."""
    response = HttpResponse(body_of(fault, request_id), status=fault.status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    if fault.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    for name, value in fault.headers.items():
        response[name] = value
    return response


def answer_for_drf(failure: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer for a failure inside an API view; unexpected ones go on to `answer_for_django`."""
    fault = describe(failure)
    if fault is None:
        return None
    set_rollback()
    if isinstance(failure, OperationalError | InterfaceError):
        log.warning("database_unavailable", error=str(failure).strip()[:300])
    return answer(fault, getattr(context.get("request"), "request_id", ""))


def answer_for_django(request: HttpRequest, failure: BaseException) -> HttpResponse:
    """Answer for a failure that no view took care of."""
    fault = describe(failure)
    if fault is None:
        log.exception("unexpected_error", exc_info=failure)
        fault = Fault(500, "Something went wrong here. It has been noted.")
    return answer(fault, getattr(request, "request_id", ""))


def _described_drf(failure: drf.APIException) -> Fault:
    headers = {}
    if isinstance(failure, drf.AuthenticationFailed | drf.NotAuthenticated):
        headers["WWW-Authenticate"] = getattr(failure, "auth_header", "Bearer")
    if (wait := getattr(failure, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    codes = failure.get_codes()
    own_code = codes if isinstance(codes, str) and codes.isupper() else ""
    return Fault(failure.status_code, str(failure.detail), own_code, headers=headers)


def _flattened(detail: Any, loc: list[str | int]) -> list[dict[str, Any]]:
    if isinstance(detail, dict):
        return [error for key, inner in detail.items() for error in _flattened(inner, _below(loc, key))]
    if isinstance(detail, list):
        return [
            error
            for position, inner in enumerate(detail)
            for error in _flattened(inner, [*loc, position] if isinstance(inner, dict | list) else loc)
        ]
    return [{"loc": loc, "msg": str(detail), "type": getattr(detail, "code", "invalid")}]


def _below(loc: list[str | int], key: str | int) -> list[str | int]:
    return loc if key == "non_field_errors" else [*loc, key]
