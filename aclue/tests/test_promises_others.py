"""What belongs to others stays theirs when somebody leaves or changes, and nothing of who left stays with others."""

import json

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import transaction

from accounts import mails
from accounts import services as accounts
from accounts.models import NewsletterSubscription, OneTimeLink, Purpose, SubscriptionStatus, User
from accounts.services import erasure, links, profile, recovery, staff
from aclue.tests.stack import free_port
from common import audit, outbox
from common.letters import LetterNotSent
from common.models import AuditEntry, AuditPayload, OutboxTask
from conftest import NOW, PASSWORD, make_person
from orders import services as orders
from orders.models import Order
from swipes.personal import Swiping

pytestmark = pytest.mark.django_db


def waiting(task, **arguments):
    with transaction.atomic():
        return outbox.put(task, arguments).pk


def proved(user):
    User.objects.filter(pk=user.pk).update(email_verified_at=NOW)
    user.refresh_from_db()
    return user


def subscribed(address):
    return NewsletterSubscription.objects.create(
        address=address,
        status=SubscriptionStatus.CONFIRMED,
        consent="Yes, please.",
        network="192.0.2.7",
        requested_at=NOW,
        confirmed_at=NOW,
    )


def exported(client):
    return json.loads(client.get("/api/v1/users/me/export").getvalue())["data"]


def test_work_for_an_address_that_holds_ones_own_is_not_ones_own():
    user = accounts.register(email="e@example.co", password=PASSWORD, first_name="", now=NOW)
    others = waiting("accounts.send_reset", address="bigalice@example.com")
    same = waiting("accounts.send_reset", address="e@example.com")

    accounts.close_account(user=user, now=NOW)

    assert set(OutboxTask.objects.values_list("pk", flat=True)) == {others, same}


@pytest.mark.parametrize("address", ['"a.b"@example.com', "zoë@example.com"])
def test_work_for_an_address_that_json_writes_otherwise_goes_with_its_owner(address):
    user = User.objects.create(email=address, email_verified_at=NOW, created_at=NOW, updated_at=NOW)
    waiting("accounts.send_reset", address=address)
    waiting("accounts.newsletter_asked_for", address=address, source="", network="", consent="", asked_at="")

    accounts.close_account(user=user, now=NOW)

    assert not OutboxTask.objects.exists()


def test_the_newsletter_of_an_address_that_nobody_proved_is_its_owners(api):
    row = subscribed("vera@example.com")
    stranger = accounts.register(email="vera@example.com", password=PASSWORD, first_name="Mallory", now=NOW)
    waiting("accounts.newsletter_asked_for", address="vera@example.com")

    shown = exported(api(stranger))["newsletter"]
    accounts.close_account(user=stranger, now=NOW)

    assert shown == []
    assert NewsletterSubscription.objects.get() == row
    assert list(OutboxTask.objects.values_list("task", flat=True)) == ["accounts.newsletter_asked_for"]


def test_ones_own_newsletter_is_shown_follows_to_another_address_and_goes_with_one(api, alice):
    proved(alice)
    subscribed(alice.email)
    former = alice.email
    shown = exported(api(alice))["newsletter"]
    audit.record(action="session.refused", target=audit.address_target(former), network="192.0.2.9", now=NOW)
    token = links.draw_link(user=alice, purpose=Purpose.VERIFY_EMAIL, address="after@example.com", now=NOW)

    moved = recovery.verify_email(token=token, now=NOW)
    followed = list(NewsletterSubscription.objects.values_list("address", flat=True))
    accounts.close_account(user=moved, now=NOW)

    assert ([row["address"] for row in shown], followed) == ([former], ["after@example.com"])
    assert not NewsletterSubscription.objects.exists()
    assert not AuditPayload.objects.filter(target=audit.address_target(former)).exists()
    assert not AuditPayload.objects.filter(network="192.0.2.9").exists()


def test_what_one_may_see_of_oneself_tells_nobody_who_has_an_account(api, alice, bob):
    def seen_after_asking_for(address):
        before = AuditEntry.objects.count()
        profile.change_profile(user=alice, session=None, now=NOW, email=address)
        for task in OutboxTask.objects.filter(task="accounts.send_address_change"):
            mails.send_address_change(**task.arguments)
            task.delete()
        data = exported(api(alice))
        drawn = [(row["purpose"], row["used_at"]) for row in data["one_time_links"] if row["address"] == address]
        return drawn, [row["action"] for row in data["audit_log"]][-(AuditEntry.objects.count() - before) :]

    free, taken = seen_after_asking_for("nobody@example.com"), seen_after_asking_for(bob.email)

    assert taken == free
    assert [letter.to for letter in mail.outbox] == [["nobody@example.com"]]


def test_an_order_that_is_placed_while_its_buyer_is_erased_keeps_nothing_of_them(alice, scarf, monkeypatch):
    erase = Swiping.erase

    def order_meanwhile(self, user_id, now):
        erase(self, user_id, now)
        if User.objects.filter(pk=user_id).exists() and not Order.objects.exists():
            gift = orders.Gift(gift_for="Mum", gift_message="I love you")
            orders.place_order(user=alice, items=[orders.Wanted(scarf.pk, 1)], gift=gift, now=NOW)

    monkeypatch.setattr(Swiping, "erase", order_meanwhile)

    erasure.erase_person(user_id=alice.pk, now=NOW)

    order = Order.objects.get()
    assert (order.user, order.delivery, order.gift_for, order.gift_message) == (None, {}, "", "")


@pytest.mark.parametrize("way", ["reset", "by staff", "by oneself"])
@pytest.mark.parametrize("is_drawn", [True, False])
def test_a_new_password_ends_an_address_change_that_was_asked_for_before(alice, root, way, is_drawn):
    alice = proved(alice)
    profile.change_profile(user=alice, session=None, now=NOW, email="thief@example.com")
    if is_drawn:
        mails.send_address_change(user_id=str(alice.pk), address="thief@example.com")
    reset = links.draw_link(user=alice, purpose=Purpose.RESET_PASSWORD, address=alice.email, now=NOW)

    if way == "reset":
        recovery.reset_password(token=reset, password="a better horse battery", now=NOW)
    elif way == "by staff":
        staff.set_password(user=alice, password="a better horse battery", now=NOW, actor_id=root.pk)
    else:
        profile.change_profile(
            user=alice, session=None, now=NOW, password="a better horse battery", current_password=PASSWORD
        )

    assert not OneTimeLink.objects.filter(address="thief@example.com").exists()
    assert not OutboxTask.objects.filter(task="accounts.send_address_change", done_at=None).exists()


class Refusing:
    """A mail server's mind: it takes nobody's mail, and says whose."""

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 - aiosmtpd's name
        return f"550 5.1.1 <{address}>: Recipient address rejected"


@pytest.fixture
def refusing(settings):
    controller = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield
    controller.stop()


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_is_refused_writes_no_address_into_logs_and_tables(refusing, caplog):
    user = make_person("Vera")
    row = OutboxTask.objects.get(task="accounts.welcome")

    from accounts.tasks import welcome

    with pytest.raises(LetterNotSent):
        welcome(outbox_id=str(row.pk))

    row.refresh_from_db()
    assert row.error == "LetterNotSent: SMTPRecipientsRefused 550"
    assert user.email not in caplog.text
