"""The OpenAPI document as a judge: does an answer keep what the document says of it?"""

import copy
import functools
import json
import re
from datetime import datetime
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from common.rendering import to_json

FORMATS = FormatChecker()
METHODS = ("get", "post", "put", "patch", "delete")


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or (value.endswith("Z") and bool(datetime.fromisoformat(value)))


@functools.cache
def document() -> dict[str, Any]:
    """Return the document as `/openapi.json` serves it."""
    return json.loads(to_json(SchemaGenerator().get_schema(request=None, public=True)))


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Return every operation by method and path."""
    return {
        (method, path): operation
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def operation_of(method: str, path: str) -> dict[str, Any]:
    """Return the operation that a request's path belongs to; plain paths win over patterns."""
    path = path.rstrip("/") or "/"
    of_method = {template: operation for (verb, template), operation in operations().items() if verb == method.lower()}
    if path in of_method:
        return of_method[path]
    for template, operation in of_method.items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return operation
    raise AssertionError(f"{method} {path} is not in the document")


def problems(value: Any, schema: dict[str, Any]) -> list[str]:
    """Return what is wrong with a value, also each key that its schema does not name."""
    root = {"components": closed_components(), **_closed(schema)}
    checker = Draft202012Validator(root, format_checker=FORMATS)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"[:400] for error in checker.iter_errors(value)]


def as_documented(answer: Any) -> Any:
    """Return the answer's JSON after checking that the document promises just this: status, type, keys, values."""
    asked = answer.request
    place = f"{asked['REQUEST_METHOD']} {asked['PATH_INFO']} {answer.status_code}"
    promised = operation_of(asked["REQUEST_METHOD"], asked["PATH_INFO"])["responses"].get(str(answer.status_code))
    assert promised is not None, f"{place} is not documented: {answer.content[:300]!r}"
    if "content" not in promised:
        assert not answer.content, f"{place} has a body"
        return None
    (media_type, described) = next(iter(promised["content"].items()))
    assert answer["Content-Type"].partition(";")[0] == media_type, place
    body = answer.json()
    found = problems(body, described["schema"])
    assert not found, f"{place}: {found}"
    return body


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Return the body of a refusal after checking that it is the one error shape with this status and code."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    body = answer.json()
    expected = {"detail", "error_code", "timestamp", "request_id"} | ({"errors"} if status == 422 else set())
    assert set(body) == expected
    assert body["error_code"] == code
    assert body["request_id"] == answer["X-Request-ID"]
    assert problems(body, {"$ref": "#/components/schemas/Error"}) == []
    return body


@functools.cache
def closed_components() -> dict[str, Any]:
    """Return the components with every object closed to keys that it does not name."""
    return _closed(document()["components"])


def _closed(schema: Any) -> Any:
    schema = copy.deepcopy(schema)
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict) and part.get("type") == "object":
                part.setdefault("additionalProperties", False)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return schema
