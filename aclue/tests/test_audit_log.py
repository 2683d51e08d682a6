"""Staff read the audit log: who did what to what, when, from where."""

import csv
import io

import pytest
from django.urls import reverse

from accounts import services as accounts
from common import audit, audit_chain
from common.models import AuditEntry
from common.tests.openapi import as_documented, refused
from conftest import NOW, PASSWORD, make_person

pytestmark = pytest.mark.django_db
LOG = "/api/v1/admin/audit-log"


@pytest.fixture
def nina(db):
    """An analyst, whose role may read the log."""
    return make_person("Nina", roles=("analyst",))


def test_an_analyst_reads_who_did_what_to_what_when_and_from_where(api, nina, mary, scarf):
    audit.record(
        action="tests.noted", actor_id=mary.pk, target="thing 7", details={"n": 1}, network="192.0.2.7", now=NOW
    )
    audit_chain.seal(now=NOW)

    answer = api(nina).get(LOG, {"action": "tests."})

    (entry,) = as_documented(answer)["items"]
    assert entry["actor_id"] == str(mary.pk)
    told = {key: entry[key] for key in ("at", "action", "target", "details", "network")}
    assert told == {
        "at": "2026-11-20T09:30:00.000000Z",
        "action": "tests.noted",
        "target": "thing 7",
        "details": {"n": 1},
        "network": "192.0.2.7",
    }
    assert entry["number"] > 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"actor": "mary"}, {"by Mary"}),
        ({"from": "2026-11-20T09:30:00Z"}, {"by Mary", "by nobody"}),
        ({"to": "2026-11-20T09:30:00Z"}, set()),
        ({"action": "tests.noted"}, {"by Mary", "by nobody"}),
        ({"action": "tests.other"}, set()),
    ],
)
def test_the_log_is_filtered(api, nina, mary, asked, found):
    audit.record(action="tests.noted", actor_id=mary.pk, target="by Mary", now=NOW)
    audit.record(action="tests.noted", target="by nobody", now=NOW)
    asked = {key: str(mary.pk) if value == "mary" else value for key, value in asked.items()}

    items = api(nina).get(LOG, asked | {"per_page": 100}).json()["items"]

    assert {item["target"] for item in items if item["action"] == "tests.noted"} == found


@pytest.mark.parametrize("asked", [{"actor": "mary"}, {"from": "yesterday"}, {"page": 0}])
def test_a_wrong_filter_is_refused(api, nina, asked):
    assert api(nina).get(LOG, asked).status_code == 422


def test_the_log_is_for_staff_who_may_read_it(api, alice, mary):
    refused(api(alice).get(LOG), 403, "FORBIDDEN")
    refused(api(mary).get(LOG), 403, "FORBIDDEN")
    assert api().get(LOG).status_code == 401


def test_an_entry_about_somebody_erased_names_nobody(api, nina, alice):
    accounts.set_active(user=alice, active=False, now=NOW, actor_id=nina.pk)
    accounts.erase_person(user_id=alice.pk, now=NOW)

    (entry,) = api(nina).get(LOG, {"action": "account.deactivated"}).json()["items"]

    assert (entry["actor_id"], entry["target"], entry["details"]) == (None, None, None)
    assert entry["actor"] == audit.pseudonym(nina.pk)


def test_the_export_of_the_admin_runs_no_formula(client, nina):
    for start in ("=", "+", "-", "@", "\t", "\r"):
        audit.record(action="tests.noted", target=f"{start}1+1", network=f"{start}x", now=NOW)
    client.force_login(nina)
    chosen = AuditEntry.objects.filter(action="tests.noted")
    asked = {"action": "export", "_selected_action": [str(entry.pk) for entry in chosen]}

    answer = client.post(reverse("admin:common_auditentry_changelist"), asked)

    rows = list(csv.reader(io.StringIO(answer.getvalue().decode(), newline="")))
    assert (answer["Content-Type"], len(rows)) == ("text/csv; charset=utf-8", 7)
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_the_desk_finds_what_somebody_did_and_what_was_done_to_them(client, nina, alice, bob):
    accounts.set_active(user=alice, active=False, now=NOW, actor_id=bob.pk)
    client.force_login(nina)

    page = client.get(reverse("admin:common_auditentry_changelist"), {"q": str(alice.pk)}).content.decode()

    assert "account.deactivated" in page
    assert str(bob.pk) in page


def test_a_sign_in_that_failed_is_written_down_without_the_address(api, alice):
    api().post("/api/v1/auth/login", {"email": "Alice@example.com", "password": "wrong horse battery"})
    api().post("/api/v1/auth/login", {"email": "nobody@example.com", "password": PASSWORD})

    entries = list(AuditEntry.objects.filter(action="session.refused").order_by("id"))
    assert [entry.target for entry in entries] == [
        audit.address_target("alice@example.com"),
        audit.address_target("nobody@example.com"),
    ]
    assert {entry.network for entry in entries} == {"127.0.0.1"}
