"""Uploads over the API: what is refused at once, what a worker makes of the rest, and who may send and see them."""

import json
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalogue import services, uploads
from catalogue.models import BulkUpload, BulkUploadError, BulkUploadPiece, Category, Product, UploadStatus
from catalogue.sheets import COLUMNS
from catalogue.tests.workbook import workbook
from common.models import AuditEntry, OutboxTask
from common.tests.openapi import as_documented, refused
from conftest import NOW

pytestmark = pytest.mark.django_db

PATH = "/api/v1/admin/products/bulk-upload"
HEADER = "external_reference,title,price,category\n"
SCARVES = HEADER + "A1,Silk scarf,19.99,accessories\nA2,Wool scarf,25,accessories\n"


@pytest.fixture
def send(api, mary):
    """Send a file as Mary, who looks after the shop; returns the answer."""

    def post(content, name="gifts.csv", client=None, **fields):
        client = client or api(mary)
        content = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile(name, content)
        return Client().post(PATH, {"file": file, **fields}, headers=client.headers)

    return post


@pytest.fixture
def work(db):
    """Carry out everything that waits, as the worker does."""

    def carry_out():
        for row in OutboxTask.objects.open().filter(task=uploads.TASK):
            uploads.carry_out(upload_id=uuid.UUID(row.arguments["upload_id"]), clock=lambda: NOW)

    return carry_out


@pytest.fixture
def land(send, work, api, mary):
    """Send a file and have it carried out; returns what Mary is told then."""

    def run(content, name="gifts.csv", **fields):
        upload = as_documented(send(content, name, **fields))
        work()
        return as_documented(api(mary).get(f"{PATH}/{upload['id']}"))

    return run


def counts(told):
    return tuple(told[name] for name in ("created", "changed", "unchanged", "refused"))


def test_a_file_is_taken_at_once_and_carried_out_later(send, work, api, mary, accessories):
    answer = send(SCARVES)
    before = Product.objects.count()
    work()
    told = as_documented(api(mary).get(f"{PATH}/{answer.json()['id']}"))

    assert (answer.status_code, before, Product.objects.count()) == (202, 0, 2)
    taken = as_documented(answer)
    assert (taken["status"], taken["lines_total"], taken["lines_read"]) == ("queued", None, 0)
    assert (taken["file_name"], taken["format"], taken["mode"], taken["dry_run"]) == (
        "gifts.csv",
        "csv",
        "upsert",
        False,
    )
    assert (told["status"], told["lines_total"], told["lines_read"], counts(told)) == ("succeeded", 2, 2, (2, 0, 0, 0))
    assert AuditEntry.objects.get(action="product.upload_requested").actor_id == mary.pk


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (SCARVES, "gifts.CSV"),
        (
            workbook(
                HEADER.strip().split(","), ["A1", "Silk scarf", 19.99, "accessories"], ["A2", "Cap", 5, "accessories"]
            ),
            "g.xlsx",
        ),
        (
            '{"external_reference": "A1", "title": "Silk scarf", "price": 19.99, "category": "accessories"}\n'
            '{"external_reference": "A2", "title": "Wool scarf", "price": 25, "category": "accessories"}',
            "gifts.jsonl",
        ),
    ],
    ids=["csv", "xlsx", "json"],
)
def test_each_kind_of_file_lands_once_however_often_it_is_sent(land, accessories, content, name):
    first, again = land(content, name), land(content, name)

    assert (counts(first), counts(again)) == ((2, 0, 0, 0), (0, 0, 2, 0))
    assert Product.objects.get(external_reference="A1").title == "Silk scarf"


def test_bad_lines_are_named_page_by_page_and_the_good_ones_land(land, api, mary, accessories):
    bad = "".join(f"B{n},Cap,dear,accessories\n" for n in range(30))

    told = land(SCARVES + bad + "A3,Hat,5,no-such-shelf\n,Hat,,accessories\n")
    rest = as_documented(api(mary).get(f"{PATH}/{told['id']}", {"page": 2}))

    assert counts(told) == (2, 0, 0, 32)
    assert (told["errors"]["total"], told["errors"]["pages"]) == (33, 2)
    assert told["errors"]["items"][0] == {"line": 4, "column": "price", "message": "A valid number is required."}
    assert [(error["line"], error["column"]) for error in rest["errors"]["items"][-3:]] == [
        (34, "category"),
        (35, "external_reference"),
        (35, "price"),
    ]


def test_a_dry_run_writes_nothing_and_tells_what_would_happen(land, accessories, make_product):
    make_product("Wool scarf", external_reference="A2")

    tried = land(SCARVES + "A3,Hat,5,hats\nA4,Hat,dear,hats\n", dry_run="true", make_categories="true")
    n_products, n_categories = Product.objects.count(), Category.objects.count()
    done = land(SCARVES + "A3,Hat,5,hats\nA4,Hat,dear,hats\n", make_categories="true")

    assert (n_products, n_categories) == (1, 1)
    assert counts(tried) == counts(done) == (2, 1, 0, 1)
    assert tried["errors"] == done["errors"]
    assert Category.objects.get(slug="hats").name == "Hats"


def test_creating_refuses_what_is_there_and_upserting_changes_it(land, accessories, make_product):
    make_product("Wool scarf", external_reference="A2")

    created = land(SCARVES, mode="create")
    upserted = land(SCARVES, mode="upsert")

    assert (counts(created), counts(upserted)) == ((1, 0, 0, 1), (0, 1, 1, 0))
    assert created["errors"]["items"] == [
        {"line": 3, "column": "external_reference", "message": "There is a product with this reference already."}
    ]


@pytest.mark.parametrize(
    ("content", "name", "fields", "status", "sentence"),
    [
        ("", "gifts.csv", {}, 422, "empty"),
        ("title\n", "gifts.csv", {}, 422, "gifts.csv, line 1: the column external_reference is missing."),
        (SCARVES, "gifts.pdf", {}, 422, "takes .csv, .xlsx, .jsonl or .ndjson files."),
        (b"\xff\xfe", "gifts.csv", {}, 422, "is not UTF-8 text (byte 0)."),
        ("no archive", "gifts.xlsx", {}, 422, "is no XLSX workbook."),
        (SCARVES, "gifts.csv", {"mode": "replace"}, 422, "is not a valid choice."),
        (SCARVES, "gifts.csv", {"dry_run": "perhaps"}, 422, "Must be a valid boolean."),
        (SCARVES, "gifts.csv", {"format": "xlsx"}, 422, "is no XLSX workbook."),
    ],
)
def test_what_can_be_seen_at_once_is_refused_at_once(send, content, name, fields, status, sentence):
    body = refused(send(content, name, **fields), status, "VALIDATION_ERROR")

    assert sentence in body["errors"][0]["msg"]
    assert body["errors"][0]["loc"] == ["body", next(iter(fields), "file").replace("format", "file")]
    assert (BulkUpload.objects.count(), OutboxTask.objects.filter(task=uploads.TASK).count()) == (0, 0)


def test_a_file_that_is_too_large_is_refused(send):
    answer = send(b"x" * (settings.MAX_FILE_SIZE + 1))

    assert "larger than 10 MB" in refused(answer, 413, "PAYLOAD_TOO_LARGE")["detail"]
    assert BulkUpload.objects.count() == 0


def test_what_is_no_form_with_a_file_is_refused(api, mary):
    client = api(mary)

    json, bare = client.post(PATH, {"file": "x"}), client.post(PATH, content_type="multipart/form-data")
    nothing = Client().post(PATH, {"mode": "upsert"}, headers=client.headers)

    refused(json, 415, "UNSUPPORTED_MEDIA_TYPE")
    refused(bare, 400, "BAD_REQUEST")
    assert refused(nothing, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", "file"]


def test_a_file_without_an_ending_is_told_by_the_format(land, accessories):
    assert counts(land(SCARVES, "upload", format="csv")) == (2, 0, 0, 0)


def test_a_file_of_more_lines_than_are_taken_fails_and_nothing_lands(land, accessories, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_LINES", 1)

    told = land(SCARVES)

    assert (told["status"], told["lines_read"]) == ("failed", 0)
    assert told["error"] == "gifts.csv: has 2 lines; at most 1 at once, please."


def test_what_a_worker_finds_unreadable_fails_with_a_sentence(land, accessories):
    told = land(workbook(["title"], ["Silk scarf"]), "gifts.xlsx")

    assert (told["status"], told["lines_read"]) == ("failed", 0)
    assert told["error"] == "gifts.xlsx, line 1: the column external_reference is missing."


def test_a_buyer_and_a_stranger_send_nothing(send, api, alice):
    refused(send(SCARVES, client=api()), 401, "NOT_AUTHENTICATED")
    refused(send(SCARVES, client=api(alice)), 403, "FORBIDDEN")

    assert BulkUpload.objects.count() == 0


def test_an_upload_that_is_not_there_answers_404(api, mary, unknown_id):
    refused(api(mary).get(f"{PATH}/{unknown_id}"), 404, "NOT_FOUND")


def test_a_slug_that_somebody_takes_meanwhile_costs_its_line_alone(land, accessories, make_product, monkeypatch):
    monkeypatch.setattr("catalogue.importing.services.taken_slugs", lambda rows: set())
    make_product("Silk scarf")

    told = land(HEADER.strip() + ",slug\nA1,Cap,5,accessories,silk-scarf\nA2,Hat,5,accessories,hat\n")

    assert (counts(told), told["status"]) == ((1, 0, 0, 1), "succeeded")
    assert told["errors"]["items"] == [
        {"line": 2, "column": "external_reference", "message": services.SlugTaken.detail}
    ]


NASTY = [
    *(None, True, [], {}, [[]], [None], {"a": 1}, -1, 2**63, 2**64, 1e308, 1e-300, 0.1 + 0.2, "", " ", "x" * 30_000),
    *("a\u0000b", "١٢٣", "NaN", "Infinity", "1e999", "9" * 5000, "\u202eא", "🎁", "javascript:alert(1)", "=1+1", "|"),
    *(["x"] * 100, ["x" * 1000], ["http://["], "http://[", "2026-01-01", "A" * 10, 0, 5.5, "true"),
]


def test_no_value_of_a_line_keeps_the_other_lines_from_landing(land, accessories):
    good = {"title": "Scarf", "price": 20, "category": "accessories"}
    lines = [
        {"external_reference": f"{column} {n}", **good, column: value}
        for column in (*COLUMNS, "id", "status", "popularity")
        for n, value in enumerate(NASTY)
    ]

    told = land("\n".join(map(json.dumps, lines)), "nasty.jsonl", make_categories="true")

    assert (told["status"], told["error"]) == ("succeeded", "")
    assert told["lines_read"] == len(lines)
    assert told["created"] + told["refused"] == len(lines)
    assert set(Product.objects.values_list("status", "popularity").distinct()) == {("ACTIVE", 0)}
    assert land("\n".join(map(json.dumps, lines)), "nasty.jsonl")["changed"] == 0


def test_a_broken_escape_in_json_is_an_error_of_its_line(land, accessories):
    row = '{"external_reference": "A1", "title": "%s", "price": 20, "category": "accessories"}\n'

    told = land(row % r"\ud800" + row % "Scarf" + row.replace("20", "NaN") + "[" * 100_000, "gifts.jsonl")

    assert counts(told) == (1, 0, 0, 3)
    assert [error["line"] for error in told["errors"]["items"]] == [1, 3, 4]


def test_who_is_erased_while_their_file_is_read_is_named_by_nothing_that_follows(send, accessories, monkeypatch):
    monkeypatch.setattr("catalogue.importing.BATCH", 1)
    upload = BulkUpload.objects.get(pk=send(SCARVES).json()["id"])

    def keep():
        BulkUpload.objects.update(requested_by=None)

    monkeypatch.setattr(uploads, "KEEP_SECONDS", -1)
    uploads.carry_out(upload_id=upload.pk, clock=lambda: NOW, keep=keep)

    actors = [entry.actor_id for entry in AuditEntry.objects.filter(action="product.imported").order_by("id")]
    assert actors == [upload.requested_by, None]


def test_a_category_that_somebody_makes_meanwhile_is_taken(land, monkeypatch):
    save = services.save_category

    def late(**values):
        Category.objects.create(name="Theirs", slug="hats", created_at=NOW, updated_at=NOW)
        return save(**values)

    monkeypatch.setattr(services, "save_category", late)

    told = land(HEADER + "A1,Hat,5,hats\nA2,Cap,5,Hats\n", make_categories="true")

    assert (counts(told), told["status"]) == ((2, 0, 0, 0), "succeeded")
    assert set(Product.objects.values_list("category__name", flat=True)) == {"Theirs"}


def test_an_upload_waits_while_another_is_at_work_and_goes_on_when_that_one_has_died(send, accessories):
    first, second = (BulkUpload.objects.get(pk=send(SCARVES).json()["id"]) for _ in range(2))
    elsewhere = {"holder": "another-machine:1:1", "leased_until": NOW + timedelta(seconds=60)}
    BulkUpload.objects.filter(pk=first.pk).update(status=UploadStatus.RUNNING, **elsewhere)

    with pytest.raises(uploads.UploadBusy):
        uploads.carry_out(upload_id=second.pk, clock=lambda: NOW)
    uploads.carry_out(upload_id=second.pk, clock=lambda: NOW + timedelta(seconds=61))
    uploads.carry_out(upload_id=first.pk, clock=lambda: NOW + timedelta(seconds=61))

    assert set(BulkUpload.objects.values_list("status", "n_made", "n_unchanged")) == {
        ("SUCCEEDED", 2, 0),
        ("SUCCEEDED", 0, 2),
    }


def test_a_process_that_was_given_up_writes_no_more(send, accessories, monkeypatch):
    monkeypatch.setattr("catalogue.importing.BATCH", 1)
    upload = BulkUpload.objects.get(pk=send(SCARVES).json()["id"])
    times = iter([NOW, NOW, NOW, NOW, NOW])

    def clock():
        now = next(times, None)
        if now is None:
            BulkUpload.objects.filter(pk=upload.pk).update(fence=7)
        return now or NOW

    uploads.carry_out(upload_id=upload.pk, clock=clock)

    upload.refresh_from_db()
    assert (upload.status, upload.n_read, Product.objects.count()) == ("RUNNING", 1, 1)


def test_files_go_after_a_week_and_reports_after_three_months(land, accessories):
    told = land(SCARVES + "A3,Hat,dear,accessories\n")
    BulkUpload.objects.update(requested_at=NOW, finished_at=NOW)

    kept = []
    for days in (7, 8, 91):
        uploads.tidy(now=NOW + timedelta(days=days))
        kept.append((BulkUploadPiece.objects.count(), BulkUploadError.objects.count(), BulkUpload.objects.count()))

    assert told["refused"] == 1
    assert kept == [(1, 1, 1), (0, 1, 1), (0, 0, 0)]
