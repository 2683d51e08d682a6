"""What was shown is written down by the web server's own processes: soon, and also when they are told to end."""

import subprocess
import uuid
from contextlib import ExitStack

import httpx
import pytest

from aclue.tests.stack import DATABASES, Stack, fresh_postgres, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

A_GIFT = """
from decimal import Decimal
from django.utils import timezone
from catalogue import services
from catalogue.models import Category
now = timezone.now()
shelf = services.save_category(category=Category(name="Scarves", slug="scarves"), now=now, actor_id=None)
services.create_product(
    values={"title": "Silk scarf", "price": Decimal(20), "category": shelf, "stock": 5}, now=now, actor_id=None
)
"""
SHOWN = ("swipes_impression", "surface = 'recommendations'")


@pytest.fixture(params=DATABASES, scope="module")
def aclue(request, tmp_path_factory):
    """An aclue with one gift in its shop, nothing of it running yet."""
    with ExitStack() as cleaning:
        database_url = cleaning.enter_context(fresh_postgres(request.param)) if request.param else ""
        stack = Stack(tmp_path_factory.mktemp("stack"), database_url=database_url)
        cleaning.callback(stack.stop)
        stack.manage("shell", "-c", A_GIFT)
        yield stack


@pytest.fixture
def web(aclue):
    """Its web server."""
    aclue.start("web")
    yield aclue
    aclue.stop()


@pytest.fixture
def alices(web):
    """The way of a new Alice to the server."""
    person = {"email": f"alice.{uuid.uuid4().hex}@example.com", "password": "correct horse battery"}
    token = httpx.post(f"{web.url}/api/v1/auth/register", json=person).json()["access_token"]
    with httpx.Client(base_url=web.url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def look(client):
    answer = client.get("/api/v1/recommendations")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["recommendations"]) == 1


def end(web):
    """Tell the server to end, as whoever minds it does: politely, and after a while not.

    A worker of granian that is told so while it still starts may miss it.
    """
    process = web.running["web"]
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        web.kill("web")
    else:
        del web.running["web"]


def test_what_was_shown_is_soon_in_the_table(web, alices):
    before = web.count(*SHOWN)

    look(alices)

    wait_until(lambda: web.count(*SHOWN) == before + 1, seconds=20, why="the impression is written")


def test_a_server_that_is_told_to_end_first_writes_down_what_it_showed(web, alices):
    before = web.count(*SHOWN)
    for _ in range(20):
        look(alices)

    end(web)

    assert web.count(*SHOWN) == before + 20


def test_somebody_who_leaves_at_once_leaves_no_impression_behind(web, alices):
    before = web.count(*SHOWN)
    look(alices)

    alices.delete("/api/v1/users/me")
    end(web)

    assert web.count(*SHOWN) == before
