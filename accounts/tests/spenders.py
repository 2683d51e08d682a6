"""Real processes that spend one code at the same moment, each in several threads."""

import json
import os
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

PROCESSES, THREADS = 2, 4
SCRIPT = """
import json, os, sys, threading, time
from datetime import datetime
import django
django.setup()
from accounts import services
from common.errors import DomainError
from django.db import connection

asked = json.loads(sys.argv[1])
outcomes = []

def spend(thread):
    # Each from a network of its own: what holds them back must be the code and not the lock-out.
    network = f"192.0.2.{os.getpid() % 100}-{thread}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    time.sleep(max(0.0, asked["at"] - time.time()))
    try:
        services.sign_in(
            email=asked["email"], password=asked["password"], otp=asked["otp"], network=network,
            now=datetime.fromisoformat(asked["now"]),
        )
        outcomes.append("IN")
    except DomainError as refused:
        outcomes.append(refused.error_code)
    except Exception as failure:
        outcomes.append(repr(failure))
    finally:
        connection.close()

threads = [threading.Thread(target=spend, args=(number,)) for number in range(asked["threads"])]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(outcomes))
"""


def spend_at_once(*, seconds_to_start: float = 6.0, **asked: Any) -> list[str]:
    """Return what became of eight sign-ins with one code: four threads in each of two processes, all at one moment."""
    asked |= {"at": time.time() + seconds_to_start, "threads": THREADS}
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "aclue.tests.settings",
        "TEST_DATABASE_URL": _url_of_this_database(),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, json.dumps(asked)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    outcomes: list[str] = []
    for process in running:
        printed, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
        outcomes += json.loads(printed)
    return outcomes


def _url_of_this_database() -> str:
    """Return the address of the database that this test works in."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{name}"))
