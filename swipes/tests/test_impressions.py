"""What was shown is written down aside: bounded, in order, and never in the way of an answer."""

import threading
import uuid

import pytest
from django.db import OperationalError, connection

from accounts import services as accounts
from catalogue import services as catalogue
from common import buffers
from common.buffers import WriteBuffer
from conftest import NOW
from swipes import impressions, services
from swipes.models import Impression
from swipes.services import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def buffer(settings, monkeypatch):
    """A buffer that keeps what it is given until it is told to write."""
    settings.BUFFERED_WRITES = True
    monkeypatch.setattr(WriteBuffer, "_run", lambda self: threading.Event().wait(30))
    kept = WriteBuffer("impressions", impressions._write)
    monkeypatch.setattr(impressions, "_buffer", kept)
    return kept


def shown_to(user, products=(), **more):
    more = {"id": uuid.uuid4(), "surface": "recommendations", "policy": "ease:1", **more}
    return Shown(user_id=user and user.pk, products=[product.pk for product in products], shown_at=NOW, **more)


def test_an_answer_becomes_one_row_with_its_products_in_their_order(buffer, alice, scarf, mug):
    buffer.add(shown_to(alice, [mug, scarf], placement="home", model_version="ease:1", propensities=[0.9, 0.1]))

    assert buffer.flush() == 1

    row = Impression.objects.get()
    assert (row.user, row.surface, row.placement, row.policy, row.model_version) == (
        alice,
        "recommendations",
        "home",
        "ease:1",
        "ease:1",
    )
    assert (row.products, row.propensities) == ([str(mug.pk), str(scarf.pk)], [0.9, 0.1])
    assert row.shown_at == NOW


def test_nothing_is_written_while_it_waits_and_nothing_twice(buffer, alice):
    buffer.add(shown_to(alice))
    waiting = Impression.objects.count()

    written = [buffer.flush() for _ in range(2)]

    assert (waiting, written) == (0, [1, 0])


def test_several_answers_are_written_in_one_statement(buffer, alice, django_assert_num_queries):
    for _ in range(20):
        buffer.add(shown_to(alice))

    with django_assert_num_queries(2):  # who of them is still there, the rows
        buffer.flush()

    assert Impression.objects.count() == 20


def said_by(caplog):
    """Return the events that were logged, with how many impressions each was about."""
    return [(record.msg["event"], record.msg["n"]) for record in caplog.records if "n" in record.msg]


def test_beyond_its_bound_what_is_shown_is_dropped_and_counted(buffer, alice, monkeypatch, caplog):
    monkeypatch.setattr(buffers, "MOST_WAITING", 3)
    for _ in range(5):
        buffer.add(shown_to(alice))

    written = buffer.flush()

    assert written == Impression.objects.count() == 3
    assert said_by(caplog) == [("impressions_dropped", 2)]


def test_a_database_that_is_away_costs_what_waits_and_no_answer(buffer, api, alice, scarf, monkeypatch, caplog):
    def gone(**_):
        raise OperationalError("the database is away")

    client = api(alice)
    with monkeypatch.context() as patch:
        patch.setattr(services, "record_impressions", gone)
        answer = client.get("/api/v1/recommendations")
        lost = buffer.flush()
    client.get("/api/v1/recommendations")
    written = buffer.flush()

    assert (answer.status_code, lost, written) == (200, 0, 1)
    assert said_by(caplog) == [("impressions_lost", 1)]


def test_what_waits_of_a_person_who_left_is_not_written(buffer, alice, bob, deck):
    for shown in (shown_to(alice), shown_to(alice, session_id=deck.pk), shown_to(bob), shown_to(None)):
        buffer.add(shown)

    accounts.close_account(user=alice, now=NOW)

    assert buffer.flush() == 2
    assert set(Impression.objects.values_list("user_id", flat=True)) == {bob.pk, None}


@pytest.mark.django_db(transaction=True)
def test_a_person_who_leaves_while_it_is_written_costs_nobody_elses(buffer, alice, bob, monkeypatch):
    left = iter([True])
    create = Impression.objects.bulk_create

    def leave_first(rows):
        if next(left, False):
            accounts.close_account(user=alice, now=NOW)
        return create(rows)

    monkeypatch.setattr(Impression.objects, "bulk_create", leave_first)
    for person in (alice, bob):
        buffer.add(shown_to(person))

    assert buffer.flush() == 1
    assert Impression.objects.get().user == bob


def test_a_product_that_was_deleted_meanwhile_stays_in_what_was_shown(buffer, alice, scarf):
    buffer.add(shown_to(alice, [scarf]))
    catalogue.delete_product(product=scarf, now=NOW, actor_id=None)

    buffer.flush()

    assert Impression.objects.get().products == [str(scarf.pk)]


def test_whoever_flushes_last_waits_for_the_one_before(buffer, alice, monkeypatch):
    begun, go_on, order = threading.Event(), threading.Event(), []

    def slowly(*, shown):
        begun.set()
        go_on.wait(5)
        order.append("written")
        return len(shown)

    monkeypatch.setattr(services, "record_impressions", slowly)
    buffer.add(shown_to(alice))
    first = threading.Thread(target=buffer.flush)
    first.start()
    begun.wait(5)
    last = threading.Thread(target=lambda: (buffer.flush(), order.append("ended")))
    last.start()
    go_on.set()
    for thread in (first, last):
        thread.join(5)

    assert order == ["written", "ended"]


@pytest.mark.django_db(transaction=True)
def test_the_writer_starts_with_the_first_impression_and_writes_by_itself(settings, alice, monkeypatch):
    settings.BUFFERED_WRITES = True
    monkeypatch.setattr(buffers, "FLUSH_SECONDS", 0.01)
    kept, done = WriteBuffer("impressions", impressions._write), threading.Event()
    flush = kept.flush

    def flush_and_tell():
        written = flush()
        connection.close()  # the writer's own
        done.set()
        return written

    monkeypatch.setattr(kept, "flush", flush_and_tell)

    kept.add(shown_to(alice))

    assert done.wait(5)
    assert Impression.objects.count() == 1
