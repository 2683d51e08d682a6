"""Each route of the API is limited, says how its caller stands, and counts people, programs and networks apart."""

import inspect

import pytest
from django.urls import URLPattern, get_resolver

from common.schema import UNLIMITED
from common.tests.openapi import document, refused
from common.views import LimitedView

pytestmark = pytest.mark.django_db

HEADERS = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}


def api_views():
    """Return the view class of each address that the API document names."""
    found, waiting = {}, [("/", get_resolver())]
    while waiting:
        prefix, resolver = waiting.pop()
        for entry in resolver.url_patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                found[path] = getattr(entry.callback, "cls", None) or getattr(entry.callback, "view_class", None)
            else:
                waiting.append((path, entry))
    return {path: view for path, view in found.items() if path.startswith("/api/v1/") and inspect.isclass(view)}


def test_every_view_of_the_api_counts_in_one_of_the_known_classes(settings):
    views = api_views()

    assert len(views) > 40
    for path, view in views.items():
        assert issubclass(view, LimitedView), path
        assert (view.limit or "read") in settings.RATE_LIMITS, path


def test_the_document_names_the_headers_wherever_there_is_a_limit():
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                for answer in operation["responses"].values():
                    assert (set(answer.get("headers", {})) >= HEADERS) == (path not in UNLIMITED), (method, path)


@pytest.mark.parametrize("path", ["/api/v1/products", "/api/v1/categories", "/api/v1/auth/me"])
def test_an_answer_says_how_the_caller_stands(api, alice, settings, path):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"read": "10/minute"}
    settings.WEB_WORKERS = 1
    mine = api(alice)

    stand = [(answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) for answer in (mine.get(path), mine.get(path))]

    assert stand == [("10", "9"), ("10", "8")]


def test_whoever_asks_too_often_waits_and_nobody_else(api, alice, bob, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"read": "2/minute"}
    settings.WEB_WORKERS = 1
    mine = api(alice)

    answers = [mine.get("/api/v1/products") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused(answers[-1], 429, "RATE_LIMITED")
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["RateLimit-Remaining"] == "0"
    assert api(bob).get("/api/v1/products").status_code == 200


def test_a_network_has_a_limit_of_its_own_that_forged_tokens_do_not_evade(api, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"network": "3/minute"}
    settings.WEB_WORKERS = 1

    statuses = [
        api().get("/api/v1/auth/me", headers={"Authorization": f"Bearer forged-{number}"}).status_code
        for number in range(4)
    ]

    assert statuses == [401, 401, 401, 429]


def test_writes_have_a_limit_of_their_own(api, alice, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"write": "2/minute"}
    settings.WEB_WORKERS = 1
    mine = api(alice)

    statuses = [mine.patch("/api/v1/users/me", {"first_name": "Alicia"}).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert mine.get("/api/v1/users/me").status_code == 200


def test_health_checks_are_not_limited(api, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"network": "1/minute", "read": "1/minute"}

    answers = [api().get(path) for path in sorted(UNLIMITED) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit-Limit" in answer for answer in answers)
