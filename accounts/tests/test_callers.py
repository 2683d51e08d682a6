"""A hot read, which takes a way of its own, judges a token as every other operation does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import Session

pytestmark = pytest.mark.django_db

HOT, PERSONAL = "/api/v1/products", "/api/v1/users/me"


def sign_out(alice):
    services.sign_out_everywhere(user=alice, now=timezone.now())


def deactivate(alice):
    services.set_active(user=alice, active=False, now=timezone.now(), actor_id=None)


def give_a_role(alice):
    services.write_roles()
    services.set_roles(user=alice, roles=["merchandiser"], now=timezone.now(), actor_id=None)


def erase(alice):
    services.close_account(user=alice, now=timezone.now())


def run_out(alice):
    Session.objects.filter(user=alice).update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    "ending", [sign_out, deactivate, give_a_role, erase, run_out], ids=lambda ending: ending.__name__
)
def test_what_ends_a_token_ends_it_everywhere(api, alice, scarf, ending):
    client = api(alice)
    before = [client.get(path).status_code for path in (HOT, PERSONAL)]

    ending(alice)

    assert before == [200, 200]
    assert [client.get(path).status_code for path in (HOT, PERSONAL)] == [401, 401]


def test_somebody_elses_session_is_not_ones_own(api, alice, bob, scarf):
    session = services.open_session(user=bob, now=timezone.now()).session
    from accounts import tokens

    forged = tokens.issue_access(alice, session)

    answers = [api().get(path, headers={"Authorization": f"Bearer {forged}"}) for path in (HOT, PERSONAL)]
    assert [answer.status_code for answer in answers] == [401, 401]


def test_staff_see_the_stock_and_others_do_not(api, alice, mary, scarf):
    as_alice = api(alice).get(f"{HOT}/{scarf.pk}").json()
    as_mary = api(mary).get(f"{HOT}/{scarf.pk}").json()

    assert "stock" not in as_alice
    assert as_mary["stock"] == 5
