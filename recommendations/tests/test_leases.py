"""One process trains a type; a dead one is followed at once, a living one is waited for, a late one cannot publish."""

import os
import subprocess
import sys
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common import processes
from common.tests.parallel import in_parallel
from conftest import NOW
from recommendations import leases
from recommendations.leases import LENGTH, LeaseBusy, LeaseLost, acquire, leased
from recommendations.models import TrainingLease

RUN = uuid.UUID(int=7)


def nothing():
    """Keep nothing."""


def held_by(holder):
    TrainingLease.objects.update_or_create(
        model_type="ease", defaults={"holder": holder, "fence": 4, "until": NOW + LENGTH}
    )


def holder_of(pid, started=None):
    host = processes.name_of(os.getpid()).partition(":")[0]
    return f"{host}:{pid}:{processes.started_at(pid) if started is None else started}"


@pytest.mark.django_db(transaction=True)
def test_of_eight_processes_that_ask_at_once_one_gets_the_lease():
    def ask():
        try:
            return acquire("ease", run_id=RUN, now=NOW).fence
        except LeaseBusy:
            return None

    fences = in_parallel(ask, 8)

    assert sorted(fence for fence in fences if fence is not None) == [1]


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_ask_at_once_for_a_lease_that_ran_out_one_gets_it():
    held_by("elsewhere:1:1")
    later = NOW + LENGTH + timedelta(seconds=1)

    def ask():
        try:
            return acquire("ease", run_id=RUN, now=later).fence
        except LeaseBusy:
            return None

    fences = in_parallel(ask, 8)

    assert [fence for fence in fences if fence is not None] == [5]


@pytest.mark.django_db
def test_types_are_leased_one_by_one():
    fences = [acquire(name, run_id=RUN, now=NOW).fence for name in ("ease", "als", "content")]

    assert fences == [1, 1, 1]


@pytest.mark.django_db
def test_another_machines_lease_is_waited_for_until_it_runs_out():
    held_by("elsewhere:1:1")

    with pytest.raises(LeaseBusy) as busy:
        acquire("ease", run_id=RUN, now=NOW)

    assert busy.value.until == NOW + LENGTH
    assert acquire("ease", run_id=RUN, now=NOW + LENGTH).fence == 5


@pytest.mark.django_db
def test_a_living_process_of_this_machine_is_waited_for():
    held_by(holder_of(os.getpid()))

    with pytest.raises(LeaseBusy):
        acquire("ease", run_id=RUN, now=NOW)


@pytest.mark.django_db
def test_a_dead_process_of_this_machine_is_followed_at_once():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        held_by(holder_of(child.pid))
    child.wait()

    assert acquire("ease", run_id=RUN, now=NOW).fence == 5


@pytest.mark.django_db
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells when a process began only there")
def test_a_process_that_died_without_being_buried_and_a_pid_that_is_another_process_by_now_count_as_dead():
    child = subprocess.Popen([sys.executable, "-c", ""])
    while not processes.is_zombie(child.pid):
        time.sleep(0.01)
    held_by(holder_of(child.pid))
    after_a_zombie = acquire("ease", run_id=RUN, now=NOW).fence
    child.wait()
    held_by(holder_of(os.getpid(), started="1"))

    assert (after_a_zombie, acquire("ease", run_id=RUN, now=NOW).fence) == (5, 5)


@pytest.mark.django_db
def test_who_has_lost_the_lease_learns_so_when_renewing_and_before_publishing():
    late = acquire("ease", run_id=RUN, now=NOW)
    acquire("ease", run_id=RUN, now=NOW + LENGTH)

    with pytest.raises(LeaseLost), transaction.atomic():
        late.check()
    with pytest.raises(LeaseLost):
        late.renew(NOW + LENGTH)
    assert (late.is_lost, late.is_ours()) == (True, False)


@pytest.mark.django_db
def test_giving_back_a_lost_lease_does_not_touch_the_other_ones():
    late = acquire("ease", run_id=RUN, now=NOW)
    acquire("ease", run_id=RUN, now=NOW + LENGTH)

    late.release()

    assert TrainingLease.objects.get().until == NOW + LENGTH + LENGTH


@pytest.mark.django_db(transaction=True)
def test_a_lease_cannot_be_taken_between_the_check_and_the_commit_of_what_it_guards():
    """The one who publishes has a lease that ran out a moment ago, and somebody else asks for it just then."""
    lease = acquire("ease", run_id=RUN, now=NOW)
    order = []

    def ask():
        acquire("ease", run_id=RUN, now=NOW + LENGTH)
        order.append("taken")
        connection.close()

    asking = threading.Thread(target=ask)
    with transaction.atomic():
        lease.check()
        asking.start()
        time.sleep(0.2)
        order.append("published")
    asking.join()

    assert order == ["published", "taken"]


@pytest.mark.django_db(transaction=True)
def test_while_a_block_runs_its_lease_is_put_off_and_its_keeper_called_and_afterwards_it_is_free(monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    kept = threading.Event()

    with leased("ease", run_id=RUN, clock=lambda: timezone.now() + timedelta(days=1), keep=kept.set) as lease:
        assert kept.wait(5)
        until = TrainingLease.objects.get().until
        assert (lease.fence, until > timezone.now() + timedelta(hours=23)) == (1, True)

    assert TrainingLease.objects.get().until is None


@pytest.mark.django_db(transaction=True)
def test_a_renewal_survives_a_connection_that_breaks(monkeypatch):
    """A restart of the database leaves a connection that never works again; the next try has to open another."""
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    beats, broken, well_again = [], threading.Event(), threading.Event()

    def keep():
        beats.append(1)
        if len(beats) == 1:
            connection.connection.close()
            broken.set()
        elif len(beats) == 3:
            well_again.set()

    with leased("ease", run_id=RUN, clock=lambda: NOW, keep=keep) as lease:
        assert broken.wait(5)
        assert well_again.wait(5)
        assert not lease.is_lost


@pytest.mark.django_db(transaction=True)
def test_a_renewal_that_finds_the_lease_lost_says_so_and_stops(monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)

    with leased("ease", run_id=RUN, clock=lambda: NOW, keep=nothing) as lease:
        TrainingLease.objects.update(fence=9)
        until = time.monotonic() + 5
        while not lease.is_lost and time.monotonic() < until:
            time.sleep(0.01)

    assert lease.is_lost


@pytest.mark.django_db
def test_a_block_that_fails_gives_its_lease_back():
    with pytest.raises(ValueError, match="no"), leased("ease", run_id=RUN, clock=lambda: NOW, keep=nothing):
        raise ValueError("no")

    assert TrainingLease.objects.get().until is None
