"""`manage.py doctor` says what is well, what is wrong and what to do."""

import io

import pytest
from django.core.management import CommandError, call_command

from common.models import OutboxTask

pytestmark = pytest.mark.django_db


def examine():
    out = io.StringIO()
    try:
        call_command("doctor", stdout=out)
    except CommandError as unwell:
        return out.getvalue(), str(unwell)
    return out.getvalue(), ""


def test_a_healthy_deployment_has_a_line_for_each_look():
    words, verdict = examine()

    assert verdict == ""
    assert [line.split()[1] for line in words.splitlines()] == [
        *("settings", "defaults", "database", "people", "migrations", "redis", "broker", "outbox", "disk", "clock"),
    ]


def test_a_redis_that_does_not_answer_is_found(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    words, verdict = examine()

    assert "WRONG redis" in words
    assert verdict == "Something is wrong with: redis."


def test_dead_letters_are_found():
    from django.utils import timezone

    now = timezone.now()
    OutboxTask.objects.create(task="x.y", created_at=now, due_at=now, attempts=10, dead_at=now)

    words, verdict = examine()

    assert "0 waiting, 1 given up; see the admin's outbox" in words
    assert "outbox" in verdict


def test_unsafe_defaults_are_found_outside_development(settings, admin):
    settings.ENVIRONMENT = "staging"
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEBUG = True
    admin.email = "ada@demo.aclue.example"
    admin.save()

    words, _ = examine()

    assert "DEBUG is on; ALLOWED_HOSTS allows every host; the demo's staff accounts are here" in words
