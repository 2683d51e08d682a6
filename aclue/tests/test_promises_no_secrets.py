"""What people send in confidence stands in no log line, no table and no cache."""

import logging
import re

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from accounts import services as accounts
from common.tests.openapi import document, operations
from conftest import NOW, ApiClient, make_person

pytestmark = pytest.mark.django_db

CANARY = "Canary7Zq9Xw4Lm2Tk8"
ADDRESS = "canary7zq9xw4lm2tk8@example.com"
# Whatever comes in under such a name is a secret.
SECRET = re.compile(r"password|otp|token|nonce|key$|code")


def resolved(schema):
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def body_of(operation):
    """Return a body with a canary in each secret's place; None where no body is asked for."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = resolved(content.get("application/json", {}).get("schema", {}))
    if not schema:
        return None
    schema = resolved(next((one for one in schema.get("oneOf", ()) if one.get("type") != "array"), schema))
    values = {}
    for name, shape in schema.get("properties", {}).items():
        if name == "email":
            values[name] = ADDRESS
        elif SECRET.search(name):
            values[name] = CANARY
        elif name in schema.get("required", ()):
            values[name] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}.get(
                resolved(shape).get("type"), "gift"
            )
    return values


def send_everywhere(client, headers):
    n_sent = 0
    for method, template in operations():
        path = re.sub(r"\{\w+\}", "00000000-0000-4000-8000-000000000000", template)
        body = body_of(operations()[method, template])
        if method == "get":
            client.get(path, {"token": CANARY}, headers=headers)
        else:
            getattr(client, method)(path, body, headers=headers)
        n_sent += 1
    return n_sent


def stored():
    """Return the text of every table, and of the cache: this process's, or all that Redis keeps."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [
                    bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    for value in row
                ]
    if not settings.REDIS_URL:
        return found + [repr(value) for value in cache._cache.items()]
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        return found + [f"{key!r} {server.dump(key)!r}" for key in server.scan_iter()]


def test_secrets_sent_to_every_operation_stand_in_no_log_table_or_cache(caplog, settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "100000/hour")
    caplog.set_level(logging.DEBUG)
    alice = make_person("Alice")
    as_alice = ApiClient(accounts.open_session(user=alice, now=NOW).access_token)
    credentials = [{"Authorization": f"Bearer {CANARY}"}, {"X-API-Key": CANARY}, {}]

    n_sent = sum(send_everywhere(ApiClient(), headers) for headers in credentials)
    n_sent += send_everywhere(as_alice, {})

    lines = [
        record.getMessage() + str(record.__dict__) for record in caplog.records if record.name != "django.db.backends"
    ]
    assert n_sent == 4 * len(operations())
    assert len([record for record in caplog.records if record.name == "aclue.requests"]) >= n_sent
    assert [line[:300] for line in lines if CANARY in line or ADDRESS in line] == []
    assert [text[:300] for text in stored() if CANARY in text] == []
