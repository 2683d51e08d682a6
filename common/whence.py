"""From which network the request in hand came; empty where none is in hand, as in tasks and commands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _nowhere() -> str:
    return ""


_network: ContextVar[Callable[[], str]] = ContextVar("network", default=_nowhere)


@contextmanager
def asked_from(network: Callable[[], str]) -> Iterator[None]:
    """Note how to find the network while a request is answered; it is found when somebody wants to know."""
    token = _network.set(network)
    try:
        yield
    finally:
        _network.reset(token)


def network() -> str:
    """Return the network of the request in hand, or an empty string."""
    return _network.get()()
