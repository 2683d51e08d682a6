"""A file of 50,000 products among real processes: every bad line is named, and nothing is ever there twice."""

import csv
import io
import os
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from aclue.tests.stack import DATABASE, Stack, fresh_postgres, fresh_redis, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

REDIS = settings.REDIS_URL  # this test worker's own
PATH = "/api/v1/admin/products/bulk-upload"
N_ROWS, MOST_MEGABYTES = 50_000, 200
# The first, one in the middle, the last, and 197 between them.
BAD = sorted({0, N_ROWS // 2, N_ROWS - 1, *(251 * n for n in range(1, 198))})
SHOP = """
from django.utils import timezone
from accounts import services as accounts
from catalogue.models import Category
from catalogue.services import save_category
from common.models import OutboxTask
now = timezone.now()
save_category(category=Category(name="Gifts", slug="gifts"), now=now, actor_id=None)
accounts.write_roles()
mary = accounts.register(email="mary@example.com", password="correct horse battery", first_name="Mary", now=now)
accounts.set_roles(user=mary, roles=["merchandiser"], now=now, actor_id=None)
OutboxTask.objects.all().delete()  # the mails to her
print("token", accounts.open_session(user=mary, now=now).access_token)
"""


@pytest.fixture
def stack(tmp_path):
    """A shop with one category, the site, the relay and a worker, on the services of this round of the suite."""
    with ExitStack() as cleaning:
        database_url = cleaning.enter_context(fresh_postgres(DATABASE)) if DATABASE else ""
        broker_url = cleaning.enter_context(fresh_redis(REDIS)) if REDIS else ""
        stack = Stack(tmp_path, database_url=database_url, broker_url=broker_url)
        cleaning.callback(stack.stop)
        token = stack.manage("shell", "-v", "0", "-c", SHOP).partition("token ")[2].strip()
        stack.start("web", "relay", "worker")
        with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as stack.mary:
            yield stack


def a_file():
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["external_reference", "title", "price", "category"])
    bad = set(BAD)
    rows.writerows([f"R{n}", f"Gift {n}", "dear" if n in bad else "9.99", "gifts"] for n in range(N_ROWS))
    return text.getvalue().encode()


def send(stack, content):
    """Send a file; returns the upload and how long the answer took."""
    began = time.monotonic()
    answer = stack.mary.post(PATH, files={"file": ("gifts.csv", content)})
    took = time.monotonic() - began
    assert answer.status_code == 202, answer.text
    return answer.json()["id"], took


def told(stack, upload, page=1):
    return stack.mary.get(f"{PATH}/{upload}", params={"per_page": 100, "page": page}).json()


def wait_for_the_end(stack, upload):
    wait_until(lambda: told(stack, upload)["finished_at"], seconds=120, why="the file has been read")
    return told(stack, upload)


def counts(report):
    return [report[name] for name in ("status", "created", "changed", "unchanged", "refused", "lines_read")]


def most_megabytes(worker):
    """Return the most memory that any process of a worker has held so far."""
    peaks = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) == worker.pid:
                fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
                peaks.append(int(fields["VmHWM"].split()[0]) / 1024)
        except (OSError, KeyError):
            continue  # it has ended meanwhile
    return max(peaks)


def test_fifty_thousand_products_land_once_with_the_worker_killed_half_way_and_every_bad_line_is_named(stack):
    content = a_file()

    upload, took = send(stack, content)
    wait_until(lambda: told(stack, upload)["lines_read"] >= N_ROWS / 2, seconds=120, why="half has landed")
    stack.kill("worker")
    half_way = told(stack, upload)
    stack.start("worker")
    # Open work is sent again a minute after it fell silent; here, that minute is over.
    stack.ask("UPDATE common_outboxtask SET due_at = '2000-01-01 00:00:00+00:00' WHERE done_at IS NULL RETURNING id")
    report = wait_for_the_end(stack, upload)
    errors = [error for page in (1, 2) for error in told(stack, upload, page)["errors"]["items"]]
    landed = stack.ask("SELECT COUNT(*), COUNT(DISTINCT external_reference) FROM catalogue_product")
    again, _ = send(stack, content)
    repeated = wait_for_the_end(stack, again)
    megabytes = most_megabytes(stack.running["worker"])

    assert took < 1
    assert (half_way["status"], half_way["lines_read"] < N_ROWS) == ("running", True)
    assert half_way["lines_read"] == half_way["created"] + half_way["refused"]
    assert counts(report) == ["succeeded", 49_800, 0, 0, 200, N_ROWS]
    assert [(error["line"], error["column"]) for error in errors] == [(n + 2, "price") for n in BAD]
    assert landed == [(49_800, 49_800)]
    assert counts(repeated) == ["succeeded", 0, 0, 49_800, 200, N_ROWS]
    assert stack.count("catalogue_product", "1 = 1") == 49_800
    assert megabytes < MOST_MEGABYTES
    print(f"202 after {took:.2f} s; killed at line {half_way['lines_read']}; {megabytes:.0f} MB at most")
