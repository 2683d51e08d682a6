"""Mails go out from the outbox, once."""

from datetime import UTC, datetime

import pytest

from accounts import mails, services, tasks
from accounts.tests.letters import token_for
from common.models import AuditEntry, OutboxTask
from conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


def carry_out(name):
    """Run the one open outbox row of a task, as the worker does."""
    row = OutboxTask.objects.open().get(task=f"accounts.{name}")
    getattr(tasks, name)(str(row.pk))
    return row


def test_a_new_person_is_welcomed_once_by_name(mailoutbox):
    services.register(email="alice@example.com", password=PASSWORD, full_name="Alice Liddell", now=NOW)

    row = carry_out("welcome")
    tasks.welcome(str(row.pk))

    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["alice@example.com"], "Welcome to aclue")]
    assert "Hello Alice Liddell," in mailoutbox[0].body
    assert mailoutbox[0].alternatives[0].mimetype == "text/html"
    assert AuditEntry.objects.filter(action="mail.welcome").count() == 1


def test_names_are_escaped_in_html_and_plain_in_text(mailoutbox):
    services.register(email="eve@example.com", password=PASSWORD, full_name="<b>Eve & Co</b>", now=NOW)

    carry_out("welcome")

    assert "Hello <b>Eve & Co</b>," in mailoutbox[0].body
    assert "&lt;b&gt;Eve &amp; Co&lt;/b&gt;" in mailoutbox[0].alternatives[0].content


def test_the_old_address_is_told_of_a_new_one(alice, mailoutbox):
    services.change_profile(user=alice, session=None, email="new@example.com", now=NOW)
    services.verify_email(token=token_for("new@example.com", "/verify-email"), now=datetime.now(UTC))
    mailoutbox.clear()

    carry_out("tell_old_address")

    assert mailoutbox[0].to == ["alice@example.com"]
    assert "was changed" in mailoutbox[0].body


def test_somebody_who_has_left_is_left_alone(alice, mailoutbox):
    services.close_account(user=alice, now=NOW)

    mails.welcome(user_id=str(alice.pk))

    assert mailoutbox == []
    assert OutboxTask.objects.count() == 0
