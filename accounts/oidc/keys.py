"""The public keys by which a provider signs: fetched when they are needed, kept while they serve."""

import functools
import json
import queue
import re
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from jwt import PyJWK, PyJWTError

from common.errors import Unavailable

log = structlog.get_logger(__name__)

CONNECT_SECONDS, TOTAL_SECONDS = 2.0, 3.0
# A provider is asked at most this often for a key that it did not have, or after it did not answer.
PAUSE = timedelta(seconds=30)
LONGEST_FRESH, DEFAULT_FRESH = timedelta(hours=1), timedelta(minutes=5)
# While a provider is away its last keys serve on, but a key that it may have withdrawn does not do so for ever.
LONGEST_KEPT = timedelta(days=1)
MOST_BYTES, MOST_KEYS = 256 * 1024, 100
SHORTEST_RSA = 2048
ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}


class ProviderAway(Unavailable):
    """The provider's keys cannot be had, so nobody can say whether its token is genuine."""

    error_code = "PROVIDER_AWAY"
    detail = "The sign-in provider does not answer right now. Please try again."


class KeyRing:
    """The keys behind one address, shared by the threads of a process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._fresh_until: datetime | None = None
        self._failed_at: datetime | None = None
        self._searched_at: datetime | None = None

    def find(self, key_id: str, now: datetime) -> PyJWK | None:
        """Return the key of that name, or None when the provider has no such key; raises ProviderAway."""
        with self._lock:
            self._forget_old(now)
            if (self._fresh_until is None or now >= self._fresh_until) and _is_over(self._failed_at, now):
                self._fetch(now)
            key = self._keys.get(key_id)
            if key is None and self._may_search(now):
                # A new key: the provider has rotated its own. Or somebody makes names up, and then once is enough.
                self._searched_at = now
                self._fetch(now)
                key = self._keys.get(key_id)
            if key is None and self._failed_at is not None:
                raise ProviderAway(retry_after=int(PAUSE.total_seconds()))
            return key

    def _may_search(self, now: datetime) -> bool:
        return self._fetched_at != now and _is_over(self._searched_at, now) and _is_over(self._failed_at, now)

    def _forget_old(self, now: datetime) -> None:
        if self._fetched_at is not None and now >= self._fetched_at + LONGEST_KEPT:
            self._keys, self._fetched_at, self._fresh_until = {}, None, None

    def _fetch(self, now: datetime) -> None:
        """Put the provider's present keys in place of ours; when they cannot be had, ours stay."""
        try:
            keys, fresh_for = download(self.url)
        except (httpx.HTTPError, ValueError, TimeoutError) as problem:
            log.warning("oidc_keys_not_fetched", url=self.url, error=f"{type(problem).__name__}: {problem}"[:200])
            self._failed_at = now
            return
        self._keys, self._fetched_at, self._fresh_until, self._failed_at = keys, now, now + fresh_for, None


@functools.lru_cache(maxsize=16)
def key_ring(url: str) -> KeyRing:
    """Return the process's ring for an address."""
    return KeyRing(url)


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is None or now >= moment + PAUSE


def download(url: str) -> tuple[dict[str, PyJWK], timedelta]:
    """Return the keys at an address and how long they are fresh, within TOTAL_SECONDS.

    Raises httpx.HTTPError, TimeoutError, ValueError.
    """
    # httpx bounds each step, not their sum, and nothing bounds the look-up of a name; so the steps are taken aside.
    answers: queue.SimpleQueue[tuple[bytes, Mapping[str, str]] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(_get(url))
        except Exception as problem:
            answers.put(problem)

    threading.Thread(target=work, name="oidc-keys", daemon=True).start()
    try:
        answer = answers.get(timeout=TOTAL_SECONDS)
    except queue.Empty:
        raise TimeoutError(f"no answer within {TOTAL_SECONDS:.0f} s") from None
    if isinstance(answer, Exception):
        raise answer
    body, headers = answer
    return _read_keys(body), _fresh_for(headers.get("cache-control", ""))


def _get(url: str) -> tuple[bytes, Mapping[str, str]]:
    until = time.monotonic() + TOTAL_SECONDS
    timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    with (
        httpx.Client(timeout=timeout, headers=headers, follow_redirects=False) as client,
        client.stream("GET", url) as response,
    ):
        if response.status_code != 200:
            raise ValueError(f"status {response.status_code}")
        body = b""
        for part in response.iter_raw():
            body += part
            if len(body) > MOST_BYTES:
                raise ValueError(f"more than {MOST_BYTES} bytes")
            if time.monotonic() > until:
                raise TimeoutError("the answer drips")
        return body, response.headers


def _read_keys(body: bytes) -> dict[str, PyJWK]:
    """Return the keys for signatures that we know how to check, by name; raises ValueError without any."""
    try:
        document = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("no list of keys")
    keys = {}
    for entry in entries[:MOST_KEYS]:
        key = _read_key(entry)
        if key is not None:
            keys[entry["kid"]] = key
    if not keys:
        raise ValueError("no key for RS256 or ES256")
    return keys


def _read_key(entry: Any) -> PyJWK | None:
    """Return a public RSA key or one on the curve P-256; anything else, a shared secret above all, is none."""
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or entry.get("use", "sig") != "sig":
        return None
    algorithm = ALGORITHMS.get(str(entry.get("kty")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("crv", "P-256") != "P-256":
        return None
    try:
        key = PyJWK.from_dict({name: value for name, value in entry.items() if name != "d"}, algorithm)
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    return key if algorithm != "RS256" or key.key.key_size >= SHORTEST_RSA else None


def _fresh_for(cache_control: str) -> timedelta:
    """Return how long an answer may be kept.

    >>> _fresh_for("public, max-age=600"), _fresh_for("max-age=86400"), _fresh_for("")
    (datetime.timedelta(seconds=600), datetime.timedelta(seconds=3600), datetime.timedelta(seconds=300))
    """
    found = re.search(r"max-age=(\d{1,9})", cache_control)
    if not found:
        return DEFAULT_FRESH
    return min(max(timedelta(seconds=int(found[1])), PAUSE), LONGEST_FRESH)
