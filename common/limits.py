"""How often something may be done: one atomic counter for each limit, and the classes of routes that share one.

What strangers could wear down (accounts, sign-ins, mails) has one count for all processes: in Redis where there is one,
else in the database. What is only generous is counted without asking anybody where asking costs more than it is worth:
reads always, writes where no Redis is configured. Such a limit is shared out to this machine's web processes, so that
together they let no more through. docs/decisions/0009-limits.md has the figures.
"""

import functools
import hashlib
import ipaddress
import math
import time
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import parse
from redis.exceptions import RedisError

from common.counters import Counted, DatabaseCounter, ProcessCounter, RedisCounter
from common.errors import TooMany
from common.models import RateCount

log = structlog.get_logger(__name__)

REDIS_SECONDS = 0.2
# A Redis that hangs may cost its 0.2 seconds once in a while, and not each request.
REDIS_REST_SECONDS = 5.0
# What has one count for all processes also where there is no Redis.
STRICT = frozenset({"register", "login", "guest", "mail", "mail_address", "mailbox"})
# What no other process is asked about.
OWN = frozenset({"read", "network"})


class Standing(NamedTuple):
    """How somebody stands with a limit after a try."""

    limit: int
    remaining: int
    ends_in: float


def hit(name: str, request: HttpRequest) -> None:
    """Count one try of the request's network against the limit `name` of RATE_LIMITS.

    Raises TooMany, with the seconds until the window ends, once the limit is reached.
    """
    _count_for(request, name, caller_network(request))


def hit_address(name: str, request: HttpRequest, address: str, *, about: str) -> None:
    """Count one try of the request's network at what it is `about` for an e-mail address; raises TooMany.

    Each network and each matter has a count of its own, so that nobody uses up what the address's owner may do.
    """
    _count_for(request, name, f"{about}/{caller_network(request)}/{_digest(address)}")


def has_room(name: str, address: str, *, about: str) -> bool:
    """Count one more for an e-mail address, whoever asked for it; returns whether the limit `name` lets it through."""
    return _count(name, f"{about}/{_digest(address)}").remaining >= 0


def hit_caller(name: str, request: HttpRequest, user: Any, key: Any = None) -> None:
    """Count one request of an API key, else of who is signed in, else of the network; raises TooMany."""
    if (limited_as := getattr(key, "limited_as", None)) is not None:
        _count_for(request, name, limited_as)
    elif user is not None and user.pk is not None:
        _count_for(request, name, f"user:{user.pk}")
    else:
        hit(name, request)


def class_of(method: str) -> str:
    """Return the class of a route that names none."""
    return "read" if method in {"GET", "HEAD", "OPTIONS"} else "write"


def tell(request: HttpRequest, headers: Any) -> None:
    """Write the RateLimit headers of the request's narrowest limit into an answer's headers."""
    standing: Standing | None = getattr(request, "limit_standing", None)
    if standing is not None:
        # Past Django's checks of what a header may hold, which cost more than the count itself: these are numbers.
        headers._store |= {
            "ratelimit-limit": ("RateLimit-Limit", str(standing.limit)),
            "ratelimit-remaining": ("RateLimit-Remaining", str(max(0, standing.remaining))),
            "ratelimit-reset": ("RateLimit-Reset", str(math.ceil(standing.ends_in))),
        }


def reset() -> None:
    """Forget every count of this process and of Redis, for tests; the database's go with the test's transaction."""
    reset_own()
    if settings.REDIS_URL:
        _redis_counter(settings.REDIS_URL).reset()


def reset_own() -> None:
    """Forget every count of this process, and that Redis did not answer it, for tests."""
    _own_counter().reset()
    _redis_rests_until.clear()


def tidy(*, now: datetime) -> int:
    """Delete the database's counts whose window is over; returns how many."""
    deleted, _ = RateCount.objects.filter(ends_at__lt=now).delete()
    return deleted


def client_address(request: HttpRequest) -> str:
    """Return who asks: the last address that TRUSTED_PROXIES proxies of ours have not written themselves.

    Each proxy adds the address it was asked from to X-Forwarded-For; what stands left of ours is anybody's claim.
    """
    if not settings.TRUSTED_PROXIES:
        return request.META.get("REMOTE_ADDR", "")
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    hops = [*seen, request.META.get("REMOTE_ADDR", "")]
    return hops[-1 - min(settings.TRUSTED_PROXIES, len(hops) - 1)]


def caller_network(request: HttpRequest) -> str:
    """Return the network a request comes from, as the limits and the services take it."""
    return network_of(client_address(request))


@functools.lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return the network an address stands for: itself, or the /64 that one IPv6 customer owns.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3::4"), network_of("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed.packed, 64), strict=False))
    return str(parsed)


def _digest(address: str) -> str:
    """Return what is kept of an address."""
    return hashlib.sha256(address.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()


def _count_for(request: HttpRequest, name: str, who: str) -> None:
    standing = _count(name, who)
    former: Standing | None = request.__dict__.get("limit_standing")
    if former is None or standing.remaining < former.remaining:
        request.limit_standing = standing  # type: ignore[attr-defined]
    if standing.remaining < 0:
        raise TooMany(retry_after=max(1, math.ceil(standing.ends_in)))


def _count(name: str, who: str) -> Standing:
    amount, seconds = _rate(settings.RATE_LIMITS[name])
    key = f"{name}/{who}"
    if name in OWN or not (settings.REDIS_URL or name in STRICT):
        n_processes = settings.WEB_WORKERS
        n, ends_in = _own_counter().count(key, seconds)
        share = -(-amount // n_processes)
        return Standing(amount, min(amount, (share - n) * n_processes), ends_in)
    n, ends_in = _count_for_all(key, seconds)
    return Standing(amount, amount - n, ends_in)


def _count_for_all(key: str, seconds: int) -> Counted:
    url = settings.REDIS_URL
    if url and time.monotonic() >= _redis_rests_until.get(url, 0.0):
        try:
            return _redis_counter(url).count(key, seconds)
        except RedisError as problem:
            _redis_rests_until[url] = time.monotonic() + REDIS_REST_SECONDS
            log.warning("limits_storage_away", error=str(problem)[:200])
    return _database_counter().count(key, seconds)


_redis_rests_until: dict[str, float] = {}


@functools.lru_cache(maxsize=64)
def _rate(text: str) -> tuple[int, int]:
    """Return how many are allowed in how many seconds."""
    rate = parse(text)
    return rate.amount, rate.get_expiry()


@functools.cache
def _own_counter() -> ProcessCounter:
    return ProcessCounter()


@functools.cache
def _database_counter() -> DatabaseCounter:
    return DatabaseCounter()


@functools.cache
def _redis_counter(url: str) -> RedisCounter:
    return RedisCounter(
        url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, key_prefix="aclue-limits"
    )
