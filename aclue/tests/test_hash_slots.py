"""Passwords are hashed by so many processes of a machine at a time, and the others answer instead of waiting."""

import io
import json
import subprocess
import sys
import threading
import time

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts import hashers
from aclue.door import QuickRefusal
from common import slots
from common.errors import TooMany
from common.tests.openapi import refused
from conftest import PASSWORD

HOLD = """
import sys
from pathlib import Path
from common.slots import slot
with slot(Path(sys.argv[1]), n_slots=1):
    print("held", flush=True)
    sys.stdin.readline()
"""
WORK = """
import sys, time
from pathlib import Path
from common import slots
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    with slots.slot(Path(sys.argv[1]), n_slots=2):
        began = time.monotonic_ns()
        time.sleep(0.02)
        print(began, time.monotonic_ns(), flush=True)
"""


@pytest.fixture
def process(tmp_path):
    """Return a way to start a process that works with the slots below `tmp_path`."""
    started = []

    def start(code, folder=tmp_path / "slots"):
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert started[-1].stdout.readline() in {"held\n", "ready\n"}
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.communicate()


@pytest.fixture
def in_web(monkeypatch):
    """A process that answers requests, and has refused somebody a moment ago."""
    monkeypatch.setattr(slots._Process, "answers_requests", True)
    monkeypatch.setattr(slots._Process, "is_patient_from", time.monotonic() + slots.CALM_SECONDS)


@pytest.fixture
def in_calm_web(in_web, monkeypatch):
    """A process that answers requests, and has refused nobody lately."""
    monkeypatch.setattr(slots._Process, "is_patient_from", 0.0)


@pytest.fixture
def slotted(settings, tmp_path):
    """Our own hasher, at the least rounds that bcrypt knows, and one place for it."""
    settings.PASSWORD_HASHERS = ["accounts.hashers.SlottedBCryptSHA256PasswordHasher"]
    settings.VAR_DIR = tmp_path
    settings.PASSWORD_HASH_SLOTS = 1
    return tmp_path / "hash-slots"


def test_in_calm_hours_the_second_of_two_waits_for_the_first_wherever_it_is(process, tmp_path, in_calm_web):
    holder = process(HOLD)
    threading.Timer(0.2, holder.kill).start()

    began = time.monotonic()
    with slots.slot(tmp_path / "slots", n_slots=1):
        assert 0.15 <= time.monotonic() - began < slots.PATIENT_SECONDS


def test_in_calm_hours_one_more_in_the_same_process_waits_and_the_next_does_not(tmp_path, in_calm_web):
    answers, began, ended = [], threading.Event(), threading.Event()

    def hold():
        with slots.slot(tmp_path / "slots", n_slots=1):
            began.set()
            ended.wait(10)

    def come():
        try:
            with slots.slot(tmp_path / "slots", n_slots=1):
                answers.append("in")
        except TooMany:
            answers.append("refused")
            ended.set()

    threads = [threading.Thread(target=hold)]
    threads[0].start()
    began.wait(10)
    for _ in range(2):
        threads.append(threading.Thread(target=come))
        threads[-1].start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()

    assert answers == ["refused", "in"]


def test_nobody_waits_for_longer_than_half_a_second_and_after_a_refusal_no_one_does(process, tmp_path, in_calm_web):
    process(HOLD)
    took = []
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(TooMany), slots.slot(tmp_path / "slots", n_slots=1):
            pass
        took.append(time.monotonic() - began)

    assert slots.PATIENT_SECONDS <= took[0] < slots.PATIENT_SECONDS + 0.2
    assert took[1] < 0.3


def test_in_calm_hours_the_quick_refusal_lets_the_door_decide(in_calm_web, monkeypatch):
    monkeypatch.setattr(slots._Process, "turn", threading.Lock())
    slots._Process.turn.acquire()

    calm = refused_quickly("/api/v1/auth/login")
    slots.note_refusal()
    busy = refused_quickly("/api/v1/auth/login")

    assert (calm[0], busy[0]) == ("200 OK", "429 Too Many Requests")


def test_a_web_process_waits_a_tenth_of_a_second_and_then_gives_up(process, tmp_path, in_web):
    process(HOLD)

    began = time.monotonic()
    with pytest.raises(TooMany), slots.slot(tmp_path / "slots", n_slots=1):
        pass

    assert 0.1 <= time.monotonic() - began < 0.3


def test_a_place_is_free_again_when_its_holder_is_killed(process, tmp_path, in_web):
    holder = process(HOLD)
    holder.kill()
    holder.wait()

    with slots.slot(tmp_path / "slots", n_slots=1):
        pass


def test_a_second_place_is_as_good_as_the_first(process, tmp_path, in_web):
    process(HOLD)

    with slots.slot(tmp_path / "slots", n_slots=2):
        pass


def test_of_four_processes_never_more_than_two_are_at_it(process):
    workers = [process(WORK) for _ in range(4)]
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()

    spans = [
        tuple(map(int, line.split())) for worker in workers for line in worker.communicate(timeout=60)[0].splitlines()
    ]

    edges = sorted((moment, step) for began, ended in spans for moment, step in ((began, 1), (ended, -1)))
    at_once = most = 0
    for _, step in edges:
        at_once += step
        most = max(most, at_once)
    assert len(spans) == 20
    assert most == 2


def test_every_hash_and_every_check_takes_a_place(slotted, process, in_web, monkeypatch):
    monkeypatch.setattr(hashers.SlottedBCryptSHA256PasswordHasher, "rounds", 4)
    encoded = make_password(PASSWORD)
    assert check_password(PASSWORD, encoded)

    process(HOLD, slotted)
    with pytest.raises(TooMany):
        make_password(PASSWORD)
    with pytest.raises(TooMany):
        check_password(PASSWORD, encoded)


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
def test_a_sign_in_without_a_place_answers_429_and_is_no_wrong_guess(slotted, process, in_web, api, monkeypatch, email):
    monkeypatch.setattr(hashers.SlottedBCryptSHA256PasswordHasher, "rounds", 4)
    api().post("/api/v1/auth/register", {"email": "alice@example.com", "password": PASSWORD})
    asked = {"email": email, "password": PASSWORD}

    holder = process(HOLD, slotted)
    answers = [api().post("/api/v1/auth/login", asked) for _ in range(7)]
    holder.kill()
    holder.wait()
    later = api().post("/api/v1/auth/login", asked)

    for answer in answers:
        refused(answer, 429, "RATE_LIMITED")
        assert answer["Retry-After"] == "1"
    assert later.status_code == (200 if email.startswith("alice") else 401)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/admin/login/"])
def test_the_forms_say_so_too_without_asking_the_database(
    slotted, process, in_web, client, django_assert_num_queries, path
):
    process(HOLD, slotted)

    with django_assert_num_queries(0):
        page = client.post(path, {"username": "alice@example.com", "password": PASSWORD})

    assert (page.status_code, page["Retry-After"]) == (429, "1")
    assert "Too many people" in page.content.decode()
    assert page["X-Frame-Options"] == "DENY"
    assert page["X-Content-Type-Options"] == "nosniff"


def test_while_one_thread_of_a_web_process_is_at_it_the_other_refuses_at_once(tmp_path, in_web):
    began, ended = threading.Event(), threading.Event()

    def hold():
        with slots.slot(tmp_path / "slots", n_slots=2):
            began.set()
            ended.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    began.wait(10)
    started = time.monotonic()
    with pytest.raises(TooMany), slots.slot(tmp_path / "slots", n_slots=2):
        pass
    took = time.monotonic() - started
    answer = refused_quickly("/api/v1/auth/login")
    ended.set()
    holder.join()

    assert took < 0.05
    assert answer == ("429 Too Many Requests", "RATE_LIMITED")
    assert refused_quickly("/api/v1/auth/login") == ("200 OK", None)


def refused_quickly(path):
    """Return status and error code of a POST at the application that stands in front of Django."""
    said = []

    def django(environ, start_response):
        start_response("200 OK", [])
        return [b"{}"]

    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "wsgi.input": io.BytesIO(b"{}")}
    body = b"".join(QuickRefusal(django)(environ, lambda status, headers: said.append(status)))
    return said[0], json.loads(body).get("error_code")


def test_our_own_hasher_is_the_one_that_is_used():
    from aclue import settings as ours

    assert ours.PASSWORD_HASHERS == ["accounts.hashers.SlottedBCryptSHA256PasswordHasher"]
    assert hashers.SlottedBCryptSHA256PasswordHasher.rounds == 12
    assert ours.PASSWORD_HASH_SLOTS == 1  # of two web processes
