"""Clients that speak HTTP word by word, for what no HTTP library would do."""

import contextlib
import socket


@contextlib.contextmanager
def raw_clients(port, timeout):
    """Return a function that connects and sends the first words of a request; all connections are closed at the end."""
    with contextlib.ExitStack() as clients:

        def begin(words):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", port), timeout=timeout))
            client.sendall(words)
            return client

        yield begin


def answer_to(client):
    """Return all that a server says until it hangs up."""
    answer = b""
    while more := client.recv(1000):
        answer += more
    return answer
