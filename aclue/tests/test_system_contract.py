"""The system's own addresses, row by row of the contract."""

import pytest
import redis
from django.conf import settings
from django.db import OperationalError

from aclue import system
from common.tests.openapi import as_documented, document, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["", "/"], ids=["plain", "slash"])
def slash(request):
    return request.param


@pytest.fixture
def database_away(monkeypatch):
    def fail():
        raise OperationalError("the database is away")

    monkeypatch.setattr(system, "_ask_database", fail)


def test_the_front_door_says_what_this_is(api, slash):
    answer = api().get(f"/api/v1{slash}")

    assert answer.status_code == 200
    assert as_documented(answer) == {
        "name": "aclue",
        "version": settings.VERSION,
        "docs": "/docs",
        "openapi": "/api/v1/openapi.json",
    }


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_health_answers_without_asking_any_dependency(api, slash, path, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = api().get(path + slash)

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (200, {"status", "timestamp", "version"})
    assert body["status"] == "healthy"


def test_a_database_that_answers_is_healthy(api, slash):
    answer = api().get(f"/health/db{slash}")

    body = as_documented(answer)
    assert (answer.status_code, set(body), body["status"]) == (200, {"status", "latency_ms"}, "healthy")
    assert body["latency_ms"] >= 0


def test_a_database_that_is_away_makes_two_answers_503_and_leaves_health_200(api, database_away):
    answers = {path: api().get(path) for path in ("/health/db", "/ready", "/health")}

    assert {path: answer.status_code for path, answer in answers.items()} == {
        "/health/db": 503,
        "/ready": 503,
        "/health": 200,
    }
    assert as_documented(answers["/health/db"])["status"] == "unhealthy"
    assert as_documented(answers["/ready"])["status"] == "not_ready"


def test_without_a_redis_its_health_is_not_configured(api, settings, slash):
    settings.REDIS_URL = ""

    answer = api().get(f"/health/redis{slash}")

    assert (answer.status_code, as_documented(answer)) == (200, {"status": "not_configured", "latency_ms": None})


def test_a_redis_that_is_away_is_told_and_readiness_survives_it(api, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer, ready = api().get("/health/redis"), api().get("/ready")

    assert (answer.status_code, as_documented(answer)["status"]) == (503, "unhealthy")
    assert ready.status_code == 200


@pytest.mark.redis
def test_a_redis_that_answers_is_healthy(api):
    answer = api().get("/health/redis")

    assert (answer.status_code, as_documented(answer)["status"]) == (200, "healthy")


def test_readiness_names_each_dependency(api, slash):
    answer = api().get(f"/ready{slash}")

    body = as_documented(answer)
    assert (answer.status_code, body["status"]) == (200, "ready")
    assert set(body["checks"]) == {"database", "cache", "broker", "model", "migrations"}
    assert (body["checks"]["database"], body["checks"]["migrations"]) == ("ok", "ok")


def test_pending_migrations_and_a_lost_broker_are_told_apart(api, monkeypatch):
    def pending():
        raise RuntimeError("migrations are pending")

    def lost():
        raise redis.ConnectionError("no broker")

    monkeypatch.setattr(system._migrations, "get", pending)
    without_migrations = api().get("/ready")
    monkeypatch.undo()
    monkeypatch.setattr(system, "_ask_broker", lost)
    without_broker = api().get("/ready")

    assert (without_migrations.status_code, without_migrations.json()["checks"]["migrations"]) == (503, "failed")
    assert (without_broker.status_code, without_broker.json()["checks"]["broker"]) == (200, "failed")


@pytest.mark.parametrize("path", ["/openapi.json", "/api/v1/openapi.json"])
def test_the_document_is_served_with_a_tag(api, slash, path):
    answer = api().get(path + slash)
    again = api().get(path + slash, headers={"If-None-Match": answer["ETag"]})

    assert (answer.status_code, again.status_code) == (200, 304)
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["paths"] == document()["paths"]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_readers_of_the_document_load_nothing_from_elsewhere(api, slash, path):
    answer = api().get(path + slash)

    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert "/api/v1/openapi.json" in page or "script" in page
    assert not [line for line in page.splitlines() if "src=" in line and "//" in line.split("src=")[1][:10]]
    assert "https://" not in answer["Content-Security-Policy"].replace("img-src 'self' data: https:", "")


def test_the_script_of_the_reader_is_javascript(api):
    answer = api().get("/docs?script")

    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "application/javascript")
    assert b"/api/v1/openapi.json" in answer.content


@pytest.mark.parametrize("path", ["/admin-info", "/api/v1/admin-info"])
def test_staff_read_what_is_running(api, mary, slash, path):
    answer = api(mary).get(path + slash)

    body = as_documented(answer)
    assert answer.status_code == 200
    assert set(body) == {"version", "environment", "feature_flags", "active_models", "pending_migrations"}
    assert (body["environment"], body["active_models"], body["pending_migrations"]) == ("development", [], [])
    assert body["feature_flags"]["ENABLE_REGISTRATION"] is True


@pytest.mark.parametrize("path", ["/admin-info", "/api/v1/admin-info"])
def test_what_is_running_is_for_staff_alone(api, alice, path):
    stranger, plain = api().get(path), api(alice).get(path)

    refused(stranger, 401, "NOT_AUTHENTICATED")
    refused(plain, 403, "FORBIDDEN")
