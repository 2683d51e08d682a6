"""Several processes at once, each as a deployment would start it, on the test's own database and Redis."""

import json
import os
import subprocess
import sys
from typing import Any

from django.conf import settings

PREPARE = """
import json, sys
import django
django.setup()
from django.db import connection
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
"""


def in_processes(code: str, n_processes: int, **environment: str) -> list[Any]:
    """Return what `code`, which prints one line of JSON, printed in each of some processes that start together."""
    database = settings.DATABASES["default"]
    is_sqlite = "sqlite" in database["ENGINE"]
    user = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    url = f"sqlite:///{database['NAME']}" if is_sqlite else f"postgres://{user}/{database['NAME']}"
    known = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "RATE_LIMIT_"))}
    own = {"DJANGO_SETTINGS_MODULE": "aclue.settings", "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE + code],
            cwd=settings.BASE_DIR,
            env=known | own | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(n_processes)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=120)[0] for process in processes]
    assert all(process.returncode == 0 for process in processes)
    return [json.loads(words.splitlines()[-1]) for words in printed]
