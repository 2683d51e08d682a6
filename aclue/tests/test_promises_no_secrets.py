"""What people send or are given in confidence stands in no log line, no table and no cache."""

import copy
import logging
import re

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from accounts import services as accounts
from accounts.tests.factors import code_of
from accounts.tests.letters import token_for
from aclue.tests.preparations import as_sent, documented_bodies, made_known
from common import limits
from common.tests.openapi import document, operations
from conftest import NOW, PASSWORD, ApiClient, make_person

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


def secrets_in(value, name=""):
    """Return what stands under a secret's name in a body, at any depth."""
    if isinstance(value, dict):
        return [secret for key, inner in value.items() for secret in secrets_in(inner, key)]
    if isinstance(value, list):
        return [secret for inner in value for secret in secrets_in(inner, name)]
    is_secret = isinstance(value, str) and SECRET.search(name) and name not in {"error_code", "token_type"}
    # A code of six digits may stand in any number by chance.
    return [value] if is_secret and len(value) > 10 else []


def traces(secrets, caplog):
    """Return where any of these stands, in the lines logged so far or in what is stored."""
    lines = [str(record.__dict__) for record in caplog.records if record.name != "django.db.backends"]
    found = [*lines, *stored()]
    return [(secret, text[:300]) for secret in secrets for text in found if secret in text]


def test_what_each_operation_is_given_and_gives_out_when_it_succeeds_stands_nowhere(world, caplog):
    caplog.set_level(logging.DEBUG)
    token, known, prepare = world("admin")
    found, n_answered, n_secrets = {}, 0, 0

    for (method, template), operation in operations().items():
        for body in documented_bodies(operation):
            limits.reset()
            caplog.clear()
            with transaction.atomic():
                values = known | prepare(operation["operationId"])
                asked = made_known(copy.deepcopy(body), values)
                client = ApiClient(token)
                if method == "get":
                    required = [one["name"] for one in operation.get("parameters", ()) if one.get("required")]
                    asked = {name: values[name] for name in required if f"{{{name}}}" not in template}
                answer = getattr(client, method)(template.format(**values), **as_sent(operation, asked))
                is_json = "json" in answer.get("Content-Type", "") and not answer.streaming
                given_out = answer.json() if is_json and "openapi" not in template else {}
                secrets = {*secrets_in(asked), *secrets_in(given_out), token}
                n_answered += answer.status_code < 300
                n_secrets += len(secrets)
                if left := traces(secrets, caplog):
                    found[method, template] = left
                transaction.set_rollback(True)

    assert found == {}
    assert n_answered >= len(operations())
    assert n_secrets > 2 * sum(1 for method, _ in operations() if method == "post")


def test_what_the_sites_forms_are_given_and_give_out_stands_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    browser, address = Client(), "dora@example.com"
    new, newest = "Quite another horse 7", "And another battery 9"

    browser.post("/sign-up", {"email": address, "password1": PASSWORD, "password": PASSWORD, "full_name": "Dora"})
    verify = token_for(address, "/verify-email")
    browser.post(f"/verify-email?token={verify}", {"token": verify})
    browser.post("/forgot-password", {"email": address})
    reset = token_for(address)
    browser.post(f"/reset-password?token={reset}", {"token": reset, "password": new})
    browser.post("/sign-in", {"username": address, "password": newest})
    signed_in = browser.post("/sign-in", {"username": address, "password": new})
    begun = browser.post("/account/second-factor", {"step": "begin"}, follow=True)
    factor = begun.context["setup"].secret
    done = browser.post("/account/second-factor", {"step": "confirm", "otp": code_of(factor)})
    recovery = list(done.context["recovery_codes"])
    cookies = [cookie.value for name, cookie in browser.cookies.items() if name != "messages" and cookie.value]

    assert signed_in.status_code == 302
    assert len(recovery) == 10
    assert len(cookies) >= 2
    secrets = [PASSWORD, new, newest, verify, reset, factor, *recovery, *cookies]
    assert traces(secrets, caplog) == []
