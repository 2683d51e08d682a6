"""`manage.py doctor`: is this deployment well?"""

import shutil
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import redis
from celery import current_app
from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from accounts.models import User
from aclue.system import pending_migrations
from common.models import OutboxTask
from common.postgresql.roles import Standing
from common.row_security import protected_names, unprotected
from recommendations.ml import artefacts
from recommendations.models import ModelVersion, VersionStatus
from recommendations.registry import folder_of, signing_key

LEAST_FREE_BYTES = 500 * 1024 * 1024
MOST_CLOCK_SECONDS = 2.0
MOST_NAMED = 5


class Finding(NamedTuple):
    """What one look brought."""

    well: bool
    words: str


class Command(BaseCommand):
    """Look at settings, services, migrations, models, disk, clock and unsafe defaults, and say what to do."""

    help = "Check settings, services, migrations, models, disk, clock and unsafe defaults."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each look; raises CommandError when something is wrong."""
        looks: dict[str, Callable[[], Finding]] = {
            "settings": look_at_settings,
            "defaults": look_at_defaults,
            "database": look_at_database,
            "people": look_at_people,
            "migrations": look_at_migrations,
            "redis": look_at_redis,
            "broker": look_at_broker,
            "outbox": look_at_outbox,
            "models": look_at_models,
            "disk": look_at_disk,
            "clock": look_at_clock,
        }
        unwell = []
        for name, look in looks.items():
            try:
                finding = look()
            except DatabaseError as problem:
                finding = Finding(False, f"the database does not answer: {str(problem).strip()[:200]}")
            self.stdout.write(f"{'ok   ' if finding.well else 'WRONG'} {name:11} {finding.words}")
            if not finding.well:
                unwell.append(name)
        if unwell:
            raise CommandError(f"Something is wrong with: {', '.join(unwell)}.")


def look_at_settings() -> Finding:
    """Run Django's checks, those for deployments too outside development."""
    problems = run_checks(include_deployment_checks=settings.ENVIRONMENT != "development")
    serious = [problem for problem in problems if problem.level >= WARNING and not problem.is_silenced()]
    if serious:
        return Finding(False, "; ".join(f"{problem.id}: {problem.msg}" for problem in serious)[:1000])
    debug = "on" if settings.DEBUG else "off"
    return Finding(True, f"{settings.ENVIRONMENT}, DEBUG {debug}, version {settings.VERSION}")


def look_at_defaults() -> Finding:
    """Find what is fine on a laptop and dangerous elsewhere."""
    unsafe = []
    if settings.ENVIRONMENT != "development":
        if settings.DEBUG:
            unsafe.append("DEBUG is on")
        if "*" in settings.ALLOWED_HOSTS:
            unsafe.append("ALLOWED_HOSTS allows every host")
        if User.objects.filter(email__endswith="@demo.aclue.example", is_staff=True).exists():
            unsafe.append("the demo's staff accounts are here")
    return Finding(not unsafe, "; ".join(unsafe) or "nothing unsafe")


def look_at_database() -> Finding:
    """Ask the database for its version."""
    with connection.cursor() as cursor:
        is_postgres = connection.vendor == "postgresql"
        cursor.execute("SELECT version()" if is_postgres else "SELECT 'SQLite ' || sqlite_version()")
        version = cursor.fetchone()[0].split(" on ")[0]
    if connection.vendor == "sqlite" and settings.ENVIRONMENT == "production":
        return Finding(False, f"{version}: one writer at a time; production wants PostgreSQL (DATABASE_URL)")
    return Finding(True, version)


def look_at_people() -> Finding:
    """See whether PostgreSQL shows people's rows to whom they belong to alone, and to this role too."""
    if connection.vendor != "postgresql":
        return Finding(True, "no row-level security without PostgreSQL")
    if open_to_all := unprotected():
        return Finding(False, f"shown to everybody: {', '.join(open_to_all)}; run manage.py migrate")
    if words := Standing().words(list(protected_names())):
        # A developer's own database has one role for all.
        return Finding(settings.ENVIRONMENT == "development", f"{words}; see docs/deployment.md")
    return Finding(True, f"{len(protected_names())} tables show each person their own rows alone")


def look_at_migrations() -> Finding:
    """Compare the code's migrations with the database's."""
    pending = pending_migrations()
    if not pending:
        return Finding(True, "all applied")
    named = ", ".join(pending[:MOST_NAMED]) + (" …" if len(pending) > MOST_NAMED else "")
    return Finding(False, f"{len(pending)} pending: {named}; run manage.py migrate")


def look_at_redis() -> Finding:
    """Ping Redis where one is named."""
    if not settings.REDIS_URL:
        return Finding(True, "not configured; each process keeps its own cache and limits")
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            return Finding(True, f"Redis {client.info('server')['redis_version']}")
    except redis.RedisError as problem:
        return Finding(False, f"does not answer: {problem}")


def look_at_broker() -> Finding:
    """Open a connection to the broker."""
    try:
        with current_app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
            return Finding(True, broker.as_uri())
    except Exception as problem:
        if not isinstance(problem, (OSError, *broker.connection_errors)):
            raise
        return Finding(False, f"does not answer: {problem}; nothing is lost, the outbox keeps the work")


def look_at_outbox() -> Finding:
    """Count dead letters and work that waits too long."""
    dead, waiting = OutboxTask.objects.dead().count(), OutboxTask.objects.open().count()
    words = f"{waiting} waiting, {dead} given up"
    return Finding(dead == 0, words + ("; see the admin's outbox" if dead else ""))


def look_at_models() -> Finding:
    """Read the files of the models that serve, as a web process does when it takes them into service."""
    active = list(ModelVersion.objects.filter(status=VersionStatus.ACTIVE).order_by("model_type"))
    if not active:
        return Finding(True, "none is active, so what is popular is recommended; see manage.py train")
    unfit = []
    for version in active:
        try:
            artefacts.load(folder_of(version), signing_key=signing_key())
        except (OSError, artefacts.DamagedArtefact) as problem:
            unfit.append(f"{version.label()}: {str(problem)[:200]}")
    if unfit:
        return Finding(False, f"{'; '.join(unfit)}; see manage.py models")
    return Finding(True, ", ".join(version.label() for version in active))


def look_at_disk() -> Finding:
    """Look for room where files are written."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.VAR_DIR).free
    return Finding(free >= LEAST_FREE_BYTES, f"{free / 1024**3:.1f} GiB free for {settings.VAR_DIR}")


def look_at_clock() -> Finding:
    """Compare this machine's clock with the database's: tokens and limits live by it."""
    if connection.vendor != "postgresql":
        return Finding(True, time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        apart = abs(float(cursor.fetchone()[0]) - time.time())
    return Finding(apart <= MOST_CLOCK_SECONDS, f"{apart:.2f} seconds from the database's")
