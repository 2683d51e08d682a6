"""A read that takes the short lane gets what the long way gives, header by header."""

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from common import limits

PATHS = [
    "/api/v1/products",
    "/api/v1/products?page=0",
    "/api/v1/products/00000000-0000-4000-8000-000000000000",
    "/api/v1/categories",
    "/api/v1/auth/me",
    "/api/v1/nothing-here",
]
HEADERS = [{}, {"accept-encoding": "gzip"}, {"authorization": "Bearer forged"}, {"if-none-match": "*"}]


@pytest.fixture
def handler():
    return WSGIHandler()


def _lane(handler):
    return handler._middleware_chain.__wrapped__.lane


def test_the_lane_is_open_and_ends_at_the_view(handler):
    assert _lane(handler).is_open


@pytest.mark.django_db
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "head"])
def test_both_ways_write_the_same_headers(handler, scarf, method, path, headers, secure):
    def ask(by_lane):
        _lane(handler).is_open = by_lane
        limits.reset()
        request = getattr(RequestFactory(), method)(
            path, headers={**headers, "x-request-id": "one"}, secure=secure, HTTP_HOST="localhost"
        )
        return handler.get_response(request)

    short, long = ask(True), ask(False)

    assert (short.status_code, dict(short.headers)) == (long.status_code, dict(long.headers))


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("post", "/api/v1/products", {}),
        ("options", "/api/v1/products", {}),
        ("get", "/api/v1/products/", {}),
        ("get", "/health", {}),
        ("get", "/", {}),
        ("get", "/api/v1/products", {"origin": "https://app.example"}),
    ],
)
def test_whatever_a_layer_has_to_decide_takes_the_long_way(handler, method, path, headers):
    request = getattr(RequestFactory(), method)(path, headers=headers)

    assert not _lane(handler).takes(request)
