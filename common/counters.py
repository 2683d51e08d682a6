"""Where limits are counted: in Redis for all, in the database for all, or in this process for itself.

Three storages of the `limits` library. Each adds `count`, which says in one step how many there are by now and how long
the window lasts; the library's own way asks a second time for the latter. A window begins with its first try.
"""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import DatabaseError, connection
from limits.storage import RedisStorage, Storage

from common.models import RateCount

COUNT_IN_DATABASE = f"""
    INSERT INTO {RateCount._meta.db_table} (key, n_hits, ends_at) VALUES (%(key)s, %(n)s, %(end)s)
    ON CONFLICT (key) DO UPDATE SET
        n_hits = CASE WHEN {RateCount._meta.db_table}.ends_at <= %(now)s THEN excluded.n_hits
                      ELSE {RateCount._meta.db_table}.n_hits + excluded.n_hits END,
        ends_at = CASE WHEN {RateCount._meta.db_table}.ends_at <= %(now)s THEN excluded.ends_at
                       ELSE {RateCount._meta.db_table}.ends_at END
    RETURNING n_hits, ends_at
"""
COUNT_IN_REDIS = """
    local n = redis.call("INCRBY", KEYS[1], ARGV[2])
    if n == tonumber(ARGV[2]) then redis.call("EXPIRE", KEYS[1], ARGV[1]) end
    return {n, redis.call("PTTL", KEYS[1])}
"""


class Counted(NamedTuple):
    """How many tries there are in the window, this one with them, and the seconds until the window ends."""

    n: int
    ends_in: float


class RedisCounter(RedisStorage):
    """One count for all processes of all machines."""

    def initialize_storage(self, uri: str) -> None:
        """Add our script to the library's."""
        super().initialize_storage(uri)
        self._count = self.get_connection().register_script(COUNT_IN_REDIS.encode())

    def count(self, key: str, expiry: int) -> Counted:
        """Count one more; raises RedisError."""
        n, milliseconds = self._count([self.prefixed_key(key)], [expiry, 1])
        return Counted(n, max(0, milliseconds) / 1000)


class DatabaseCounter(Storage):
    """One count for all processes that share the database."""

    STORAGE_SCHEME = None

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the database raises."""
        return DatabaseError

    def count(self, key: str, expiry: int, amount: int = 1) -> Counted:
        """Count some more, in one statement, so that of parallel ones each sees another number."""
        now = datetime.now(UTC)
        as_stored = connection.ops.adapt_datetimefield_value
        values: dict[str, Any] = {
            "key": key,
            "n": amount,
            "now": as_stored(now),
            "end": as_stored(now + timedelta(seconds=expiry)),
        }
        with connection.cursor() as cursor:
            cursor.execute(COUNT_IN_DATABASE, values)
            n, ends_at = cursor.fetchone()
        if ends_at.tzinfo is None:  # SQLite knows of no zones
            ends_at = ends_at.replace(tzinfo=UTC)
        return Counted(n, max(0.0, (ends_at - now).total_seconds()))

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count some more; returns how many there are."""
        return self.count(key, expiry, amount).n

    def get(self, key: str) -> int:
        """Return how many there are."""
        row = RateCount.objects.filter(key=key, ends_at__gt=datetime.now(UTC)).first()
        return row.n_hits if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since the epoch."""
        row = RateCount.objects.filter(key=key).first()
        return row.ends_at.timestamp() if row else time.time()

    def check(self) -> bool:
        """Return whether the database answers."""
        try:
            RateCount.objects.exists()
        except DatabaseError:
            return False
        return True

    def reset(self) -> int:
        """Forget every count; returns how many there were."""
        return RateCount.objects.all().delete()[0]

    def clear(self, key: str) -> None:
        """Forget one count."""
        RateCount.objects.filter(key=key).delete()


class ProcessCounter(Storage):
    """A count of this process alone, for what is asked too often to ask anybody else.

    The library's own keeps a timer thread that walks through all keys again and again, at every count.
    """

    STORAGE_SCHEME = None
    # Whoever sends from ever new addresses may not fill the memory: about 20 MB.
    MOST_KEYS = 100_000

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what may go wrong: nothing."""
        return ValueError

    def count(self, key: str, expiry: int, amount: int = 1) -> Counted:
        """Count some more."""
        now = time.monotonic()
        with self._lock:
            n, end = self._counts.get(key, (0, 0.0))
            if end <= now:
                n, end = 0, now + expiry
                self._make_room(now)
            n += amount
            self._counts[key] = (n, end)
        # Of floats, (now + 60) - now may be a trifle more than 60.
        return Counted(n, min(float(expiry), end - now))

    def _make_room(self, now: float) -> None:
        if len(self._counts) >= self.MOST_KEYS:
            self._counts = {key: (n, end) for key, (n, end) in self._counts.items() if end > now}
        if len(self._counts) >= self.MOST_KEYS:
            self._counts.clear()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count some more; returns how many there are."""
        return self.count(key, expiry, amount).n

    def get(self, key: str) -> int:
        """Return how many there are."""
        n, end = self._counts.get(key, (0, 0.0))
        return n if end > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since the epoch."""
        _, end = self._counts.get(key, (0, time.monotonic()))
        return time.time() + end - time.monotonic()

    def check(self) -> bool:
        """Return that it answers."""
        return True

    def reset(self) -> int:
        """Forget every count; returns how many there were."""
        with self._lock:
            n_counts = len(self._counts)
            self._counts.clear()
        return n_counts

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._counts.pop(key, None)
