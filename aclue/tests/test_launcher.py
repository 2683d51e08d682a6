"""`make run`'s launcher: one at a time, sentences for what is in the way, and nothing left behind."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from aclue import launcher
from aclue.tests.stack import free_port, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

A_PRODUCT = (
    "from django.utils import timezone; from catalogue.models import Category; from catalogue import services; "
    "now = timezone.now(); "
    "mugs = services.save_category(category=Category(name='Mugs', slug='mugs'), now=now, actor_id=None); "
    "services.create_product(values={'title': 'Mug', 'price': 5, 'category': mugs}, now=now, actor_id=None)"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A folder with a migrated database and one product, so that no demo is drawn."""
    folder = tmp_path_factory.mktemp("launcher")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "DJANGO_"))}
    environment |= {"VAR_DIR": str(folder), "DEBUG": "true", "LOG_LEVEL": "WARNING", "PORT": str(free_port())}
    environment |= {"SECRET_KEY": "only for tests only for tests only for tests"}
    for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"):
        environment.pop(name, None)
    for arguments in (["migrate", "-v0"], ["shell", "-v0", "-c", A_PRODUCT]):
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=launcher.BASE_DIR, env=environment, check=True)
    return environment


@contextlib.contextmanager
def launched(environment):
    """Run the launcher; yields it once it has said that it runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aclue.launcher"],
        cwd=launcher.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    process.words = []
    try:
        for line in process.stdout:
            process.words.append(line)
            if "/admin/" in line:
                break
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def launch_in_vain(environment):
    """Run the launcher where it cannot start; returns what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "aclue.launcher"],
        cwd=launcher.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    return done.stderr


def children_of(folder):
    """Return the ids of living processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"VAR_DIR={folder}".encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
    return found


def workers(environment, but=None):
    """Return the ids of Celery's worker processes, the first started first."""
    return sorted(pid for pid in children_of(environment["VAR_DIR"]) if " worker " in _line(pid) and pid != but)


def is_gone(environment):
    return children_of(environment["VAR_DIR"]) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL], ids=lambda how: how.name)
def test_everything_ends_with_the_launcher(environment, how):
    with launched(environment) as process:
        assert httpx.get(f"http://127.0.0.1:{environment['PORT']}/health").json()["status"] == "healthy"

        process.send_signal(how)
        process.wait(timeout=60)

    wait_until(lambda: is_gone(environment), seconds=120, why="no process is left")


def test_a_worker_that_dies_is_started_again(environment):
    with launched(environment) as process:
        wait_until(lambda: workers(environment), seconds=120, why="a worker runs")
        worker = workers(environment)[0]

        os.kill(worker, signal.SIGKILL)

        for line in process.stdout:
            if re.search("the worker process ended .code -9.; starting it again", line):
                break
        wait_until(lambda: workers(environment, but=worker), seconds=120, why="a new worker runs")
        process.terminate()
        process.wait(timeout=60)


def test_a_second_run_in_the_same_folder_gets_a_sentence(environment):
    with launched(environment) as process:
        words = launch_in_vain(environment)

        assert f"it runs already in this folder (process {process.pid})" in words
        process.terminate()
        process.wait(timeout=60)


def test_a_pid_file_left_by_a_crash_is_no_obstacle(environment, tmp_path):
    (tmp_path / "run.pid").write_text("999999")

    with launcher.only_one(tmp_path):
        held = (tmp_path / "run.pid").read_text()

    assert held == str(os.getpid())
    assert (tmp_path / "run.pid").read_text() == ""


def test_a_taken_port_gets_a_sentence(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        words = launch_in_vain(environment | {"PORT": str(port)})

    assert f"127.0.0.1:{port} cannot be used" in words
    assert "make run PORT=8001" in words


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_port_that_is_none_gets_a_sentence(environment, port):
    words = launch_in_vain(environment | {"PORT": port})

    assert f"PORT={port} is not a port" in words


def _line(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""
