"""The OpenAPI document is complete, and every example in it is true."""

import re
import sys
from collections import Counter

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from common import queries
from common.schema import UNLIMITED
from common.tests.openapi import METHODS, document, operations, problems
from common.views import no_such_path

# Addresses that are no API: people look at them, or they are the answer to what does not exist.
NO_API = re.compile(r"^/(admin|admin/.*|media/.*|favicon\.ico|redoc\.js)$")
SOME_ID = "00000000-0000-4000-8000-000000000000"
JSON = "application/json"
# Done, or under way: there is nothing more to say.
WITHOUT_BODY = {"202", "204", "302"}


def routes(patterns, prefix=""):
    """Yield every path below some patterns in the document's spelling, with its view."""
    for pattern in patterns:
        path = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern).removeprefix("^").removesuffix("$"))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield f"/{path}", pattern.callback


def is_page(view):
    return view.__module__.startswith("aclue.pages")


def api_routes():
    return {
        path: view
        for path, view in routes(get_resolver().url_patterns)
        if not NO_API.match(path) and view is not no_such_path and not is_page(view)
    }


def media_types():
    """Yield every place of the document that has a schema and may have examples."""
    for (method, path), operation in operations().items():
        place = f"{method.upper()} {path}"
        for media_type in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{place} request", media_type
        for status, answer in operation["responses"].items():
            for media_type in answer.get("content", {}).values():
                yield f"{place} {status}", media_type
        for parameter in operation.get("parameters", []):
            yield f"{place} {parameter['name']}", parameter


def examples_of(media_type):
    given = [example["value"] for example in media_type.get("examples", {}).values()]
    return given + ([media_type["example"]] if "example" in media_type else [])


def test_the_document_is_made_without_a_warning(capsys):
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")

    assert "Warning" not in capsys.readouterr().err


def test_every_address_and_method_is_in_the_document_and_nothing_else():
    answered = {
        (method, path) for path, view in api_routes().items() for method in METHODS if hasattr(view.view_class, method)
    }

    assert answered == set(operations())
    assert len(answered) >= 40


def test_the_contract_of_this_release_is_in_the_document():
    contract = [
        "GET",
        "/api/v1",
        "GET",
        "/health",
        "GET",
        "/api/health",
        "GET",
        "/health/db",
        "GET",
        "/health/redis",
        "GET",
        "/ready",
        "GET",
        "/docs",
        "GET",
        "/redoc",
        "GET",
        "/openapi.json",
        "GET",
        "/api/v1/openapi.json",
        "GET",
        "/api/v1/admin-info",
        "GET",
        "/admin-info",
        "POST",
        "/api/v1/auth/register",
        "POST",
        "/api/v1/auth/signup",
        "POST",
        "/api/v1/auth/login",
        "POST",
        "/api/v1/auth/signin",
        "POST",
        "/api/v1/auth/refresh",
        "POST",
        "/api/v1/auth/logout",
        "GET",
        "/api/v1/auth/me",
        "GET",
        "/api/v1/users/me",
        "PATCH",
        "/api/v1/users/me",
        "DELETE",
        "/api/v1/users/me",
        "GET",
        "/api/v1/products",
        "POST",
        "/api/v1/products",
        "GET",
        "/api/v1/products/{product_id}",
        "PUT",
        "/api/v1/products/{product_id}",
        "PATCH",
        "/api/v1/products/{product_id}",
        "DELETE",
        "/api/v1/products/{product_id}",
        "GET",
        "/api/v1/products/featured",
        "GET",
        "/api/v1/categories",
        "GET",
        "/api/v1/categories/{slug_or_id}",
        "GET",
        "/api/v1/categories/tree",
        "GET",
        "/api/v1/orders",
        "GET",
        "/api/v1/orders/{order_id}",
        "GET",
        "/api/v1/swipes/sessions",
        "POST",
        "/api/v1/swipes/sessions",
        "GET",
        "/api/v1/swipes/sessions/{session_id}",
        "GET",
        "/api/v1/swipes/sessions/{session_id}/deck",
        "POST",
        "/api/v1/swipes/interactions",
        "DELETE",
        "/api/v1/swipes/interactions/{swipe_id}",
        "GET",
        "/api/v1/swipes/analytics",
        "POST",
        "/api/v1/user-behavior/track",
        "GET",
        "/api/v1/user-behavior/history",
    ]

    promised = {(method.lower(), path) for method, path in zip(contract[::2], contract[1::2], strict=True)}

    assert promised - set(operations()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(path for method, path in operations() if method == "get"))
def test_every_query_parameter_that_is_read_is_documented_and_the_reverse(api, admin, monkeypatch, path):
    read = set()

    def recording(request, shape):
        read.update(shape._declared_fields)
        return queries_read(request, shape)

    queries_read = queries.read_query
    for module in list(sys.modules.values()):
        if getattr(module, "read_query", None) is queries_read:
            monkeypatch.setattr(module, "read_query", recording)
    api(admin).get(re.sub(r"\{\w+\}", SOME_ID, path) + f"?unheard-of={path}")

    documented = {
        parameter["name"] for parameter in operations()["get", path].get("parameters", []) if parameter["in"] == "query"
    }
    assert documented == read


def test_every_operation_has_an_id_of_its_own_a_tag_and_a_sentence():
    ids = Counter(operation["operationId"] for operation in operations().values())
    bare = [
        place
        for place, operation in operations().items()
        if not operation.get("tags") or not operation.get("summary") or not operation.get("description")
    ]

    assert [name for name, n in ids.items() if n > 1] == []
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name)] == []
    assert bare == []
    assert {tag for operation in operations().values() for tag in operation["tags"]} == {
        "accounts",
        "catalogue",
        "orders",
        "recommendations",
        "swipes",
        "system",
    }


@pytest.mark.parametrize(("method", "path"), sorted(operations()))
def test_every_operation_describes_its_answers_and_its_refusals(method, path):
    operation = operations()[method, path]
    answers = operation["responses"]

    successes = {status: answer for status, answer in answers.items() if status[0] == "2" or status == "302"}
    assert successes
    for status, answer in successes.items():
        content = answer.get("content", {})
        assert content or status in WITHOUT_BODY
        assert all(media_type["schema"] for media_type in content.values())
    refusals = {status for status in answers if status[0] == "4"}
    assert ("429" in refusals) == (path not in UNLIMITED)
    assert "{" not in path or "404" in refusals
    assert "requestBody" not in operation or refusals >= {"400", "413", "415", "422"}
    assert {} in operation["security"] or refusals >= {"401", "403"}
    for status in refusals:
        assert answers[status]["content"][JSON]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_every_body_that_people_meet_is_shown_by_an_example():
    shown = {place for place, media_type in media_types() if examples_of(media_type)}

    wanted = {
        f"{method.upper()} {path} {kind}"
        for (method, path), operation in operations().items()
        if operation["tags"] != ["system"]
        for kind in (
            (["request"] if "requestBody" in operation else [])
            + [status for status, answer in operation["responses"].items() if status[0] in "24" and "content" in answer]
        )
    }
    assert wanted - shown == set()


def test_every_example_is_what_its_schema_says():
    found = {
        place: wrong
        for place, media_type in media_types()
        for example in examples_of(media_type)
        if (wrong := problems(example, media_type["schema"]))
    }

    assert found == {}
    assert sum(len(examples_of(media_type)) for _, media_type in media_types()) > 100


def test_a_wrong_example_would_be_noticed():
    schema = {"$ref": "#/components/schemas/Accepted"}

    wrong = [
        problems(value, schema) for value in ({}, {"accepted": "one"}, {"accepted": 1, "more": 2}, {"accepted": 1})
    ]

    assert [bool(found) for found in wrong] == [True, True, True, False]


def test_references_lead_somewhere():
    text = str(document()["paths"]) + str(document()["components"])

    named = set(re.findall(r"#/components/schemas/(\w+)", text))

    assert named - set(document()["components"]["schemas"]) == set()
