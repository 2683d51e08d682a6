"""Mails go out from the outbox, once."""

from datetime import UTC, datetime

import pytest

from accounts import mails, services, tasks
from accounts.models import User
from accounts.tests.letters import letters_to, token_for
from common.models import AuditEntry, OutboxTask
from conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


def carry_out(name):
    """Run the one open outbox row of a task, as the worker does."""
    row = OutboxTask.objects.open().get(task=f"accounts.{name}")
    getattr(tasks, name)(str(row.pk))
    return row


def test_a_new_person_is_welcomed_once(mailoutbox):
    services.register(email="alice@example.com", password=PASSWORD, full_name="Alice Liddell", now=NOW)

    row = carry_out("welcome")
    tasks.welcome(str(row.pk))

    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["alice@example.com"], "Welcome to aclue")]
    assert mailoutbox[0].alternatives[0].mimetype == "text/html"
    assert AuditEntry.objects.filter(action="mail.welcome").count() == 1


def test_whose_address_is_proved_is_called_by_name_escaped_in_html_and_plain_in_text(mailoutbox):
    eve = services.register(email="eve@example.com", password=PASSWORD, full_name="<b>Eve & Co</b>", now=NOW)
    services.verify_email(token=token_for(eve.email, "/verify-email"), now=datetime.now(UTC))

    mails.welcome(user_id=str(eve.pk))

    assert "Hello <b>Eve & Co</b>," in mailoutbox[-1].body
    assert "&lt;b&gt;Eve &amp; Co&lt;/b&gt;" in mailoutbox[-1].alternatives[0].content


def test_no_words_of_a_stranger_reach_an_address_that_nobody_has_proved(mailoutbox):
    """Whoever signs up with somebody else's address writes the name, which would be read in that mailbox."""
    services.register(email="eve@example.com", password=PASSWORD, full_name="Win at casino.example", now=NOW)
    letters_to("eve@example.com")
    eve = User.objects.get()
    services.verify_email(token=token_for(eve.email, "/verify-email"), now=datetime.now(UTC))
    services.change_profile(user=eve, session=None, email="victim@example.com", now=NOW)
    letters_to("victim@example.com")

    assert len(mailoutbox) >= 4
    assert [letter.to for letter in mailoutbox if "casino" in letter.body + letter.alternatives[0].content] == [
        ["eve@example.com"]
    ]


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
