"""Clients that begin a request and fall silent (`make faults`; half a minute of waiting is no part of the suite)."""

import threading
import time

import httpx
import pytest

from aclue.tests.stack import Stack
from common.tests.sockets import answer_to, raw_clients

CUT_SECONDS = 30.0
BEGUN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-"
BODY_BEGUN = BEGUN + b'Type: application/json\r\nContent-Length: 1000\r\n\r\n{"email": "'

pytestmark = pytest.mark.processes


@pytest.fixture
def stack(tmp_path):
    stack = Stack(tmp_path)
    stack.start("web")
    yield stack
    stack.stop()


@pytest.fixture
def begin(stack):
    """Return a function that begins a request."""
    with raw_clients(stack.port, timeout=3 * CUT_SECONDS) as begin_:
        yield begin_


def see_everybody_served(stack):
    """Ask more often than there are workers, each time on a connection of its own."""
    for _ in range(20):
        assert httpx.get(f"{stack.url}/api/v1/products", timeout=2).status_code == 200


def test_a_client_that_stalls_in_its_headers_is_cut_after_half_a_minute(begin):
    began = time.monotonic()
    client = begin(BEGUN)

    rest = client.recv(1000)

    assert rest == b""
    assert CUT_SECONDS - 2 < time.monotonic() - began < CUT_SECONDS + 2


def test_clients_that_stall_in_their_bodies_are_cut_after_half_a_minute_however_many(stack, begin):
    began = time.monotonic()
    clients = [begin(BODY_BEGUN) for _ in range(12)]

    answers = [answer_to(client) for client in clients]

    assert CUT_SECONDS - 3 < time.monotonic() - began < CUT_SECONDS + 3
    assert any(answer.startswith(b"HTTP/1.1 408") for answer in answers)
    assert all(b'"error_code":"REQUEST_TIMEOUT"' in answer for answer in answers if answer.startswith(b"HTTP/1.1 408"))
    see_everybody_served(stack)


def test_a_client_that_drips_its_body_is_cut_after_half_a_minute(stack, begin):
    began = time.monotonic()
    client = begin(BODY_BEGUN)
    is_over = threading.Event()

    def drip():
        while not is_over.wait(5):
            client.sendall(b"a")

    threading.Thread(target=drip, daemon=True).start()
    answer = client.recv(1000)
    is_over.set()

    assert CUT_SECONDS - 3 < time.monotonic() - began < CUT_SECONDS + 3
    assert answer.startswith(b"HTTP/1.1 408")
    see_everybody_served(stack)
