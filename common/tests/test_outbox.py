"""Work is written with the commit that causes it, sent until it is done, and done once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from common import audit, outbox
from common.models import AuditEntry, OutboxTask, SystemEvent
from common.relay import Relay

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SOON = timedelta(seconds=30)


@outbox.consumer("tests.note")
def note(word):
    audit.record(action="tests.note", target=word, now=timezone.now())


@outbox.consumer("tests.note_and_fail")
def note_and_fail(word):
    audit.record(action="tests.note", target=word, now=timezone.now())
    raise ValueError("the ink ran out")


def notes():
    return list(AuditEntry.objects.filter(action="tests.note").values_list("target", flat=True))


def put(task="tests.note", word="hello"):
    with transaction.atomic():
        return outbox.put(task, {"word": word})


@pytest.mark.django_db
def test_work_that_is_rolled_back_leaves_nothing_to_do():
    with transaction.atomic():
        outbox.put("tests.note", {"word": "never"})
        transaction.set_rollback(True)

    assert OutboxTask.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_work_cannot_be_put_down_outside_a_transaction():
    with pytest.raises(RuntimeError, match="needs a transaction"):
        outbox.put("tests.note", {"word": "alone"})


@pytest.mark.django_db
def test_a_task_delivered_twice_has_its_effect_once():
    row = put()

    note(str(row.pk))
    note(str(row.pk))

    assert notes() == ["hello"]
    assert OutboxTask.objects.open().count() == 0


@pytest.mark.django_db
def test_a_task_that_fails_leaves_no_half_effect_and_its_reason():
    row = put("tests.note_and_fail")

    with pytest.raises(ValueError, match="ink"):
        note_and_fail(str(row.pk))

    row.refresh_from_db()
    assert notes() == []
    assert row.done_at is None
    assert row.error == "ValueError: the ink ran out"


@pytest.mark.django_db
def test_a_claimed_row_is_not_claimed_again_before_its_time():
    put()
    now = timezone.now()

    first = outbox.claim_due(now=now, resend_after=SOON)
    at_once = outbox.claim_due(now=now, resend_after=SOON)
    later = outbox.claim_due(now=now + timedelta(seconds=31), resend_after=SOON)

    assert [len(first), len(at_once), len(later)] == [1, 0, 1]
    assert later[0].attempts == 2


@pytest.mark.django_db
def test_after_ten_tries_a_row_is_a_dead_letter_until_somebody_retries_it():
    row = put()
    now = timezone.now()

    for _ in range(11):
        outbox.claim_due(now=now, resend_after=SOON)
        now += timedelta(hours=2)

    row.refresh_from_db()
    assert (row.attempts, row.dead_at is not None) == (10, True)
    assert SystemEvent.objects.get().name == "outbox.dead_letter"
    assert outbox.retry(row, now=now, actor_id=None)
    assert len(outbox.claim_due(now=now, resend_after=SOON)) == 1


@pytest.mark.django_db
def test_a_broker_that_is_away_costs_no_attempt(monkeypatch):
    row = put()
    relay = Relay(current_app, resend_after=SOON)

    def refuse(*args, **kwargs):
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(relay.app, "send_task", refuse)

    assert relay.send_due() == 0
    row.refresh_from_db()
    assert row.attempts == 0
    assert row.due_at > timezone.now()


@pytest.mark.django_db
def test_a_message_carries_the_request_id_of_the_call_that_caused_it(api, alice, monkeypatch):
    seen = []

    @outbox.consumer("tests.look_at_request_id")
    def look():
        from structlog.contextvars import get_contextvars

        seen.append(get_contextvars()["request_id"])

    api().post("/api/v1/auth/register", {"email": "x@example.com", "password": "x"}, headers={"X-Request-ID": "no"})
    api().post(
        "/api/v1/auth/register",
        {"email": "new@example.com", "password": "correct horse battery"},
        headers={"X-Request-ID": "trace-7"},
    )
    row = OutboxTask.objects.get(request_id="trace-7", task="accounts.welcome")
    OutboxTask.objects.filter(pk=row.pk).update(task="tests.look_at_request_id", arguments={})

    look(str(row.pk))

    assert seen == ["trace-7"]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_does_the_work():
    row = put()
    barrier = threading.Barrier(2)

    def work():
        try:
            barrier.wait()
            note(str(row.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert notes() == ["hello"]


@pytest.mark.django_db
def test_done_rows_are_kept_a_week():
    row = put()
    note(str(row.pk))

    assert outbox.tidy(now=timezone.now() + timedelta(days=6)) == 0
    assert outbox.tidy(now=timezone.now() + timedelta(days=8)) == 1
