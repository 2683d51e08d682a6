"""Training among real processes: it may be killed at any moment, it goes on, and nobody who reads ever notices."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from aclue.tests.stack import DATABASE, ROOT, Stack, fresh_postgres, fresh_redis, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

REDIS = settings.REDIS_URL  # this test worker's own
SHOP = """
from django.utils import timezone
from accounts import services
from accounts.models import User
from recommendations.tests.shops import fill_shop
fill_shop(now=timezone.now())
print("token", services.open_session(user=User.objects.first(), now=timezone.now()).access_token)
"""
REQUEST = """
from django.utils import timezone
from recommendations.services import request_training
request_training(model_type="als", parameters={{"factors": {factors}, "iterations": {iterations}}}, now=timezone.now())
"""
STAGES = [
    "reading feedback",
    "judging on the last days",
    "fitting",
    "writing",
    "folder made",
    "weights written",
    "items written",
    "manifest written",
    "manifest signed",
    "fsynced",
    "verified",
    "renamed",
    "before the commit",
    "after the commit",
]
OPEN = ("common_outboxtask", "done_at IS NULL")
AT_WORK = ("recommendations_trainingrun", "status = 'RUNNING' AND model_type = 'als' AND progress > 0.12")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A shop with everything running but the site, on the services of this round of the suite or the embedded ones."""
    with ExitStack() as cleaning:
        database_url = cleaning.enter_context(fresh_postgres(DATABASE)) if DATABASE else ""
        broker_url = cleaning.enter_context(fresh_redis(REDIS)) if REDIS else ""
        stack = Stack(tmp_path_factory.mktemp("stack"), database_url=database_url, broker_url=broker_url)
        cleaning.callback(stack.stop)
        stack.token = stack.manage("shell", "-v", "0", "-c", SHOP).partition("token ")[2].strip()
        stack.start("relay", "worker")
        yield stack


@pytest.fixture
def train_until(stack):
    """Train as a process that is killed at a stage; returns how it ended."""
    trainer = subprocess.Popen(
        [sys.executable, "-m", "aclue.tests.trainer"],
        cwd=ROOT,
        env=stack.environment | {"DJANGO_SETTINGS_MODULE": "aclue.settings", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def tell(stage):
        trainer.stdin.write(f"{stage}\n")
        trainer.stdin.flush()
        return trainer.stdout.readline().strip()

    with trainer:
        yield tell
        trainer.stdin.close()


class Reader(threading.Thread):
    """Somebody who asks for recommendations without pause."""

    def __init__(self, stack):
        super().__init__()
        self.stack, self.answers, self.is_over = stack, [], False

    def run(self):
        with httpx.Client(base_url=self.stack.url, headers={"Authorization": f"Bearer {self.stack.token}"}) as client:
            while not self.is_over:
                try:
                    answer = client.get("/api/v1/recommendations")
                    self.answers.append((answer.status_code, answer.json().get("model_version")))
                except httpx.HTTPError as problem:
                    self.answers.append((0, repr(problem)))
                time.sleep(0.03)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.join()


def versions(stack, model_type):
    return stack.ask(
        f"SELECT number, status FROM recommendations_modelversion WHERE model_type = '{model_type}' ORDER BY number"
    )


def lease(stack):
    return stack.ask("SELECT fence, holder FROM recommendations_traininglease WHERE model_type = 'als'")[0]


def ask_for_training(stack, *, iterations, factors=512):
    """Ask for a run of some seconds and wait until a worker is in the middle of it; returns the lease then."""
    stack.manage("shell", "-v", "0", "-c", REQUEST.format(factors=factors, iterations=iterations))
    wait_until(lambda: stack.count(*AT_WORK) == 1, seconds=120, why="a worker is in the middle of the training")
    return lease(stack)


def pass_a_minute(stack):
    """Let the time come when open work is sent again; returns how much of it had been sent since the last time."""
    early = "'2000-01-01 00:00:00+00:00'"
    waiting = stack.count("common_outboxtask", f"done_at IS NULL AND due_at > {early}")
    stack.ask(f"UPDATE common_outboxtask SET due_at = {early} WHERE done_at IS NULL RETURNING id")
    return waiting


def wait_for_the_end(stack):
    wait_until(lambda: stack.count(*OPEN) == 0, seconds=120, why="the training has ended")
    return stack.ask("SELECT status, error FROM recommendations_trainingrun ORDER BY requested_at DESC LIMIT 1")[0]


def test_a_training_killed_at_every_stage_in_turn_is_never_noticed_by_who_reads_and_ends_well(stack, train_until):
    assert train_until("never") == "ended"  # the last good version
    stack.start("web")
    with Reader(stack) as reader:
        wait_until(lambda: reader.answers, seconds=120, why="the first answer")

        killed = {stage: train_until(stage) for stage in STAGES[:-1]}
        meanwhile = versions(stack, "ease")
        killed[STAGES[-1]] = train_until(STAGES[-1])
        last = train_until("never")
        wait_until(lambda: reader.answers[-1][1] == "ease:2", seconds=120, why="the new version answers")
    stack.kill("web")

    assert killed == dict.fromkeys(STAGES, "killed")
    assert (meanwhile, last) == ([(1, "ACTIVE")], "ended")
    assert versions(stack, "ease") == [(1, "RETIRED"), (2, "ACTIVE")]
    assert {status for status, _ in reader.answers} == {200}
    assert {version for _, version in reader.answers} == {"ease:1", "ease:2"}
    assert len(reader.answers) > 30
    assert stack.count("recommendations_trainingrun", "status = 'SUCCEEDED'") == 2
    folders = sorted(path.name for path in Path(stack.environment["VAR_DIR"], "models").iterdir())
    assert folders == sorted(row[0] for row in stack.ask("SELECT folder FROM recommendations_modelversion"))


def test_a_training_whose_process_is_killed_goes_on_within_five_seconds_in_another(stack):
    n_before = len(versions(stack, "als"))
    fence, holder = ask_for_training(stack, iterations=300)

    os.kill(int(holder.split(":")[1]), signal.SIGKILL)
    killed_at = time.monotonic()
    wait_until(lambda: lease(stack)[0] > fence, seconds=120, why="another process goes on")
    waited = time.monotonic() - killed_at
    status, error = wait_for_the_end(stack)

    assert waited < 5
    assert lease(stack)[1] != holder
    assert (status, error) == ("SUCCEEDED", "")
    assert len(versions(stack, "als")) == n_before + 1


def test_a_training_whose_worker_is_killed_goes_on_within_a_minute_in_the_next_one(stack):
    n_before = len(versions(stack, "als"))
    fence, _ = ask_for_training(stack, iterations=300)

    stack.kill("worker")
    soon = datetime.now(UTC) + timedelta(seconds=61)
    due_within_a_minute = stack.count("common_outboxtask", f"done_at IS NULL AND due_at < '{soon}'")
    stack.start("worker")
    pass_a_minute(stack)
    status, error = wait_for_the_end(stack)

    assert due_within_a_minute == 1
    assert (status, error) == ("SUCCEEDED", "")
    assert lease(stack)[0] == fence + 1
    assert len(versions(stack, "als")) == n_before + 1


def test_a_training_that_is_sent_again_three_times_has_one_trainer_of_two_workers(stack):
    n_before = len(versions(stack, "als"))
    stack.lines["second"] = [*stack.lines["worker"], "--hostname", "second@%h"]
    stack.start("second")
    fence, holder = ask_for_training(stack, iterations=500)

    n_sent = -pass_a_minute(stack)  # how often it is sent again from here
    while stack.count(*OPEN):
        assert lease(stack) == (fence, holder)
        time.sleep(1)
        n_sent += pass_a_minute(stack)
    status, error = wait_for_the_end(stack)

    assert n_sent >= 2
    assert (status, error) == ("SUCCEEDED", "")
    assert lease(stack) == (fence, holder)
    assert len(versions(stack, "als")) == n_before + 1
