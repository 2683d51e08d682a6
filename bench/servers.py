"""The two servers: started on free ports, asked how much CPU they took, ended whatever happens."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from bench.shop import ROOT

START_SECONDS = 30
TICK = os.sysconf("SC_CLK_TCK")


class ServerFailed(Exception):
    """A server did not start or died."""


class Server:
    """A running server: its name, its port and the processes below it."""

    def __init__(self, name: str, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.name = name
        self.port = port
        self.process = process
        self.log = log

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    def cpu_seconds(self) -> float:
        """Return the processor time of the server and all below it."""
        return sum(cpu_seconds(pid) for pid in (self.process.pid, *_below(self.process.pid)))


def commands(workers: int) -> dict[str, list[str]]:
    """Return how each server is started, without its port."""
    python = [sys.executable, "-m"]
    granian = ["granian", "--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "2", "--no-ws"]
    uvicorn = ["uvicorn", "--workers", str(workers), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    return {
        "ours": [*python, *granian, "--log-level", "warning", "--host", "127.0.0.1", "aclue.wsgi:application"],
        "peer": [*python, *uvicorn, "--log-level", "warning", "--host", "127.0.0.1", "bench.peer.app:app"],
    }


@contextlib.contextmanager
def running(name: str, command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Run a server until the block is left; raises ServerFailed with the end of its log."""
    port = _free_port()
    with log.open("wb") as output:
        process = _started([*command, "--port", str(port)], environment, output)
    try:
        server = Server(name, port, process, log)
        _wait_for(server)
        yield server
    finally:
        _end(process)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of one process; nothing for one that is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / TICK


def _started(command: list[str], environment: Mapping[str, str], output: BinaryIO) -> "subprocess.Popen[bytes]":
    # A session of its own, so that its workers can be ended with it.
    return subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    )


def _wait_for(server: Server) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        if _answers(f"{server.address}/api/v1/products?per_page=1"):
            return
        time.sleep(0.1)
    raise ServerFailed(f"The server of {server.name} did not start:\n{server.last_words()}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    for sign, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _below(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry.parent.name))
    below, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        below.extend(children)
        waiting.extend(children)
    return below


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
