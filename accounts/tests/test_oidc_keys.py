"""A provider's keys: fetched once, followed when they rotate, kept while the provider is away."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from accounts.oidc import keys
from accounts.oidc.keys import KeyRing, ProviderAway
from accounts.tests.issuer import running
from common.tests.parallel import in_parallel

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def after(**passed):
    return NOW + timedelta(**passed)


@pytest.fixture
def provider():
    with running() as issuer:
        yield issuer


@pytest.fixture
def ring(provider):
    return KeyRing(provider.keys_url)


def the_key(provider):
    return provider.keys[-1].key_id


def test_keys_are_fetched_once_while_they_are_fresh(provider, ring):
    provider.max_age = 600
    moments = [NOW, after(seconds=1), after(seconds=599), after(seconds=601)]

    found = [ring.find(the_key(provider), moment) for moment in moments]

    assert all(found)
    assert provider.n_fetched == 2


def test_no_answer_is_fresh_for_longer_than_an_hour(provider, ring):
    provider.max_age = 10**8
    ring.find(the_key(provider), NOW)
    ring.find(the_key(provider), after(minutes=59))
    assert provider.n_fetched == 1

    ring.find(the_key(provider), after(minutes=61))

    assert provider.n_fetched == 2


def test_a_key_that_is_new_is_looked_for_at_once_and_a_withdrawn_one_is_gone(provider, ring):
    former = the_key(provider)
    ring.find(former, NOW)
    provider.rotate("ES256")

    found = ring.find(the_key(provider), after(seconds=1))

    assert found.algorithm_name == "ES256"
    assert ring.find(former, after(seconds=2)) is None
    assert provider.n_fetched == 2


def test_a_flood_of_made_up_names_asks_the_provider_twice_in_half_a_minute(provider, ring):
    found = [ring.find(f"made up {n}", after(milliseconds=n * 29)) for n in range(1000)]

    assert not any(found)
    assert provider.n_fetched <= 2
    ring.find("made up once more", after(seconds=60))
    assert provider.n_fetched == 3


def test_a_flood_at_once_asks_once(provider, ring):
    results = in_parallel(lambda: ring.find(the_key(provider), NOW), 16)

    assert len([found for found in results if found]) == 16
    assert provider.n_fetched == 1


@pytest.mark.parametrize("trouble", ["500", "404", "redirect"])
def test_while_the_provider_is_down_its_last_keys_serve_on(provider, ring, trouble):
    ring.find(the_key(provider), NOW)
    provider.trouble = trouble

    found = [ring.find(the_key(provider), after(hours=hours)) for hours in (2, 12, 23)]

    assert all(found)


def test_no_key_serves_for_more_than_a_day_after_its_provider_was_last_heard(provider, ring):
    ring.find(the_key(provider), NOW)
    provider.trouble = "500"

    with pytest.raises(ProviderAway):
        ring.find(the_key(provider), after(hours=25))


def test_a_provider_that_is_down_is_left_alone_for_half_a_minute_and_then_found_again(provider, ring):
    provider.trouble = "500"
    for second in range(29):
        with pytest.raises(ProviderAway) as away:
            ring.find(the_key(provider), after(seconds=second))
    assert away.value.retry_after == 30
    assert provider.n_fetched == 1
    provider.trouble = None

    found = ring.find(the_key(provider), after(seconds=31))

    assert found


@pytest.mark.parametrize("trouble", ["hung", "dripping"])
def test_a_provider_that_hangs_is_given_up_within_four_seconds(provider, ring, trouble):
    provider.trouble = trouble
    began = time.monotonic()

    with pytest.raises(ProviderAway):
        ring.find(the_key(provider), NOW)

    assert time.monotonic() - began < 4


def test_an_unknown_key_while_the_provider_is_down_may_be_a_new_one(provider, ring):
    ring.find(the_key(provider), NOW)
    provider.trouble = "500"

    with pytest.raises(ProviderAway):
        ring.find("perhaps new", after(seconds=1))

    assert ring.find(the_key(provider), after(seconds=2))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": []}',
        b'{"keys": [7, null, {"kid": 7}, {"kid": "a"}]}',
        b'{"keys": [{"kid": "a", "kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]}',
        b'{"keys": [{"kid": "a", "kty": "oct", "k": "c2VjcmV0", "alg": "RS256"}]}',
        b'{"keys": [{"kid": "a", "kty": "RSA", "n": "AQAB", "e": "AQAB"}]}',
        b'{"keys": [{"kid": "a", "kty": "EC", "crv": "P-521", "x": "AQAB", "y": "AQAB"}]}',
        b"[" * 100_000,
        b"\xff",
    ],
    ids=lambda document: repr(document[:40]),
)
def test_a_list_without_a_key_for_signatures_is_no_list(document):
    with pytest.raises(ValueError):  # noqa: PT011
        keys._read_keys(document)


def test_a_key_for_another_use_or_too_short_is_left_out(provider):
    import json

    good = provider.keys[0].public()
    others = [{**good, "kid": "enc", "use": "enc"}, {**good, "kid": "wrong", "alg": "RS512"}]

    read = keys._read_keys(json.dumps({"keys": [good, *others]}).encode())

    assert list(read) == [good["kid"]]
