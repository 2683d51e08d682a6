"""Whichever door a new password comes through, every session ends and the audit log knows."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.services import lockout
from aclue.management.commands import changepassword
from common.models import AuditEntry
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "a wholly different phrase"


def through_the_admin(person):
    browser = Client()
    browser.force_login(person)
    fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert browser.post("/admin/password_change/", fields).status_code == 302
    assert "/admin/login/" in browser.get("/admin/")["Location"]


def through_the_command(person):
    call_command("changepassword", person.email)


@pytest.mark.parametrize("door", [through_the_admin, through_the_command], ids=lambda door: door.__name__)
def test_a_new_password_ends_every_session_and_is_written_down(api, mary, door, monkeypatch):
    monkeypatch.setattr(changepassword, "getpass", lambda _: NEW)
    signed_in = api().post("/api/v1/auth/login", {"email": mary.email, "password": PASSWORD}).json()
    old = {"Authorization": f"Bearer {signed_in['access_token']}"}

    door(mary)

    assert api().get("/api/v1/auth/me", headers=old).status_code == 401
    refreshed = api().post("/api/v1/auth/refresh", {"refresh_token": signed_in["refresh_token"]})
    assert refreshed.status_code == 401
    assert api().post("/api/v1/auth/login", {"email": mary.email, "password": NEW}).status_code == 200
    assert AuditEntry.objects.filter(action="account.password_set").count() == 1


def test_a_weak_password_changes_nothing_at_either_door(api, mary, monkeypatch):
    monkeypatch.setattr(changepassword, "getpass", lambda _: "password1")
    browser = Client()
    browser.force_login(mary)

    fields = {"old_password": PASSWORD, "new_password1": "password1", "new_password2": "password1"}
    page = browser.post("/admin/password_change/", fields)
    with pytest.raises(CommandError, match="too common"):
        call_command("changepassword", mary.email)

    assert page.status_code == 200
    assert "too common" in page.content.decode()
    assert api().post("/api/v1/auth/login", {"email": mary.email, "password": PASSWORD}).status_code == 200


def test_the_admins_door_is_locked_to_who_guesses_at_the_old_password(mary):
    browser = Client()
    browser.force_login(mary)
    wrong = {"old_password": "not the password", "new_password1": NEW, "new_password2": NEW}

    guesses = [browser.post("/admin/password_change/", wrong).content.decode() for _ in range(lockout.FREE_GUESSES)]
    right = browser.post("/admin/password_change/", {**wrong, "old_password": PASSWORD})

    assert [page for page in guesses if "it has to be right" not in page] == []
    assert right.status_code == 200
    assert "Too many wrong tries" in right.content.decode()
    assert AuditEntry.objects.filter(action="account.proof_refused").count() == lockout.FREE_GUESSES
    assert AuditEntry.objects.filter(action="account.locked").count() == 1
    assert User.objects.get(pk=mary.pk).check_password(PASSWORD)


def test_the_admins_door_counts_tries_with_the_sign_ins(mary, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "2/minute"}
    browser = Client()
    browser.force_login(mary)
    wrong = {"old_password": "not the password", "new_password1": NEW, "new_password2": NEW}

    pages = [browser.post("/admin/password_change/", wrong).content.decode() for _ in range(3)]

    assert ["Too many requests" in page for page in pages] == [False, False, True]


def test_the_command_asks_twice_and_knows_whom_it_is_about(mary, monkeypatch):
    answers = iter(["one phrase here", "another phrase here"])
    monkeypatch.setattr(changepassword, "getpass", lambda _: next(answers))

    with pytest.raises(CommandError, match="not the same"):
        call_command("changepassword", mary.email)
    with pytest.raises(CommandError, match="no user"):
        call_command("changepassword", "nobody@example.com")


def test_createsuperuser_names_the_way():
    with pytest.raises(CommandError, match="bootstrap"):
        call_command("createsuperuser")
