"""A one-time code works once, whoever else spends it at the same moment."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import RecoveryCode, Session
from accounts.services import second_factor
from accounts.tests.factors import code_of, switch_on
from accounts.tests.spenders import PROCESSES, THREADS, spend_at_once
from common.errors import DomainError
from common.tests.parallel import in_parallel
from conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_eight_sign_ins_with_one_code_in_two_processes_one_gets_in(kind):
    alice = make_person("Alice")
    app = switch_on(alice, at=NOW - timedelta(hours=1))
    otp = app.code(NOW) if kind == "app" else app.recovery_codes[0]

    outcomes = spend_at_once(email=alice.email, password=PASSWORD, otp=otp, now=NOW.isoformat())

    assert sorted(outcomes) == ["IN"] + ["INVALID_CREDENTIALS"] * (PROCESSES * THREADS - 1)
    assert Session.objects.filter(user=alice).count() == 1
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == (1 if kind == "recovery" else 0)


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_eight_threads_with_one_code_one_gets_in_ten_times_over(kind):
    alice = make_person("Alice")
    app = switch_on(alice, at=NOW - timedelta(hours=1))

    def spend(otp, now):
        try:
            second_factor.require(user=alice, otp=otp, now=now)
        except DomainError as refused:
            return refused.error_code
        return "IN"

    rounds = []
    for number in range(ROUNDS):
        now = NOW + number * timedelta(minutes=2)
        otp = app.code(now) if kind == "app" else app.recovery_codes[number]
        rounds.append(in_parallel(lambda otp=otp, now=now: spend(otp, now), 8))

    assert [sorted(outcomes) for outcomes in rounds] == [["IN"] + ["INVALID_CREDENTIALS"] * 7] * ROUNDS


def test_of_eight_threads_that_confirm_one_setup_one_gets_the_recovery_codes():
    alice = make_person("Alice")
    setup = second_factor.begin_setup(user=alice, now=NOW)

    def confirm():
        try:
            return second_factor.confirm(user=alice, otp=code_of(setup.secret, NOW), now=NOW)
        except DomainError as refused:
            return refused.error_code

    outcomes = in_parallel(confirm, 8)

    (codes,) = [outcome for outcome in outcomes if isinstance(outcome, list)]
    assert [outcome for outcome in outcomes if outcome != codes] == ["SECOND_FACTOR_ON"] * 7
    assert RecoveryCode.objects.count() == len(codes) == 10
