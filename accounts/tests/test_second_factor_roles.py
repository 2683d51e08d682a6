"""SECOND_FACTOR_ROLES: whose holders get in only once they have a second factor."""

import pytest

from accounts import services
from accounts.models import User
from accounts.services import second_factor
from accounts.tests.factors import switch_on
from common.tests.openapi import as_documented, refused
from conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchandisers_need_one(settings):
    settings.SECOND_FACTOR_ROLES = ["merchandiser"]


def test_without_one_they_may_look_at_themselves_set_one_up_and_leave(merchandisers_need_one, api, mary, scarf):
    client = api(mary)

    closed = [
        client.get("/api/v1/products"),
        client.get(f"/api/v1/products/{scarf.pk}"),
        client.get("/api/v1/users/me"),
        client.patch("/api/v1/users/me", {"first_name": "M"}),
        client.delete(f"/api/v1/products/{scarf.pk}"),
        client.get("/api/v1/auth/api-keys"),
        client.get("/api/v1/recommendations"),
    ]
    open_ = [
        client.get("/api/v1/auth/me"),
        client.post("/api/v1/auth/2fa/setup"),
        client.post("/api/v1/auth/logout"),
    ]

    for answer in closed:
        refused(answer, 403, "SECOND_FACTOR_REQUIRED")
        as_documented(answer)
    assert [answer.status_code for answer in open_] == [200, 200, 204]


def test_with_one_they_are_let_in(merchandisers_need_one, api, mary, scarf):
    switch_on(mary)

    assert api(mary).delete(f"/api/v1/products/{scarf.pk}").status_code == 204


def test_nobody_else_is_asked_for_one(merchandisers_need_one, api, alice, admin):
    assert [api(person).get("/api/v1/users/me").status_code for person in (alice, admin)] == [200, 200]


def test_everybody_is_asked_when_the_role_is_user_but_guests(api, alice, settings):
    settings.SECOND_FACTOR_ROLES = ["user"]
    guest = User.objects.create(email=None, is_guest=True, created_at=NOW, updated_at=NOW)

    refused(api(alice).get("/api/v1/users/me"), 403, "SECOND_FACTOR_REQUIRED")
    assert second_factor.is_due(guest) is False


def test_a_superuser_is_an_admin(settings):
    settings.SECOND_FACTOR_ROLES = ["admin"]
    root, _ = services.make_superuser(email="root@example.com", password=PASSWORD, now=NOW)

    assert second_factor.is_due(root) is True


def test_without_such_roles_no_statement_is_spent_on_the_question(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert second_factor.is_due(alice) is False
