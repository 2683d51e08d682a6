"""Limits hold however many ask at once, in however many processes, and whatever has become of Redis."""

import socket
import time

import pytest
from django.test import RequestFactory

from common import limits
from common.counters import ProcessCounter
from common.errors import TooMany
from common.models import RateCount
from common.tests.parallel import in_parallel
from common.tests.processes import in_processes

LIMIT = 20
DEAD = "redis://127.0.0.1:1/0"
TRY = """
from django.conf import settings
from django.test import RequestFactory
from common import limits
from common.errors import TooMany
from common.tests.parallel import in_parallel

def try_often():
    n_passed = 0
    for _ in range(5):
        try:
            limits.hit("login", RequestFactory().post("/"))
            n_passed += 1
        except TooMany:
            pass
    return n_passed

print(json.dumps(sum(in_parallel(try_often, 10))))
"""


@pytest.fixture
def hung():
    """A Redis that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture(params=["none", "dead", "hung", pytest.param("alive", marks=pytest.mark.redis)])
def redis_url(request, settings):
    """Each thing that can have become of Redis."""
    match request.param:
        case "none":
            settings.REDIS_URL = ""
        case "dead":
            settings.REDIS_URL = DEAD
        case "hung":
            settings.REDIS_URL = request.getfixturevalue("hung")
    limits.reset_own()
    return settings.REDIS_URL


def knock(address="192.0.2.1"):
    try:
        limits.hit("login", RequestFactory().post("/", REMOTE_ADDR=address))
    except TooMany:
        return 0
    return 1


@pytest.mark.django_db(transaction=True)
def test_of_five_times_as_many_tries_at_once_no_more_than_the_limit_pass(redis_url, settings):
    settings.RATE_LIMITS = {"login": f"{LIMIT}/hour"}

    passed = in_parallel(lambda: sum(knock() for _ in range(10)), LIMIT // 2)

    assert sum(passed) == LIMIT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("redis_url", ["hung", pytest.param("alive", marks=pytest.mark.redis)], indirect=True)
def test_two_processes_share_one_count(redis_url):
    passed = in_processes(TRY, 2, REDIS_URL=redis_url, RATE_LIMIT_LOGIN=f"{LIMIT}/hour")

    assert sum(passed) == LIMIT


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["dead", "hung"])
def test_a_redis_that_does_not_answer_costs_its_fifth_of_a_second_once_and_the_database_counts(
    what, hung, settings, caplog
):
    settings.REDIS_URL = DEAD if what == "dead" else hung
    settings.RATE_LIMITS = {"login": "5/hour"}
    limits.reset_own()

    began = time.monotonic()
    first = knock()
    first_took = time.monotonic() - began
    rest = [knock() for _ in range(24)]
    rest_took = time.monotonic() - began - first_took

    assert first + sum(rest) == 5
    assert RateCount.objects.get().n_hits == 25
    assert first_took < 0.5
    assert rest_took < 1.0


@pytest.mark.redis
@pytest.mark.django_db
def test_once_redis_is_back_it_counts_again(settings, monkeypatch):
    alive = settings.REDIS_URL
    settings.RATE_LIMITS = {"login": "1/hour"}
    monkeypatch.setattr(limits, "REDIS_REST_SECONDS", 0.0)
    settings.REDIS_URL = DEAD
    assert [knock(), knock()] == [1, 0]

    settings.REDIS_URL = alive

    assert [knock(), knock()] == [1, 0]


@pytest.mark.django_db
def test_a_window_begins_with_its_first_try_and_a_new_one_when_it_is_over(settings):
    settings.REDIS_URL = ""
    settings.RATE_LIMITS = {"login": "1/second"}

    before = [knock(), knock()]
    time.sleep(1.05)

    assert [*before, knock(), knock()] == [1, 0, 1, 0]


def test_a_process_counts_reads_by_itself_and_lets_its_share_through(settings):
    settings.RATE_LIMITS = {"read": "10/minute"}
    settings.WEB_WORKERS = 4
    request = RequestFactory().get("/")

    for _ in range(3):
        limits.hit("read", request)

    with pytest.raises(TooMany):
        limits.hit("read", request)


def test_a_process_keeps_no_more_counts_than_it_has_room_for(monkeypatch):
    monkeypatch.setattr(ProcessCounter, "MOST_KEYS", 100)
    counter = ProcessCounter()

    for number in range(1000):
        counter.count(f"network {number}", 60)

    assert counter.reset() <= 100


def test_a_window_that_has_just_begun_is_no_longer_than_it_is(monkeypatch):
    counter = ProcessCounter()
    lengths = []
    for thousandths in range(4000, 5000):
        monkeypatch.setattr("common.counters.time.monotonic", lambda now=thousandths / 1000: now)
        lengths.append(counter.count(str(thousandths), 60).ends_in)

    assert max(lengths) == 60
