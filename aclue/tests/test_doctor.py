"""`manage.py doctor` says what is well, what is wrong and what to do."""

import io

import pytest
from django.core.management import CommandError, call_command

from common.models import OutboxTask
from conftest import NOW
from recommendations import publishing
from recommendations import services as recommendations
from recommendations.tests.shops import fill_shop

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
        *(
            "settings",
            "defaults",
            "database",
            "people",
            "migrations",
            "redis",
            "broker",
            "outbox",
            "models",
            "disk",
            "clock",
        ),
    ]


@pytest.mark.parametrize("harm", ["damaged", "missing"])
def test_a_model_that_serves_and_cannot_be_read_is_found(settings, tmp_path, monkeypatch, harm):
    settings.MODEL_DIR = tmp_path
    monkeypatch.setattr(publishing, "_verify", lambda folder: None)
    fill_shop(now=NOW)
    run = recommendations.request_training(model_type="ease", parameters={}, now=NOW, is_sent=False)
    recommendations.train(run_id=run.pk, clock=lambda: NOW)
    well, _ = examine()
    array = next(tmp_path.glob("*/*.npy"))
    array.unlink() if harm == "missing" else array.write_bytes(b"not what was signed")

    words, verdict = examine()

    assert "ok    models      ease:1" in well
    assert "WRONG models      ease:1: " in words
    assert verdict == "Something is wrong with: models."


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
