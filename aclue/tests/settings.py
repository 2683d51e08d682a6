"""Settings of the test suite: aclue's own, with cheap passwords and nothing kept between runs."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

# Before the settings are read: a test never sees the developer's .env or var/. Each checkout has a folder of its own,
# so that two can be tested at once.
_checkout = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:8]
_var = (
    Path(tempfile.gettempdir())
    / f"aclue-tests-{os.getuid()}-{_checkout}"
    / os.environ.get("PYTEST_XDIST_WORKER", "main")
)


def _own_redis(url: str) -> str:
    """Return the URL with a number of this worker's own: limits are counted there and reset before each test."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    return re.sub(r"/(\d+)$", lambda number: f"/{(int(number[1]) + worker) % 16}", url)


_switches = ("RATE_LIMIT_", "ENABLE_", "FIRST_SUPERUSER_", "SECOND_FACTOR_")
for name in [name for name in os.environ if name.startswith(_switches)]:
    del os.environ[name]
os.environ |= {
    "ENVIRONMENT": "development",
    "DEBUG": "false",
    "SECRET_KEY": "only for tests only for tests only for tests",
    "VAR_DIR": str(_var),
    "LOG_LEVEL": "WARNING",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SITE_URL": "https://gifts.example/",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", f"sqlite:///{_var / 'tests.sqlite3'}"),
    "REDIS_URL": _own_redis(os.environ.get("TEST_REDIS_URL", "")),
    "CELERY_BROKER_URL": "",
    "CORS_ORIGINS": "https://app.example",
    "EMAIL_URL": "",
}
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
_var.mkdir(parents=True, exist_ok=True)

from aclue.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
BUFFERED_WRITES = False
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_AUTOREFRESH = True
# On disk where two connections have to meet in one database; SQLite's in-memory database is one connection's own.
if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(_var / "tests.sqlite3")}  # noqa: F405
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_aclue_{_checkout}_{_var.name}"}  # noqa: F405
