"""Clients that try to sign in as fast as they are answered: `python -m bench.faults.flood PORT PATH N_CLIENTS SECONDS`.

Each try comes from another network and is about another account, so that neither rate limits nor lock-outs spare the
server the work. Prints how many answers there were by status.
"""

import collections
import functools
import http.client
import json
import os
import re
import secrets
import sys
import threading
import time
import urllib.parse

API = "/api/v1/auth/login"


def flood(port: int, path: str, n_clients: int, seconds: float) -> dict[int, int]:
    """Return how many answers of each status there were."""
    statuses: collections.Counter[int] = collections.Counter()
    until = time.monotonic() + seconds
    knock = _knock_at_the_api if path == API else functools.partial(_knock_at_a_form, path)
    clients = [threading.Thread(target=_hammer, args=(knock, port, until, statuses)) for _ in range(n_clients)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return dict(statuses)


def _hammer(knock, port, until, statuses):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    held = {}
    while time.monotonic() < until:
        try:
            statuses[knock(connection, held)] += 1
        except (OSError, http.client.HTTPException):
            statuses[0] += 1
            connection.close()


def _network() -> dict[str, str]:
    return {"X-Forwarded-For": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"}


def _knock_at_the_api(connection, held):
    body = json.dumps({"email": f"{secrets.token_hex(4)}@example.com", "password": "not the password"})
    connection.request("POST", API, body, {"Content-Type": "application/json", **_network()})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _knock_at_a_form(path, connection, held):
    if not held:
        connection.request("GET", path, headers=_network())
        page = connection.getresponse()
        held["cookie"] = re.search(r"csrftoken=\w+", page.headers["Set-Cookie"])[0]
        held["token"] = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    fields = {
        "csrfmiddlewaretoken": held["token"],
        "username": f"{secrets.token_hex(4)}@example.com",
        "password": "not the password",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": held["cookie"], **_network()}
    connection.request("POST", path, urllib.parse.urlencode(fields), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


if __name__ == "__main__":
    # In life they sit at other machines: what they take of this one's processor is not what the server costs.
    os.nice(10)
    print(json.dumps(flood(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))))
