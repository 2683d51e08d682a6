"""What the OpenAPI document says beyond what the views say: the error body, the codes every operation shares."""

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.drainage import get_override
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

Shape = TypeVar("Shape", bound=type[serializers.BaseSerializer[Any]])

BASE = "/api/v1"
MOST_AT_ONCE = 100
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body replay the first answer for a day.",
    examples=[OpenApiExample("A key of the client's own", value="7f0c1c7e-6d5b-4d0a-9a57-1f2e3d4c5b6a")],
)
# In `extend_schema(extensions=…)`: error codes of an operation that its parameters and its body do not tell of.
REFUSALS = "x-refusals"
BOUNDS = {"minItems": "min_length", "maxItems": "max_length"}
NOT_MODIFIED = OpenApiResponse(description="The client holds this answer already (If-None-Match).")
ERROR_EXAMPLES = {
    400: ("BAD_REQUEST", "The body is no valid JSON."),
    401: ("NOT_AUTHENTICATED", "Authentication credentials were not provided."),
    403: ("FORBIDDEN", "You are not allowed to do this."),
    404: ("NOT_FOUND", "Not found."),
    409: ("CONFLICT", "This contradicts what is stored."),
    413: ("PAYLOAD_TOO_LARGE", "The request is larger than this address takes."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Unsupported media type in request."),
    422: ("VALIDATION_ERROR", "The request is not valid."),
    423: ("ACCOUNT_LOCKED", "Too many wrong tries. Please wait, or set a new password by e-mail."),
    429: ("RATE_LIMITED", "Too many requests. Please wait a moment."),
    503: ("UNAVAILABLE", "The database does not answer right now."),
}
LIMIT_HEADERS = {
    "RateLimit-Limit": "How many such requests the caller has in a window.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "Seconds until the window ends.",
    "Retry-After": "Seconds after which another try makes sense.",
}
# What watches over aclue may ask as often as it likes.
UNLIMITED = frozenset({"/health", "/api/health", "/health/db", "/health/redis", "/ready"})
ERROR_SCHEMA = {
    "type": "object",
    "required": ["detail", "error_code", "timestamp", "request_id"],
    "properties": {
        "detail": {"type": "string"},
        "error_code": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "On 422: what is wrong, and where.",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        },
    },
}


def shown_as(*values: Any) -> Callable[[Shape], Shape]:
    """Give a serializer the examples that the document shows wherever it is used."""
    examples = [
        OpenApiExample(
            "Example" if position == 0 else f"Example {position + 1}", value=value, status_codes=["200", "201", "202"]
        )
        for position, value in enumerate(values)
    ]
    return extend_schema_serializer(examples=examples)


def example_of(shape: type[serializers.BaseSerializer[Any]]) -> Any:
    """Return the first value that `shown_as` gave a serializer; None without one."""
    examples = get_override(shape, "examples", [])
    return examples[0].value if examples else None


@functools.cache
def paged(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Return the list shape around an item's serializer, for `extend_schema`."""
    page = inline_serializer(
        name=f"{item.__name__.removesuffix('Serializer')}Page",
        fields={
            "items": item(many=True),
            "total": serializers.IntegerField(min_value=0),
            "page": serializers.IntegerField(min_value=1),
            "per_page": serializers.IntegerField(min_value=1),
            "pages": serializers.IntegerField(min_value=0),
        },
    )
    example = {"items": [example_of(item)], "total": 41, "page": 3, "per_page": 20, "pages": 3}
    return shown_as(example)(type(page))


@functools.cache
def one_or_many(item: type[serializers.Serializer[Any]]) -> PolymorphicProxySerializer:
    """Return the shape of a body that is one object or an array of at most 100, for `extend_schema`."""
    either = PolymorphicProxySerializer(
        component_name=f"{item.__name__.removesuffix('Serializer')}OneOrMany",
        serializers=[item, item(many=True, min_length=1, max_length=MOST_AT_ONCE)],  # type: ignore[call-arg]
        resource_type_field_name=None,
        many=False,
    )
    example = example_of(item)
    shown_as(example, [example])(either)  # type: ignore[type-var]
    return either


class CommaSeparatedSchema(OpenApiSerializerFieldExtension):
    """A list written with commas is an array to the document; `AutoSchema` says how it is written."""

    target_class = "common.queries.CommaSeparated"

    def map_serializer_field(self, auto_schema: SpectacularSchema, direction: str) -> dict[str, Any]:
        """Describe the parts and how many there may be."""
        parts = auto_schema._map_serializer_field(self.target.child, direction)
        return {"type": "array", "items": parts, "minItems": 1, "maxItems": self.target.most}


class AutoSchema(SpectacularSchema):
    """drf-spectacular with ids and summaries that read well, tagged by the app that answers."""

    VERBS = {"GET": "get", "POST": "create", "PUT": "replace", "PATCH": "change", "DELETE": "delete"}
    # Last words of paths that say themselves what a POST does.
    ACTIONS = frozenset(
        {"register", "signup", "login", "signin", "refresh", "logout", "track", "setup", "confirm", "disable"}
        | {"google", "facebook", "apple", "subscribe", "unsubscribe"}
    )

    def get_tags(self) -> list[str]:
        """Return the app that an operation belongs to."""
        app = type(self.view).__module__.partition(".")[0]
        return ["system" if app == "aclue" else app]

    def get_operation_id(self) -> str:
        """Return verb and noun: `list_products`, `get_product`, `auth_login`; aliases outside /api/v1 say so."""
        is_one = self.path.endswith("}")
        words = [word for word in re.split(r"[/.]", self.path.removeprefix(BASE)) if word and "{" not in word] or [
            "root"
        ]
        if self.method == "POST" and words[-1] in self.ACTIONS:
            return _joined(words)
        if is_one or self.method == "POST":
            words[-1] = _singular(words[-1])
        if not self.path.startswith(BASE):
            words.insert(0, "system")
        verb = "list" if self.method == "GET" and self._answers_with_page() else self.VERBS[self.method]
        return _joined([verb, *words])

    def get_summary(self) -> str | None:
        """Return the docstring's first sentence, up to where it goes into detail."""
        given = super().get_summary()
        return given or re.split(r"[:;.](?:\s|$)", self.get_description())[0] or None

    def get_auth(self) -> list[dict[str, Any]]:
        """Return the ways in; a method for which the view names no permission is open to all."""
        ways = super().get_auth()
        needed = getattr(self.view, "permissions_needed", None)
        return [*ways, {}] if needed is not None and self.method not in needed and {} not in ways else ways

    def _answers_with_page(self) -> bool:
        answers = self.get_response_serializers()
        answer = answers.get(200) if isinstance(answers, dict) else answers
        return isinstance(answer, type) and answer.__name__.endswith("Page")

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters = super()._get_parameters()
        for parameter in parameters:
            if parameter["in"] == "query" and parameter["schema"].get("type") == "array":
                parameter |= {"style": "form", "explode": False}
        return parameters

    def _unwrap_list_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._unwrap_list_serializer(serializer, direction)
        if schema and is_list_serializer(serializer):
            bounds = {name: getattr(serializer, bound) for name, bound in BOUNDS.items()}
            schema |= {name: bound for name, bound in bounds.items() if bound is not None}
        return schema


def _joined(words: list[str]) -> str:
    return "_".join(words).replace("-", "_")


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def add_error_answers(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every operation the error answers it can have (a postprocessing hook of drf-spectacular)."""
    result["components"].setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method not in {"get", "post", "put", "patch", "delete"}:
                continue
            for status in sorted(_statuses(path, method, operation)):
                operation["responses"].setdefault(str(status), _error_answer(status))
    return result


def add_limit_headers(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every answer of a limited operation the headers that say how the caller stands (a postprocessing hook)."""
    result["components"]["headers"] = {
        name: {"description": description, "schema": {"type": "integer", "minimum": 0}}
        for name, description in LIMIT_HEADERS.items()
    }
    references = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMIT_HEADERS}
    retry = references.pop("Retry-After")
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method not in {"get", "post", "put", "patch", "delete"} or path in UNLIMITED:
                continue
            for status, answer in operation["responses"].items():
                waits = {"Retry-After": retry} if status in {"423", "429", "503"} else {}
                answer["headers"] = answer.get("headers", {}) | references | waits
    return result


def _statuses(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    security = operation.get("security", [{}])
    statuses = {503, *operation.pop(REFUSALS, ())} | (set() if path in UNLIMITED else {429})
    if any(security):
        statuses |= {401, 403}
    if {} not in security or method != "get":
        statuses |= {401, 403}
    named = {parameter["name"] for parameter in operation.get("parameters", [])}
    if "{" in path or "requestBody" in operation or "recipient_id" in named:
        statuses.add(404)
    if IDEMPOTENCY_KEY.name in named:
        # A repeat is known by its body, which is therefore read even where none is asked for.
        statuses |= {400, 409, 413, 415}
    if "requestBody" in operation:
        statuses |= {400, 409, 413, 415, 422}
    if any(parameter["in"] in {"query", "header"} for parameter in operation.get("parameters", [])):
        statuses.add(422)
    return statuses


def _error_answer(status: int) -> dict[str, Any]:
    code, detail = ERROR_EXAMPLES[status]
    example: dict[str, Any] = {
        "detail": detail,
        "error_code": code,
        "timestamp": "2026-11-20T09:30:00.000000Z",
        "request_id": "5b1d0c8e9f2a4e7d8a6b3c4d5e6f7a8b",
    }
    if status == 422:
        example["errors"] = [{"loc": ["body", "email"], "msg": "Enter a valid email address.", "type": "invalid"}]
    return {
        "description": detail,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": example}},
    }
