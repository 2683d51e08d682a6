"""Limits count networks, and believe only the proxies that are ours."""

import pytest
from django.test import RequestFactory

from common import limits
from common.errors import TooMany


def asked(address, forwarded=""):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, **headers)


@pytest.mark.django_db
def test_a_limit_holds_for_a_network_and_says_when_to_come_back(settings):
    settings.RATE_LIMITS = {"login": "2/minute"}
    for _ in range(2):
        limits.hit("login", asked("192.0.2.1"))

    with pytest.raises(TooMany) as refused:
        limits.hit("login", asked("192.0.2.1"))

    assert 1 <= refused.value.retry_after <= 61
    limits.hit("login", asked("192.0.2.2"))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_what_our_proxies_wrote_is_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies

    assert limits.client_address(asked("10.0.0.1", forwarded)) == address
