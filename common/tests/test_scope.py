"""Whose rows the code at work may see, and how PostgreSQL is told."""

import uuid

import pytest
from django.apps import apps
from django.db import DataError, connection, transaction

from common import checks, row_security
from common.row_security import PROTECTED_TABLES
from common.rows import read_rows
from common.scope import NOBODY, acting_for, as_nobody, as_system, become, current, streamed

ALICE, BOB = uuid.UUID(int=1), uuid.UUID(int=2)
TOLD = "SELECT coalesce(current_setting('app.user_id', true), ''), coalesce(current_setting('app.scope', true), '')"


def told() -> tuple[str, str]:
    """Return what PostgreSQL has been told."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
        return cursor.fetchone()


def test_a_scope_ends_also_when_what_is_done_in_it_fails():
    with as_nobody():
        with pytest.raises(RuntimeError), acting_for(ALICE):
            raise RuntimeError
        assert current() is NOBODY


def test_the_system_needs_a_reason_and_a_person_an_id():
    with pytest.raises(ValueError, match="reason"):
        as_system(" ")
    with pytest.raises(ValueError, match="UUID"):
        acting_for("' OR true --")


def test_a_function_works_in_its_scope_and_calls_within_it_too():
    @as_system("a test's work")
    def work(depth: int) -> list[str]:
        return [current().reason, *(work(depth - 1) if depth else [])]

    with as_nobody():
        assert work(2) == ["a test's work"] * 3
        assert current() is NOBODY


def test_a_streamed_body_is_made_in_its_scope_and_read_in_anybodys():
    seen = []

    def pieces():
        try:
            for number in range(3):
                seen.append(current().user_id)
                yield number
        finally:
            seen.append(current().user_id)

    with acting_for(ALICE):
        body = streamed(pieces(), current())
    with as_nobody():
        assert next(body) == 0
        assert current() is NOBODY
        body.close()

    assert seen == [ALICE, ALICE]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_each_statement_and_each_transaction_is_told_and_forgets():
    with as_nobody():
        assert told() == ("", "")
        with acting_for(ALICE):
            assert told() == (str(ALICE), "")
            with transaction.atomic():
                assert told() == (str(ALICE), "")
        assert told() == ("", "")
        with as_system("a test"), transaction.atomic():
            assert told() == ("", "system")
        assert told() == ("", "")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_scope_inside_a_transaction_is_told_at_once_and_the_former_one_comes_back():
    with acting_for(ALICE), transaction.atomic():
        told()
        with as_system("a test"):
            assert told() == ("", "system")
            with pytest.raises(DataError), transaction.atomic(), acting_for(BOB), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
            assert told() == ("", "system")
        assert told() == (str(ALICE), "")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_savepoint_of_another_scope_does_not_bring_that_one_back():
    with as_nobody(), transaction.atomic():
        with acting_for(ALICE):
            savepoint = transaction.savepoint()
        with acting_for(BOB):
            told()
            transaction.savepoint_rollback(savepoint)
            assert told() == (str(BOB), "")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_every_way_to_read_is_told():
    with acting_for(ALICE):
        with connection.chunked_cursor() as cursor:
            cursor.execute(TOLD + " FROM generate_series(1, 3)")
            assert cursor.fetchmany(2) + cursor.fetchall() == [(str(ALICE), "")] * 3
        assert read_rows(TOLD, personal=True) == [(str(ALICE), "")]
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE told (number integer, who text)")
            insert = "INSERT INTO told VALUES (%s, current_setting('app.user_id'))"
            cursor.executemany(insert, [(1,), (2,)])
            with transaction.atomic():
                cursor.executemany(insert, [(3,), (4,)])
            cursor.execute("SELECT number, who FROM told ORDER BY 1")
            assert cursor.fetchall() == [(number, str(ALICE)) for number in (1, 2, 3, 4)]
            cursor.execute("DROP TABLE told")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_may_not_run_in_a_transaction_still_runs():
    with as_system("a test"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE own_rows_probe (number integer)")
        cursor.execute("VACUUM own_rows_probe")
        cursor.execute("CREATE INDEX CONCURRENTLY own_rows_probe_number ON own_rows_probe (number)")
        cursor.execute("DROP TABLE own_rows_probe")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_hot_read_that_fails_leaves_a_connection_that_works():
    with acting_for(ALICE):
        with pytest.raises(DataError):
            read_rows("SELECT 1 / %s::integer", (0,), personal=True)
        assert read_rows(TOLD, personal=True) == [(str(ALICE), "")]


@pytest.mark.postgres
def test_telling_costs_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(2), acting_for(ALICE):
        told()
        read_rows(TOLD, personal=True)


def test_whoever_asks_becomes_somebody_only_until_the_scope_around_ends():
    with as_nobody():
        become(as_system("somebody else").scope)
        with acting_for(ALICE):
            become(NOBODY)
        assert current().reason == "somebody else"
    assert current().reason != "somebody else"


def test_a_table_that_names_people_and_is_nobodys_is_found(monkeypatch):
    assert list(checks.check_personal_tables(None)) == []

    for label in PROTECTED_TABLES:
        # A person, and what belongs to somebody's order.
        if label not in {"accounts.User", "orders.OrderLine", "orders.OrderEvent"}:
            rest = {name: owner for name, owner in PROTECTED_TABLES.items() if name != label}
            monkeypatch.setattr(checks, "PROTECTED_TABLES", rest)
            assert [found.id for found in checks.check_personal_tables(None)] == ["common.E001"], label


def test_every_table_left_out_names_somebody():
    named = [apps.get_model(label) for label in checks.NOT_PERSONAL]
    assert all(checks.people_in(model) or checks.addresses_in(model) for model in named)


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_table_without_its_policy_and_a_role_that_no_policy_holds_are_found(settings):
    assert list(checks.check_row_security(None, databases=["default"])) == []

    settings.ENVIRONMENT = "production"
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE swipes_swipe NO FORCE ROW LEVEL SECURITY")
        found = list(checks.check_row_security(None, databases=["default"]))
        cursor.execute("ALTER TABLE swipes_swipe FORCE ROW LEVEL SECURITY")
        cursor.execute("SET ROLE aclue_tests_app")

    assert [(one.id, one.is_serious()) for one in found] == [("common.E002", True), ("common.E003", True)]


def test_protecting_is_written_down_in_a_migration_as_it_was_said():
    operation = row_security.ProtectRows("Swipe", owner="user_id", is_scanned=True)

    name, arguments, options = operation.deconstruct()

    assert (name, arguments, options) == ("ProtectRows", ["Swipe"], {"owner": "user_id", "is_scanned": True})
    assert operation.reversible


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_protection_can_be_taken_back_and_given_again():
    operation = row_security.ProtectRows("Swipe", owner="user_id", is_scanned=True)
    state = type("State", (), {"apps": apps})
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    with connection.schema_editor() as editor:
        operation.database_backwards("swipes", editor, state, state)
    assert row_security.unprotected() == ["swipes.Swipe"]
    with connection.schema_editor() as editor:
        operation.database_forwards("swipes", editor, state, state)
    assert row_security.unprotected() == []
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE aclue_tests_app")
