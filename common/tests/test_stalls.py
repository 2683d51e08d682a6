"""A body that does not come in time is given up; one that comes slowly but steadily is waited for."""

import fcntl
import subprocess
import sys
import threading
import time
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from common import stalls
from common.tests.sockets import answer_to, raw_clients

PATIENCE = 0.4


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def port(monkeypatch):
    """Serve, with one thread, an application that says how long the body was; returns the port."""
    monkeypatch.setattr(stalls, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(stalls, "LEAST_BYTES_A_SECOND", 1000)
    monkeypatch.setattr(stalls, "CHUNK", 500)

    def measure(environ, start_response):
        try:
            length = len(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0)))
        except stalls.BodyTooSlow:
            start_response("408 Request Timeout", [])
            return [b"too slow"]
        start_response("200 OK", [])
        return [b"%d" % length]

    server = make_server("127.0.0.1", 0, stalls.WithPatience(measure, PATIENCE), handler_class=Quiet)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    yield server.server_port
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def begin(port):
    """Return a function that begins a request with a body of so many bytes."""
    with raw_clients(port, timeout=10) as begin_:
        yield lambda length: begin_(b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % length)


def drip(client, seconds, pause, piece):
    """Send piece by piece until the time is up or nobody listens."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(pause)
        try:
            client.sendall(piece)
        except OSError:
            return


def test_a_body_that_stops_is_given_up_and_the_next_client_is_served(begin):
    silent = begin(1000)
    silent.sendall(b"x" * 10)
    began = time.monotonic()

    answer = answer_to(silent)

    assert answer.startswith(b"HTTP/1.0 408")
    assert PATIENCE - 0.1 < time.monotonic() - began < PATIENCE + 1
    other = begin(3)
    other.sendall(b"abc")
    assert answer_to(other).endswith(b"3")


def test_a_body_that_drips_is_given_up_as_well(begin):
    dripping = begin(1000)
    began = time.monotonic()
    threading.Thread(target=drip, args=(dripping, 5, 0.02, b"x"), daemon=True).start()

    answer = b""
    while b"too slow" not in answer and (more := dripping.recv(1000)):
        answer += more

    assert answer.startswith(b"HTTP/1.0 408")
    assert time.monotonic() - began < PATIENCE + 1


def test_a_large_body_may_take_longer_while_it_keeps_coming(begin):
    slow = begin(3000)
    began = time.monotonic()

    drip(slow, 1.2, 0.05, b"x" * 150)

    assert answer_to(slow).endswith(b"3000")
    assert time.monotonic() - began > 2 * PATIENCE


def test_who_waits_behind_a_silent_client_is_served_after_it(begin):
    silent = begin(1000)
    time.sleep(0.2)
    patient = begin(3)
    patient.sendall(b"abc")

    assert b"408" in answer_to(silent)
    assert answer_to(patient).endswith(b"3")


def test_a_request_without_a_body_is_left_as_it_is():
    given = {"wsgi.input": object()}
    environ = dict(given)

    stalls.WithPatience(lambda environ, start_response: [])(environ, lambda *_: None)

    assert environ == given


def test_watching_over_a_body_gives_up_no_lock_on_a_file(port, begin, tmp_path):
    """SQLite's locks are of the kind that a process loses when it closes any descriptor of the file."""
    path = tmp_path / "a database"
    with path.open("w+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)

        client = begin(1000)
        time.sleep(PATIENCE + 0.3)  # looked for, and cut
        answered = answer_to(client)

        probe = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        elsewhere = subprocess.run([sys.executable, "-c", probe, str(path)], capture_output=True, text=True)
        assert answered.startswith(b"HTTP/1.0 408")
        assert elsewhere.returncode == 1
        assert "BlockingIOError" in elsewhere.stderr


def test_what_is_no_socket_is_left_open(tmp_path):
    with (tmp_path / "a file").open("wb") as file:
        n_open = len(list(Path("/dev/fd").iterdir()))

        with pytest.raises(OSError, match="Socket operation on non-socket"):
            stalls._double(file.fileno())

        assert len(list(Path("/dev/fd").iterdir())) == n_open
