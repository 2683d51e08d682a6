"""Is it alive, is it well, what is it."""

import time
from collections.abc import Callable
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import flags
from common.clock import timestamp
from common.memo import TimedMemo
from common.views import PersonalView, PublicView
from recommendations.models import ModelVersion, VersionStatus

DEPENDENCY_SECONDS = 0.5
OK, FAILED, NOT_CONFIGURED = "ok", "failed", "not_configured"
# What an answer needs; the rest may be away while pages are served.
NEEDED = ("database", "migrations")

ServiceHealth = inline_serializer(
    "ServiceHealth", {"status": serializers.CharField(), "latency_ms": serializers.FloatField(allow_null=True)}
)
Checks = inline_serializer(
    "ReadinessChecks",
    {name: serializers.CharField() for name in ("database", "cache", "broker", "model", "migrations")},
)
Readiness = inline_serializer(
    "Readiness", {"status": serializers.ChoiceField(["ready", "not_ready"]), "checks": Checks}
)


class OpenView(PublicView):
    """For anybody, without a look at who asks: it answers while the database is away."""

    authentication_classes = ()


class RootView(OpenView):
    """The front door of the API."""

    @extend_schema(
        responses=inline_serializer(
            "ApiRoot", {name: serializers.CharField() for name in ("name", "version", "docs", "openapi")}
        )
    )
    def get(self, request: Request) -> Response:
        """Say what this is and where it is documented."""
        return Response(
            {
                "name": settings.PROJECT_NAME,
                "version": settings.VERSION,
                "docs": "/docs",
                "openapi": "/api/v1/openapi.json",
            }
        )


class CheckView(OpenView):
    """For what watches over aclue, however often it asks."""

    limit = None


class HealthView(CheckView):
    """The process answers; nothing else is asked."""

    @extend_schema(
        responses=inline_serializer(
            "Health",
            {
                "status": serializers.CharField(),
                "timestamp": serializers.DateTimeField(),
                "version": serializers.CharField(),
            },
        )
    )
    def get(self, request: Request) -> Response:
        """Say that this process is alive."""
        return Response({"status": "healthy", "timestamp": timestamp(), "version": settings.VERSION})


class DatabaseHealthView(CheckView):
    """The database answers."""

    @extend_schema(responses={200: ServiceHealth, 503: OpenApiResponse(ServiceHealth, description="It does not.")})
    def get(self, request: Request) -> Response:
        """Ask the database for a one."""
        return _health(_ask_database)


class RedisHealthView(CheckView):
    """Redis answers, where there is one."""

    @extend_schema(responses={200: ServiceHealth, 503: OpenApiResponse(ServiceHealth, description="It does not.")})
    def get(self, request: Request) -> Response:
        """Send Redis a ping."""
        if not settings.REDIS_URL:
            return Response({"status": NOT_CONFIGURED, "latency_ms": None})
        return _health(_ask_redis)


class ReadyView(CheckView):
    """Everything that an answer needs is there."""

    @extend_schema(responses={200: Readiness, 503: OpenApiResponse(Readiness, description="Not now.")})
    def get(self, request: Request) -> Response:
        """Check each dependency; only those that serving needs make this a 503."""
        checks = {
            "database": _state(_ask_database),
            "cache": _state(_ask_cache) if settings.REDIS_URL else OK,
            "broker": _state(_ask_broker),
            "model": _model_state(),
            "migrations": _state(_migrations.get),
        }
        ready = all(checks[name] == OK for name in NEEDED)
        return Response({"status": "ready" if ready else "not_ready", "checks": checks}, status=200 if ready else 503)


class IsStaff(BasePermission):
    """For people with a staff role."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the person is staff."""
        return bool(request.user and request.user.is_authenticated and request.user.is_staff)


class AdminInfoView(PersonalView):
    """What staff ask first when something is odd."""

    permission_classes = (IsStaff,)

    @extend_schema(
        responses=inline_serializer(
            "AdminInfo",
            {
                "version": serializers.CharField(),
                "environment": serializers.CharField(),
                "feature_flags": serializers.DictField(child=serializers.BooleanField()),
                "active_models": serializers.ListField(child=serializers.CharField()),
                "pending_migrations": serializers.ListField(child=serializers.CharField()),
            },
        )
    )
    def get(self, request: Request) -> Response:
        """Return version, environment, flags, active models and pending migrations."""
        return Response(
            {
                "version": settings.VERSION,
                "environment": settings.ENVIRONMENT,
                "feature_flags": {state.name: state.is_on for state in flags.states()},
                "active_models": active_labels(),
                "pending_migrations": pending_migrations(),
            }
        )


def pending_migrations() -> list[str]:
    """Return the migrations that the database has not seen, as app.name."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def active_labels() -> list[str]:
    """Return the versions that serve, `ease:12`."""
    return [version.label() for version in ModelVersion.objects.filter(status=VersionStatus.ACTIVE)]


def _model_state() -> str:
    """Return whether a model serves; without one the shop recommends what is popular, so nobody waits for it."""
    try:
        return OK if active_labels() else "none"
    except DatabaseError:
        return FAILED


def _health(ask: Callable[[], Any]) -> Response:
    started = time.perf_counter()
    state = _state(ask)
    latency_ms = round((time.perf_counter() - started) * 1000, 2)
    healthy = state == OK
    return Response(
        {"status": "healthy" if healthy else "unhealthy", "latency_ms": latency_ms}, status=200 if healthy else 503
    )


def _state(ask: Callable[[], Any]) -> str:
    try:
        ask()
    except Exception as failure:
        if isinstance(failure, (DatabaseError, redis.RedisError, OSError, RuntimeError, *_broker_errors())):
            return FAILED
        raise
    return OK


def _broker_errors() -> tuple[type[BaseException], ...]:
    return tuple(current_app.connection_for_write().connection_errors)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=DEPENDENCY_SECONDS, socket_connect_timeout=DEPENDENCY_SECONDS
    )
    with client:
        client.ping()


def _ask_cache() -> None:
    cache.get("aclue:ready")


def _ask_broker() -> None:
    with current_app.connection_for_write(connect_timeout=DEPENDENCY_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)


def _refuse_pending() -> None:
    if pending_migrations():
        raise RuntimeError("migrations are pending")


# Looking costs a walk through every app's files; what a deployment migrates stays migrated.
_migrations = TimedMemo(_refuse_pending, 10.0)
