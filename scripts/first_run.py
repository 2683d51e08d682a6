"""Try `make run` as a newcomer would, in a fresh clone, and hold it to its figures.

First page within three minutes, a later start within ten seconds, at most 500 MB installed, nothing left behind.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_SECONDS, LATER_SECONDS, INSTALLED_MB = 180.0, 10.0, 500.0
SERVICES = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TEST_DATABASE_URL", "TEST_REDIS_URL", "VAR_DIR")


def main() -> int:
    """Start twice, print the figures; returns 1 when one of them is missed."""
    with tempfile.TemporaryDirectory(prefix="aclue-first-run-") as folder:
        clone = Path(folder) / "aclue"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        first = start(clone, "first start")
        installed = megabytes(clone / ".venv")
        later = start(clone, "later start")
    figures = [
        ("first page, seconds", first, FIRST_SECONDS),
        ("later start, seconds", later, LATER_SECONDS),
        ("installed, MB", installed, INSTALLED_MB),
    ]
    for name, value, most in figures:
        print(f"{name:22} {value:7.1f}   (at most {most:.0f})  {'ok' if value <= most else 'MISSED'}")
    return int(any(value > most for _, value, most in figures))


def start(clone: Path, title: str) -> float:
    """Run `make run` until the first page is there, then press Ctrl-C; returns the seconds to the page."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=clone, env=environment | {"PORT": str(port)}, start_new_session=True
    )
    try:
        page = wait_for_page(process, f"http://127.0.0.1:{port}/")
        seconds = time.monotonic() - began
        print(f"{title}: first page of {len(page)} bytes after {seconds:.1f} s", flush=True)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)
    if not can_bind(port):
        sys.exit(f"{title}: something still listens on port {port} after Ctrl-C")
    return seconds


def wait_for_page(process: "subprocess.Popen[bytes]", url: str) -> bytes:
    """Return the first page that answers 200."""
    until = time.monotonic() + FIRST_SECONDS * 2
    while time.monotonic() < until:
        if process.poll() is not None:
            sys.exit(f"`make run` ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bytes(answer.read())
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    sys.exit("no page came")


def megabytes(folder: Path) -> float:
    """Return the size of a folder, in 10^6 bytes on disk, links not followed."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*")) / 1e6


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def can_bind(port: int) -> bool:
    """Return whether a port is free (again)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
