"""`make run`: prepare the database and the demo shop, then keep the site, the worker, its clock and the relay running.

Standard library alone, so that it stays small beside the processes that it minds. It ends them all when it is
told to stop, when its terminal closes and, on Linux, even when it is killed.
"""

import contextlib
import ctypes
import fcntl
import functools
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

BASE_DIR = Path(__file__).resolve().parent.parent
BIN_DIR = Path(sys.executable).parent
START_SECONDS = 60.0
GRACE_SECONDS = 10.0
SHORTEST_LIFE = 5.0
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
# Tells the web workers that they are this launcher's; see aclue/wsgi.py.
ONE_FATE = "ACLUE_ONE_FATE"


class CannotStart(Exception):
    """A sentence for the person at the terminal."""


def main() -> int:
    """Start everything, mind it, end everything; returns the exit code."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    var = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aclue.settings")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        with only_one(var):
            check_file_system(var)
            check_port(host, port)
            prepare()
            Crew(commands(host, port), host, port).mind()
    except CannotStart as reason:
        print(f"aclue: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the lock of this folder's run; raises CannotStart when another run holds it.

    The lock and not the pid in the file decides, so a file that a crash left behind is no obstacle.
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.pid").open("a+") as file:
        file.seek(0)
        former = file.read().strip()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"it runs already in this folder (process {former}); stop that one first.") from None
        if former:
            print(f"A former run (process {former}) did not end cleanly; starting afresh.", flush=True)
        _write(file, str(os.getpid()))
        try:
            yield
        finally:
            _write(file, "")


def _write(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


def check_file_system(var: Path) -> None:
    """Raises CannotStart where SQLite's write-ahead log cannot work (a Windows folder seen from WSL, say)."""
    if os.environ.get("DATABASE_URL"):
        return
    probe = var / "probe.sqlite3"
    try:
        connection = sqlite3.connect(probe)
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        connection.execute("CREATE TABLE probe (x)")
        connection.close()
    except sqlite3.Error:
        mode = "none"
    finally:
        for left in var.glob("probe.sqlite3*"):
            left.unlink()
    if mode != "wal":
        raise CannotStart(
            f"the file system of {var} cannot hold the database (no write-ahead log). "
            "Under WSL, keep the checkout in the Linux file system, for example below your home folder."
        )


def check_port(host: str, port: str) -> None:
    """Raises CannotStart when the address is no address or somebody listens there."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise CannotStart(f"PORT={port} is not a port between 1 and 65535.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as problem:
        raise CannotStart(
            f"{host}:{port} cannot be used ({problem.strerror or problem}). Another one: make run PORT=8001"
        ) from None


def prepare() -> None:
    """Migrate, write roles, fill an empty shop; raises CannotStart when one of them fails."""
    if subprocess.run([sys.executable, "manage.py", "prepare"], cwd=BASE_DIR, check=False).returncode:
        raise CannotStart("`manage.py prepare` failed; its own words are above.")


def commands(host: str, port: str) -> dict[str, list[str]]:
    """Return the command line of each process."""
    pool = "threads" if sys.platform == "darwin" else "prefork"
    return {
        "web": [
            *(str(BIN_DIR / "granian"), "--interface", "wsgi", "--host", host, "--port", port),
            *("--workers", os.environ.get("WEB_WORKERS", "2"), "--blocking-threads", "2", "--no-ws", "--http", "1"),
            *("--respawn-failed-workers", "--log-level", "warning"),
            "aclue.wsgi:application",
        ],
        "worker": [
            *(str(BIN_DIR / "celery"), "--app", "aclue", "--quiet", "worker", "--pool", pool),
            *("--concurrency", "2", "--loglevel", "warning", "--without-gossip", "--without-mingle"),
        ],
        "beat": [str(BIN_DIR / "celery"), "--app", "aclue", "--quiet", "beat", "--loglevel", "warning", "--pidfile="],
        "relay": [sys.executable, "manage.py", "relay"],
    }


class Crew:
    """The processes of one run."""

    def __init__(self, lines: dict[str, list[str]], host: str, port: str) -> None:
        self.lines = lines
        shown = "127.0.0.1" if host in EVERY_ADDRESS else host
        self.url = f"http://{shown}:{port}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.stopping = False

    def mind(self) -> None:
        """Start all, say where they are, restart what dies, until a signal says stop."""
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, self._stop)
        try:
            # The page first: the others would take the processor from it.
            self._start("web")
            self._wait_until_healthy()
            self._announce()
            for name in self.lines:
                if name not in self.running and not self.stopping:
                    self._start(name)
            while not self.stopping:
                self._restart_the_dead()
                time.sleep(0.3)
        finally:
            self._end_all()

    def _stop(self, *_: Any) -> None:
        self.stopping = True

    def _start(self, name: str) -> None:
        # Its own session: Ctrl-C reaches this process alone, which then ends the others in order.
        # Without the launcher nobody would end a web worker that was told to stop while it started, and did not hear.
        how = signal.SIGKILL if name == "web" else signal.SIGTERM
        self.running[name] = subprocess.Popen(
            self.lines[name],
            cwd=BASE_DIR,
            env=os.environ | {ONE_FATE: "1"},
            start_new_session=True,
            preexec_fn=functools.partial(die_with_parent, how),
        )
        self.started[name] = time.monotonic()

    def _wait_until_healthy(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and not self.stopping:
            if self.running["web"].poll() is not None:
                raise CannotStart("the web server ended as it started; its own words are above.")
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.1)
        if not self.stopping:
            raise CannotStart(f"the site did not answer at {self.url}/health within {START_SECONDS:.0f} seconds.")

    def _announce(self) -> None:
        if self.stopping:
            return
        lines = [
            "",
            "aclue is running. Ctrl-C ends it.",
            f"  Swipe       {self.url}/",
            f"  API         {self.url}/docs",
            f"  Staff       {self.url}/admin/",
        ]
        sign_ins = Path(os.environ.get("VAR_DIR", BASE_DIR / "var")) / "demo-sign-ins.txt"
        if sign_ins.is_file():
            lines += ["", *sign_ins.read_text(encoding="utf-8").splitlines(), f"    (also in {sign_ins})"]
        print("\n".join([*lines, ""]), flush=True)

    def _restart_the_dead(self) -> None:
        for name, process in self.running.items():
            code = process.poll()
            if code is None:
                continue
            print(f"aclue: the {name} process ended (code {code}); starting it again.", file=sys.stderr, flush=True)
            _end_group(process, signal.SIGKILL)
            if time.monotonic() - self.started[name] < SHORTEST_LIFE:
                time.sleep(1)
            self._start(name)

    def _end_all(self) -> None:
        if self.running:
            print("aclue: ending; the worker finishes what it is at.", file=sys.stderr, flush=True)
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, until - time.monotonic()))
            _end_group(process, signal.SIGKILL)
            process.wait()


def _end_group(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    """Signal a process and all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, how)


def die_with_parent(how: signal.Signals) -> None:
    """Ask Linux to end this process when its parent dies, however it dies; elsewhere nothing is asked."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, how)


if __name__ == "__main__":
    sys.exit(main())
