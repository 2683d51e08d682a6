"""One role owns the tables and migrates, the other works: what docs/deployment.md tells an owner to do."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import connection

from aclue.tests.stack import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.processes, pytest.mark.django_db]


class Deployment(NamedTuple):
    """A database of two roles."""

    owner_url: str
    app_url: str
    folder: Path

    def manage(self, *words: str, **changed: str) -> "subprocess.CompletedProcess[str]":
        """Run a command as production would."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "ENVIRONMENT": "production",
            "SECRET_KEY": "only for tests only for tests only for tests",
            "ALLOWED_HOSTS": "shop.example",
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.app_url,
            "MIGRATION_DATABASE_URL": self.owner_url,
        }
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment | changed, capture_output=True, text=True
        )


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Make the two roles and the database by the statements that the documentation names."""
    connection.ensure_connection()
    known: dict[str, Any] = connection.get_connection_params()
    server = psycopg.connect(
        host=known.get("host", ""),
        port=known.get("port", ""),
        user=known.get("user"),
        password=known.get("password"),
        dbname="postgres",
        autocommit=True,
    )
    tag = uuid.uuid4().hex[:8]
    owner, app, database = f"aclue_owner_{tag}", f"aclue_app_{tag}", f"aclue_two_roles_{tag}"
    where = f"{known.get('host') or '127.0.0.1'}:{known.get('port') or 5432}/{database}"
    with server:
        server.execute(f"CREATE ROLE {owner} LOGIN PASSWORD 'owner' NOSUPERUSER NOBYPASSRLS")
        server.execute(f"CREATE ROLE {app} LOGIN PASSWORD 'app' NOSUPERUSER NOBYPASSRLS")
        server.execute(f"CREATE DATABASE {database} OWNER {owner}")
        try:
            yield Deployment(f"postgres://{owner}:owner@{where}", f"postgres://{app}:app@{where}", tmp_path)
        finally:
            server.execute(f"DROP DATABASE {database} WITH (FORCE)")
            server.execute(f"DROP ROLE {app}")
            server.execute(f"DROP ROLE {owner}")


def test_the_owner_migrates_the_other_role_works_and_neither_passes_the_policies_by(deployment: Deployment):
    migrated = deployment.manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    assert deployment.manage("bootstrap").returncode == 0
    checked = deployment.manage("check", "--database", "default")
    assert checked.returncode == 0, checked.stderr

    with psycopg.connect(deployment.app_url, autocommit=True) as app:
        assert app.execute("SELECT count(*) FROM auth_group").fetchone()[0] > 0
        for forbidden in ("ALTER TABLE accounts_user DISABLE ROW LEVEL SECURITY", "DROP TABLE swipes_swipe"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
    with psycopg.connect(deployment.owner_url, autocommit=True) as owner:
        columns = "id, password, is_superuser, email, is_guest, first_name, last_name, full_name, subscription_tier, "
        columns += "is_active, is_staff, auth_version, created_at, updated_at"
        values = (
            "gen_random_uuid(), '', false, 'a@example.com', false, '', '', '', 'FREE', true, false, 1, now(), now()"
        )
        owner.execute(f"SET LOCAL app.scope = 'system'; INSERT INTO accounts_user ({columns}) VALUES ({values})")
        assert owner.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
        owner.execute("CREATE TABLE of_a_later_version (number integer)")
    with psycopg.connect(deployment.app_url, autocommit=True) as app:
        assert app.execute("SELECT count(*) FROM of_a_later_version").fetchone() == (0,)


def test_a_process_that_signs_in_as_the_owner_is_told_off_in_production(deployment: Deployment):
    as_owner = {"DATABASE_URL": deployment.owner_url, "MIGRATION_DATABASE_URL": ""}
    assert deployment.manage("migrate", "--verbosity", "0", **as_owner).returncode == 0

    checked = deployment.manage("check", "--database", "default", **as_owner)

    assert checked.returncode == 1
    assert "common.E003" in checked.stderr


def test_a_dump_of_the_system_holds_everybody_and_can_be_restored(deployment: Deployment):
    assert deployment.manage("migrate", "--verbosity", "0").returncode == 0
    script = (
        "from django.utils import timezone; from accounts import services; "
        "services.register(email='a@example.com', password='correct horse battery', now=timezone.now())"
    )
    made = deployment.manage("shell", "-c", script)
    assert made.returncode == 0, made.stderr
    dump = deployment.folder / "aclue.dump"
    command = ["pg_dump", "--format=custom", "--enable-row-security", f"--file={dump}", deployment.owner_url]
    environment = {"PATH": "/usr/bin:/bin", "PGOPTIONS": "-c app.scope=system"}

    dumped = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert dumped.returncode == 0, dumped.stderr
    with psycopg.connect(deployment.owner_url, autocommit=True) as owner:
        owner.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    restored = subprocess.run(
        ["pg_restore", "--no-owner", f"--dbname={deployment.owner_url}", str(dump)],
        env=environment,
        capture_output=True,
        text=True,
    )

    assert restored.returncode == 0, restored.stderr
    with psycopg.connect(deployment.owner_url, autocommit=True) as owner:
        assert owner.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
        owner.execute("SET app.scope = 'system'")
        assert owner.execute("SELECT count(*) FROM accounts_user").fetchone() == (1,)
