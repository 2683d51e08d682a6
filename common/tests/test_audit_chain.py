"""Nobody alters the audit log unseen: the database refuses it, and what its owner does is found by `verify_audit`."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from common import audit, audit_chain
from common.models import AuditEntry, AuditPayload, SystemEvent
from common.tests.parallel import in_parallel
from common.tests.triggers import triggers_of
from conftest import NOW

pytestmark = pytest.mark.django_db
N_ENTRIES = 12
TABLES = ("common_auditentry", "common_auditpayload")


@pytest.fixture(autouse=True)
def anchor(settings, tmp_path):
    """A place for the anchor of this test alone."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "audit-anchor"


@pytest.fixture
def log(db):
    """Twelve sealed entries of which the last is newest."""
    for number in range(1, N_ENTRIES + 1):
        audit.record(action="tests.noted", target=f"thing {number}", details={"n": number, "share": 0.5}, now=NOW)
    audit_chain.seal(now=NOW)


def verified(*options):
    """Return the exit code of `verify_audit` and what it says."""
    said = io.StringIO()
    try:
        call_command("verify_audit", *options, stdout=said)
    except CommandError as problem:
        return problem.returncode, said.getvalue() + str(problem)
    return 0, said.getvalue()


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def as_owner(*statements, past_triggers=True):
    """Do what only the owner of the tables can: with the triggers switched off."""
    off, on = triggers_of(connection, *TABLES) if past_triggers else ([], [])
    statements = [*off, *statements, *on]
    if connection.vendor == "postgresql":
        (app_role,) = connection.cursor().execute("SELECT current_user").fetchone()
        statements = ["RESET ROLE", *statements, f'SET ROLE "{app_role}"']
    execute(*statements)


def test_a_log_that_nobody_touched_is_whole(log, anchor):
    code, said = verified()

    assert code == 0
    assert "12 entries, all as they were sealed" in said
    assert anchor.read_text().startswith("12:")


def test_numbers_are_consecutive_and_each_entry_follows_from_the_one_before(log):
    rows = list(AuditEntry.bare.order_by("number").values_list("number", "previous", "digest"))

    assert [number for number, _, _ in rows] == list(range(1, N_ENTRIES + 1))
    assert [previous for _, previous, _ in rows] == ["", *[digest for _, _, digest in rows[:-1]]]


ALTERATIONS = pytest.mark.parametrize(
    "statement",
    [
        "UPDATE common_auditentry SET action = 'tests.other' WHERE number = 3",
        "UPDATE common_auditentry SET number = NULL WHERE number = 3",
        "UPDATE common_auditentry SET digest = 'x' WHERE number = 12",
        "UPDATE common_auditentry SET actor = 'x', number = 13 WHERE number IS NULL",
        "DELETE FROM common_auditentry WHERE number = 12",
        "DELETE FROM common_auditentry WHERE number IS NULL",
        "INSERT INTO common_auditentry (at, action, actor, subject, payload_digest, request_id, number, previous,"
        " digest, key_id) VALUES ('2026-11-20 09:30:00', 'tests.forged', '', '', '', '', 13, '', '', '')",
        "UPDATE common_auditpayload SET target = 'thing 99'",
        "UPDATE common_auditpayload SET network = '192.0.2.9'",
        pytest.param("TRUNCATE common_auditentry", marks=pytest.mark.postgres),
        pytest.param("TRUNCATE common_auditpayload", marks=pytest.mark.postgres),
        pytest.param("TRUNCATE common_auditentry CASCADE", marks=pytest.mark.postgres),
    ],
)


@ALTERATIONS
def test_the_database_refuses_us_to_alter_the_log(log, statement):
    audit.record(action="tests.noted", target="a moment ago", now=timezone.now())

    with pytest.raises(DatabaseError, match=r"append-only|permission denied for table"), transaction.atomic():
        execute(statement)

    assert verified()[0] == 0
    assert AuditEntry.bare.count() == AuditPayload.objects.count() == N_ENTRIES + 1


@ALTERATIONS
def test_the_database_refuses_its_owner_too_unless_the_triggers_are_switched_off(log, statement):
    audit.record(action="tests.noted", target="a moment ago", now=timezone.now())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        as_owner(statement, past_triggers=False)

    assert verified()[0] == 0
    assert AuditEntry.bare.count() == AuditPayload.objects.count() == N_ENTRIES + 1


@pytest.mark.parametrize(
    ("statements", "number", "words"),
    [
        (["UPDATE common_auditentry SET action = 'tests.other' WHERE number = 3"], 3, "it was changed"),
        (["UPDATE common_auditentry SET at = '2026-11-20 10:30:00+00:00' WHERE number = 7"], 7, "it was changed"),
        (["UPDATE common_auditentry SET actor = 'somebody else' WHERE number = 1"], 1, "it was changed"),
        (["UPDATE common_auditentry SET request_id = 'r' WHERE number = 12"], 12, "it was changed"),
        (["DELETE FROM common_auditentry WHERE number = 5"], 5, "something was taken out"),
        (
            [
                "DELETE FROM common_auditentry WHERE number = 5",
                "UPDATE common_auditentry SET number = number - 1 WHERE number = 6",
                "UPDATE common_auditentry SET number = number - 1 WHERE number = 7",
            ],
            5,
            "it does not follow from the one before",
        ),
        (
            [
                "UPDATE common_auditentry SET number = 99 WHERE number = 4",
                "UPDATE common_auditentry SET number = 4 WHERE number = 5",
                "UPDATE common_auditentry SET number = 5 WHERE number = 99",
            ],
            4,
            "it does not follow from the one before",
        ),
        (["UPDATE common_auditpayload SET target = 'thing 99' WHERE target = 'thing 8'"], 8, "was changed"),
        (["UPDATE common_auditpayload SET network = '192.0.2.9' WHERE target = 'thing 2'"], 2, "was changed"),
        (["""UPDATE common_auditpayload SET details = '{"n": 9}' WHERE target = 'thing 11'"""], 11, "was changed"),
        (["DELETE FROM common_auditpayload WHERE target = 'thing 6'"], 6, "nobody whom it names was erased"),
        (["DELETE FROM common_auditentry WHERE number > 9"], 10, "the end was cut off: the anchor names entry 12"),
        (["DELETE FROM common_auditentry", "DELETE FROM common_auditpayload"], 1, "the end was cut off"),
    ],
)
def test_what_the_owner_of_the_tables_alters_is_found_at_its_number(log, statements, number, words):
    as_owner(*statements)

    code, said = verified()

    assert code == 1
    assert f"Number {number}: " in said
    assert words in said


def test_a_chain_made_anew_without_our_key_is_found(log, settings):
    as_owner("UPDATE common_auditentry SET action = 'tests.other' WHERE number = 3")
    own_key = settings.SECRET_KEY
    settings.SECRET_KEY = "a key of the forger's own, as long as it has to be"
    as_owner("UPDATE common_auditentry SET number = NULL, previous = '', digest = '' WHERE number >= 3")
    settings.VAR_DIR = settings.VAR_DIR / "elsewhere"
    audit_chain.seal(now=NOW)
    settings.SECRET_KEY = own_key

    code, said = verified()

    assert code == 1
    assert "Number 3: it was sealed under a key" in said


def test_a_chain_made_anew_with_our_key_is_found_by_the_anchor(log, settings, anchor):
    as_owner(
        "UPDATE common_auditentry SET action = 'tests.other' WHERE number = 3",
        "UPDATE common_auditentry SET number = NULL, previous = '', digest = '' WHERE number >= 3",
    )
    audit_chain.seal(now=NOW)

    code, said = verified()

    assert code == 1
    assert "Number 12: it is not the entry that the anchor names" in said


def test_a_tail_that_was_cut_off_and_grown_again_is_found_and_told(log, anchor):
    evidence = anchor.read_text()
    as_owner("DELETE FROM common_auditentry WHERE number > 9", "DELETE FROM common_auditpayload WHERE entry > 9")
    for _ in range(5):
        audit.record(action="tests.noted", now=NOW)
    audit_chain.seal(now=NOW)
    audit_chain.seal(now=NOW)

    code, said = verified()

    assert (code, anchor.read_text()) == (1, evidence)
    assert "Number 12: it is not the entry that the anchor names" in said
    (event,) = SystemEvent.objects.filter(name="audit.broken")
    assert (event.severity, event.details["number"]) == ("ERROR", 12)


def test_an_anchor_kept_elsewhere_finds_a_cut_where_our_own_is_lost(log, anchor, tmp_path):
    kept = tmp_path / "kept-elsewhere"
    kept.write_text(anchor.read_text())
    anchor.unlink()
    as_owner(
        "DELETE FROM common_auditentry WHERE number = 12", "DELETE FROM common_auditpayload WHERE target = 'thing 12'"
    )

    unnoticed, said = verified()
    by_file, by_text = verified("--anchor", str(kept)), verified("--anchor", kept.read_text())

    assert (unnoticed, "could not have been noticed" in said) == (0, True)
    assert [by_file[0], by_text[0]] == [1, 1]
    assert "the end was cut off" in by_file[1]


@pytest.mark.parametrize("text", ["12", "twelve:" + "0" * 64, "12:short", "/no/such/file"])
def test_what_is_no_anchor_is_refused_with_a_sentence(log, text):
    code, said = verified("--anchor", text)

    assert code == 1
    assert "altered" not in said


def test_erasing_somebody_leaves_the_chain_whole(alice, bob):
    audit.record(action="account.tier_set", actor_id=bob.pk, target=f"user {alice.pk}", now=NOW)
    audit.record(action="session.refused", target=audit.address_target("alice@example.com"), now=NOW)
    audit.record(action="account.closed", actor_id=alice.pk, target=audit.address_target(alice.email), now=NOW)
    audit.forget(user_id=alice.pk, address=alice.email)
    n_sealed = audit_chain.seal(now=NOW)

    code, said = verified()

    assert code == 0, said
    left = AuditPayload.objects.values_list("actor_id", "target")
    assert (n_sealed, list(left)) == (AuditEntry.bare.count(), [(bob.pk, f"user {bob.pk}")])


@pytest.mark.parametrize("seconds", [-2, 0, 2])
def test_what_a_request_in_hand_writes_of_somebody_erased_meanwhile_goes_with_them(alice, bob, seconds):
    # The erasure does not see it, as it is not committed yet, or is written later.
    late = NOW + timedelta(seconds=seconds)
    audit.record(action="tests.noted", actor_id=bob.pk, target=f"user {bob.pk}", now=NOW)
    audit_chain.seal(now=NOW)
    steps = [
        lambda: audit.record(action="tests.late", actor_id=alice.pk, network="192.0.2.7", now=late),
        lambda: audit.record(action="tests.late", actor_id=bob.pk, target=f"user {alice.pk}", now=late),
        lambda: audit.record(action=audit.ERASED, actor_id=alice.pk, now=NOW),
    ]
    for step in steps if seconds < 0 else reversed(steps):
        step()
        if seconds:
            audit_chain.seal(now=NOW)

    audit_chain.seal(now=NOW)

    kept = set(AuditPayload.objects.exclude(actor_id=None).values_list("actor_id", "target"))
    assert (bob.pk, f"user {bob.pk}") in kept
    assert not [one for one in kept if alice.pk in one or f"user {alice.pk}" in one]
    assert verified()[0] == 0


def test_entries_sealed_under_a_former_secret_stay_verifiable(log, settings):
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret key, drawn after the first one leaked"
    audit.record(action="tests.noted", now=NOW)
    audit_chain.seal(now=NOW)

    without = verified()
    settings.SECRET_KEY_FALLBACKS = [former]

    assert without[0] == 1
    assert "neither SECRET_KEY nor in SECRET_KEY_FALLBACKS" in without[1]
    assert verified()[0] == 0


def test_an_entry_that_nobody_seals_is_told(log):
    audit.record(action="tests.noted", now=timezone.now() - timedelta(minutes=11))

    code, said = verified()

    assert code == 1
    assert "is the relay at work?" in said


def test_an_entry_of_this_moment_need_not_be_sealed(log):
    audit.record(action="tests.noted", now=timezone.now())

    assert verified()[0] == 0


@pytest.mark.parametrize(
    "value", [1e16, 100.0, 1.5e-7, 2**60, -3, True, None, "ü\u2028\ud83c\udf81", [1, {"a": [0.1]}]]
)
def test_what_the_database_does_to_numbers_and_words_breaks_no_digest(value):
    audit.record(action="tests.noted", details={"value": value}, now=NOW)
    audit_chain.seal(now=NOW)

    assert verified()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_sealers_at_once_make_one_chain_without_gaps():
    def write_and_seal():
        for _ in range(15):
            with transaction.atomic():
                audit.record(action="tests.noted", target="thing", now=datetime.now(UTC))
            audit_chain.seal(now=datetime.now(UTC))

    in_parallel(write_and_seal, 8)
    audit_chain.seal(now=datetime.now(UTC))

    code, said = verified()
    assert code == 0, said
    assert "120 entries" in said
