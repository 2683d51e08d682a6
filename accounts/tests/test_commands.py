"""`bootstrap` and `token`."""

import io

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_bootstrap_writes_the_roles_and_the_first_superuser_and_may_be_repeated(settings):
    settings.FIRST_SUPERUSER_EMAIL = "Root@Example.com"
    settings.FIRST_SUPERUSER_PASSWORD = "a long enough secret"

    call_command("bootstrap", stdout=io.StringIO())
    call_command("bootstrap", stdout=io.StringIO())

    root = User.objects.get()
    assert (root.email, root.is_superuser, root.is_staff) == ("root@example.com", True, True)
    assert root.check_password("a long enough secret")
    assert Group.objects.get(name="merchandiser").permissions.filter(codename="change_product").exists()
    assert not Group.objects.get(name="support").permissions.filter(codename="change_product").exists()


def test_bootstrap_asks_for_both_settings_or_none(settings):
    settings.FIRST_SUPERUSER_EMAIL = "root@example.com"
    settings.FIRST_SUPERUSER_PASSWORD = ""

    with pytest.raises(CommandError, match="go together"):
        call_command("bootstrap", stdout=io.StringIO())


def test_token_lets_a_developer_call_the_api_as_somebody(settings, alice, api):
    settings.DEBUG = True
    out = io.StringIO()

    call_command("token", "alice@example.com", stdout=out)

    answer = api().get("/api/v1/users/me", headers={"Authorization": f"Bearer {out.getvalue().strip()}"})
    assert answer.json()["email"] == "alice@example.com"


def test_token_is_for_debug_and_for_people_who_exist(settings, alice):
    with pytest.raises(CommandError, match="DEBUG only"):
        call_command("token", "alice@example.com")

    settings.DEBUG = True
    with pytest.raises(CommandError, match="no active user"):
        call_command("token", "nobody@example.com")
