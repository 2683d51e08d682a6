"""The load: wrk where it is installed, else a small client of our own; the same for both servers."""

import dataclasses
import json
import selectors
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bench.addresses import Case
from bench.progress import say

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("wrk.lua")


class LoadFailed(Exception):
    """Requests failed, so that their rate means nothing."""


@dataclasses.dataclass(frozen=True)
class Load:
    """What one burst of requests came to."""

    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def generator() -> str:
    """Return which load generator this machine has."""
    return "wrk" if shutil.which("wrk") else "bench.driver"


class Driver:
    """Asks one case of a server; keeps the list of addresses in files for wrk."""

    def __init__(self, folder: Path, tokens: Sequence[str]) -> None:
        self.folder = folder
        self.tokens = tokens
        self._asked: dict[tuple[str, str], int] = {}

    def drive(self, address: str, case: Case, seconds: float) -> Load:
        """Ask for some seconds over kept-alive connections; raises LoadFailed when an answer is no 2xx."""
        tokens = self.tokens if case.signed_in else ()
        # Go on where the last burst ended: a list that must not repeat itself would else start again.
        start = self._asked.get((address, case.name), 0)
        ask = self._wrk if generator() == "wrk" else _own_client
        load = ask(address, case.paths, tokens, seconds, start)
        self._asked[address, case.name] = start + load.requests
        if load.failed or not load.requests:
            raise LoadFailed(f"{load.failed} of {load.requests} requests failed: {case.name} at {address}")
        return load

    def _wrk(self, address: str, paths: Sequence[str], tokens: Sequence[str], seconds: float, start: int) -> Load:
        path_file, token_file = self.folder / "paths.txt", self.folder / "tokens.txt"
        path_file.write_text("".join(f"{path}\n" for path in paths))
        token_file.write_text("".join(f"{token}\n" for token in tokens))
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", "-s", str(SCRIPT)]
        command = ["wrk", *options, address, "--", str(path_file), str(token_file), str(start)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30)
        if "FAILED " in done.stdout:
            say(done.stdout[done.stdout.index("FAILED ") :].splitlines()[0])
        result = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
        return Load(**json.loads(result.removeprefix("RESULT ")))


def _own_client(address: str, paths: Sequence[str], tokens: Sequence[str], seconds: float, start: int) -> Load:
    """Ask over CONNECTIONS sockets, one request at a time on each; only what is needed of HTTP is read."""
    place = urlsplit(address)
    host = (place.hostname or "127.0.0.1", place.port or 80)
    requests = [_request(path, host, tokens[i % len(tokens)] if tokens else "") for i, path in enumerate(paths)]
    waiting = selectors.DefaultSelector()
    position, failed, spent = start, 0, []

    def ask(sock: socket.socket) -> tuple[float, bytearray]:
        nonlocal position
        sock.sendall(requests[position % len(requests)])
        position += 1
        return time.perf_counter(), bytearray()

    sockets = [socket.create_connection(host) for _ in range(CONNECTIONS)]
    try:
        started = time.perf_counter()
        for opened in sockets:
            waiting.register(opened, selectors.EVENT_READ, ask(opened))
        while time.perf_counter() < started + seconds:
            for key, _ in waiting.select(1.0):
                asked_at, received = key.data
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                received += sock.recv(262_144)
                if not _complete(received):
                    continue
                spent.append(time.perf_counter() - asked_at)
                failed += not received.startswith((b"HTTP/1.1 2", b"HTTP/1.1 304"))
                waiting.modify(sock, selectors.EVENT_READ, ask(sock))
        took = time.perf_counter() - started
    finally:
        waiting.close()
        for opened in sockets:
            opened.close()
    cuts = statistics.quantiles(spent, n=100) if len(spent) > 1 else [0.0] * 99
    return Load(len(spent), took, failed, cuts[49] * 1000, cuts[98] * 1000)


def _request(path: str, host: tuple[str, int], token: str) -> bytes:
    signed = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: {host[0]}:{host[1]}\r\n{signed}\r\n".encode()


def _complete(received: bytearray) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return False
    _, _, length = head.lower().partition(b"content-length:")
    return len(body) >= int(length.partition(b"\r\n")[0] or b"0")
