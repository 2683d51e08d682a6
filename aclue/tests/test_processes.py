"""Work that an API call leaves behind is done by the worker process, whatever happens to it."""

from contextlib import ExitStack

import httpx
import pytest
from django.conf import settings

from aclue.tests.stack import DATABASE, Postbox, Stack, fresh_postgres, fresh_redis, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

REDIS = settings.REDIS_URL  # this test worker's own
KINDS = [
    pytest.param(("", ""), id="embedded"),
    pytest.param(("", REDIS), id="redis", marks=pytest.mark.skipif(not REDIS, reason="TEST_REDIS_URL is not set")),
    pytest.param(
        (DATABASE, REDIS),
        id="postgres-and-redis",
        marks=pytest.mark.skipif(not (DATABASE and REDIS), reason="TEST_DATABASE_URL or TEST_REDIS_URL is not set"),
    ),
]
WELCOMED = ("common_auditentry", "action = 'mail.welcome'")
ASKED_TO_VERIFY = ("common_auditentry", "action = 'mail.verify_address'")
# Who signs up is greeted, and asked to verify the address.
TO_ALICE, TO_BOB = ["alice@example.com"] * 2, ["bob@example.com"] * 2
OPEN = ("common_outboxtask", "done_at IS NULL")


@pytest.fixture
def postbox():
    with Postbox() as box:
        yield box


@pytest.fixture(params=KINDS)
def stack(request, tmp_path, postbox):
    database_url, broker_url = request.param
    with ExitStack() as cleaning:
        if database_url:
            database_url = cleaning.enter_context(fresh_postgres(database_url))
        if broker_url:
            broker_url = cleaning.enter_context(fresh_redis(broker_url))
        stack = Stack(tmp_path, database_url=database_url, broker_url=broker_url, mail_port=postbox.port)
        cleaning.callback(stack.stop)
        yield stack


def sign_up(stack, name):
    answer = httpx.post(
        f"{stack.url}/api/v1/auth/register",
        json={"email": f"{name}@example.com", "password": "correct horse battery"},
    )
    assert answer.status_code == 201, answer.text


def test_the_worker_does_what_an_api_call_put_into_the_outbox(stack, postbox):
    stack.start("web", "worker", "relay")

    sign_up(stack, "alice")

    wait_until(lambda: postbox.delivered == TO_ALICE, seconds=120, why="both mails arrive")
    wait_until(lambda: stack.count(*OPEN) == 0, seconds=120, why="the outbox is empty")
    assert (stack.count(*WELCOMED), stack.count(*ASKED_TO_VERIFY)) == (1, 1)


def test_work_of_a_worker_killed_in_the_middle_is_done_once_in_the_end(stack, postbox):
    stack.start("web", "worker", "relay")
    postbox.hold = True
    sign_up(stack, "alice")
    wait_until(lambda: postbox.arrived >= 1, seconds=120, why="the worker is in the middle of its mail")

    stack.kill("worker")
    wait_until(lambda: postbox.abandoned == postbox.arrived, seconds=120, why="the post office sees the sender go")
    postbox.hold = False
    stack.start("worker")

    wait_until(lambda: postbox.delivered == TO_ALICE, seconds=120, why="both mails arrive")
    wait_until(lambda: stack.count(*OPEN) == 0, seconds=120, why="the outbox is empty")
    assert (stack.count(*WELCOMED), stack.count(*ASKED_TO_VERIFY)) == (1, 1)
    assert postbox.delivered == TO_ALICE


def test_work_put_down_while_no_worker_and_no_relay_runs_is_not_lost(stack, postbox):
    stack.start("web")
    sign_up(stack, "alice")
    sign_up(stack, "bob")

    stack.start("relay", "worker")

    wait_until(
        lambda: sorted(postbox.delivered) == TO_ALICE + TO_BOB,
        seconds=120,
        why="the mails of both arrive",
    )
