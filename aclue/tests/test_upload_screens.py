"""Uploads at the staff's desk: a file is tried, looked at, and carried out."""

import uuid

import pytest
from django.urls import reverse

from aclue.tests.desk import page_of, upload_form
from catalogue import uploads
from catalogue.models import BulkUpload, Product
from common.models import OutboxTask
from conftest import NOW, make_person

pytestmark = pytest.mark.django_db

ADD = "/admin/catalogue/bulkupload/add/"
LIST = "/admin/catalogue/bulkupload/"
FILE = (
    b"external_reference,title,price,category\n"
    b"A1,Silk <b>hat</b>,20,accessories\n"
    b"A2,Cap,dear,accessories\n"
    b"A3,=1+1,5,no-such-shelf\n"
)


@pytest.fixture
def browser(client, mary, accessories):
    """The browser of Mary, who looks after the shop."""
    client.force_login(mary)
    return client


@pytest.fixture
def send(browser):
    """Send a file by the form; returns the answer, and the upload where there is one."""

    def post(content=FILE, name="gifts.csv", **values):
        answer = browser.post(ADD, upload_form(content, name, **values))
        return answer, BulkUpload.objects.order_by("-requested_at").first()

    return post


def work():
    for row in OutboxTask.objects.open().filter(task=uploads.TASK):
        uploads.carry_out(upload_id=uuid.UUID(row.arguments["upload_id"]), clock=lambda: NOW)


def test_the_form_offers_a_dry_run(browser):
    page = browser.get(ADD).text

    assert 'type="file"' in page
    assert 'enctype="multipart/form-data"' in page
    assert [name for name in ("mode", "is_dry_run", "makes_categories") if f'name="{name}"' not in page] == []
    assert browser.get(ADD).context["adminform"].form.initial["is_dry_run"] is True


def test_before_a_worker_has_read_it_a_file_is_shown_as_it_will_be_read(browser, send):
    answer, upload = send()
    page = browser.get(answer["Location"]).text

    assert answer["Location"] == page_of(BulkUpload, "change", upload.pk)
    assert "Silk &lt;b&gt;hat&lt;/b&gt;" in page
    assert "price: A valid number is required." in page
    assert "category: There is no such category." in page
    assert "location.reload()" in page
    assert "Carry it out" not in page


def test_a_dry_run_is_looked_at_and_then_carried_out(browser, send):
    _, tried = send()
    work()
    page = browser.get(page_of(BulkUpload, "change", tried.pk)).text
    n_before = Product.objects.count()

    answer = browser.post(LIST, {"action": "carry_out", "_selected_action": [str(tried.pk)]})
    work()
    done = BulkUpload.objects.exclude(pk=tried.pk).get()
    told = browser.get(answer["Location"]).text

    assert "would be 1 made, 0 changed, 0 unchanged, 2 refused" in page
    assert "Carry it out" in page
    assert "location.reload()" not in page
    assert answer["Location"] == page_of(BulkUpload, "change", done.pk)
    assert (n_before, Product.objects.get().external_reference, done.is_dry_run) == (0, "A1", False)
    assert ">1 made, 0 changed, 0 unchanged, 2 refused" in " ".join(told.split()).replace("> ", ">")
    assert "Carry it out" not in told


def test_what_was_no_dry_run_is_not_carried_out_again(browser, send):
    _, upload = send(is_dry_run="")
    work()

    answer = browser.post(LIST, {"action": "carry_out", "_selected_action": [str(upload.pk)]}, follow=True)

    assert "Only a dry run that has ended can be carried out" in answer.text
    assert BulkUpload.objects.count() == 1


def test_all_errors_are_there_to_download_without_a_formula(browser, send):
    lines = "".join(f"B{n},Cap,dear,accessories\n" for n in range(150))
    _, upload = send(FILE + lines.encode())
    work()

    page = browser.get(page_of(BulkUpload, "change", upload.pk)).text
    address = reverse("admin:catalogue_bulkupload_errors", args=[upload.pk])
    rows = b"".join(browser.get(address).streaming_content).decode().splitlines()

    assert "Download all 152 as CSV" in page
    assert address in page
    assert (len(rows), rows[:2]) == (153, ["line,column,message", "3,price,A valid number is required."])


def test_a_file_that_cannot_be_read_gets_a_sentence_on_the_form(browser):
    answer = browser.post(ADD, upload_form(b"title\n"), follow=True)

    assert answer.redirect_chain == [(ADD, 302)]
    assert "gifts.csv, line 1: the column external_reference is missing." in answer.text
    assert BulkUpload.objects.count() == 0


def test_who_may_only_look_sees_the_errors_and_sends_nothing(client, send, alice):
    _, upload = send()
    work()
    client.force_login(make_person("Anna", roles=("analyst",)))
    address = reverse("admin:catalogue_bulkupload_errors", args=[upload.pk])
    seen = [client.get(page).status_code for page in (page_of(BulkUpload, "change", upload.pk), address)]
    sent = client.post(ADD, upload_form())
    client.post(LIST, {"action": "carry_out", "_selected_action": [str(upload.pk)]})
    client.force_login(alice)
    strangers = client.get(address)

    assert (seen, sent.status_code, strangers.status_code) == ([200, 200], 403, 302)
    assert BulkUpload.objects.count() == 1


def test_errors_of_an_upload_that_is_not_there_are_not_found(browser, unknown_id):
    assert browser.get(reverse("admin:catalogue_bulkupload_errors", args=[unknown_id])).status_code == 404
