"""Trainings against the real clock: what the suite shortens by turning back a row's time is waited for here."""

import os
import time
from contextlib import ExitStack

import pytest

from aclue.tests.stack import Stack, fresh_redis, wait_until
from aclue.tests.test_promises_training import (
    OPEN,
    SHOP,
    ask_for_training,
    lease,
    versions,
    wait_for_the_end,
)

REDIS = os.environ.get("TEST_REDIS_URL", "")
VISIBLE_AGAIN_SECONDS = 5
# Of the deployment's settings one is another: after how long Redis delivers again what nobody has acknowledged.
SETTINGS = f"""
from aclue.settings import *
CELERY_BROKER_TRANSPORT_OPTIONS = {{"visibility_timeout": {VISIBLE_AGAIN_SECONDS}, "socket_timeout": 5}}
"""

pytestmark = pytest.mark.processes


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.skipif(not REDIS, reason="no Redis"))])
def stack(request, tmp_path):
    with ExitStack() as cleaning:
        broker_url = cleaning.enter_context(fresh_redis(REDIS)) if request.param == "redis" else ""
        stack = Stack(tmp_path, broker_url=broker_url)
        if broker_url:
            (tmp_path / "short_settings.py").write_text(SETTINGS)
            stack.environment |= {"DJANGO_SETTINGS_MODULE": "short_settings", "PYTHONPATH": str(tmp_path)}
        cleaning.callback(stack.stop)
        stack.manage("shell", "-v", "0", "-c", SHOP)
        stack.start("relay", "worker")
        yield stack


def test_a_training_whose_worker_is_killed_goes_on_by_itself_within_two_minutes(stack):
    fence, _ = ask_for_training(stack, iterations=120)

    stack.kill("worker")
    killed_at = time.monotonic()
    stack.start("worker")
    wait_until(lambda: lease(stack)[0] > fence, seconds=130, why="the next worker goes on")
    waited = time.monotonic() - killed_at

    print(f"went on after {waited:.0f} seconds")
    assert wait_for_the_end(stack) == ("SUCCEEDED", "")
    assert waited < 120
    assert len(versions(stack, "als")) == 1


def test_a_training_longer_than_three_visibility_timeouts_has_one_trainer_of_two_workers(stack):
    """Redis looks for what is to be delivered again every ten seconds at most, hence a run of half a minute."""
    stack.lines["second"] = [*stack.lines["worker"], "--hostname", "second@%h"]
    stack.start("second")
    fence, holder = ask_for_training(stack, factors=1024, iterations=500)
    began = time.monotonic()

    while stack.count(*OPEN):
        assert lease(stack) == (fence, holder)
        time.sleep(1)
    lasted = time.monotonic() - began

    print(f"lasted {lasted:.0f} seconds")
    assert lasted > 3 * VISIBLE_AGAIN_SECONDS
    assert wait_for_the_end(stack) == ("SUCCEEDED", "")
    assert lease(stack) == (fence, holder)
    assert len(versions(stack, "als")) == 1
