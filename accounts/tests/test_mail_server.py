"""The mails about accounts reach a real mail server over SMTP: once each, plain and HTML."""

import email
import email.policy
import socket
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from accounts import services
from accounts.tests.letters import LINK
from common.letters import LetterNotSent
from common.models import AuditEntry, OutboxTask
from common.tests.working import carry_out
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

TO_WHO_MAY_BE_A_STRANGER = {
    "Welcome to aclue",
    "Please verify your address at aclue",
    "Your aclue e-mail address was changed",
}


class Post:
    """A mail server that keeps what it is given, or is in no mood for it."""

    def __init__(self):
        self.letters = []
        self.refuses = False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.refuses:
            return "451 Not now"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos, message))
        return "250 OK"

    def subjects(self):
        return [str(message["Subject"]) for _, message in self.letters]


@contextmanager
def listening(post):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def post(settings):
    """A mail server at work, to which the settings lead."""
    post = Post()
    with listening(post) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield post


def newest_token(post):
    found = [LINK.search(message.get_body(("plain",)).get_content()) for _, message in post.letters]
    return next(match[2] for match in reversed(found) if match and match[1] == "/verify-email")


def live_through_everything(post):
    """Give Zoë reason for each of the mails."""
    now = datetime.now(UTC)
    zoe = services.register(email="zoe@example.com", password=PASSWORD, full_name="Zoë <b>Grün</b>", now=now)
    carry_out()
    zoe = services.verify_email(token=newest_token(post), now=now)
    first = services.let_in(user=zoe, now=now, device="Telefon")
    services.let_in(user=zoe, now=now, device="Laptop 🎁")
    services.refresh(refresh_token=first.refresh_token, now=now)
    with pytest.raises(services.TokenReused):
        services.refresh(refresh_token=first.refresh_token, now=now)
    services.ask_for_reset(address=zoe.email)
    carry_out(task="accounts.send_reset")
    change = {"current_password": PASSWORD, "password": "a better horse battery"}
    services.change_profile(user=zoe, session=None, now=now, **change)
    carry_out()
    services.change_profile(user=zoe, session=None, now=now, email="zoe@new.example")
    return zoe


def test_each_mail_arrives_once_in_both_forms(post):
    live_through_everything(post)

    carry_out()
    services.verify_email(token=newest_token(post), now=datetime.now(UTC))
    carry_out()
    carry_out()

    at_old, at_new = (
        [str(m["Subject"]) for to, m in post.letters if to == [who]] for who in ("zoe@example.com", "zoe@new.example")
    )
    assert sorted(at_old) == sorted(
        [
            "Welcome to aclue",
            "Please verify your address at aclue",
            "A new sign-in to your aclue account",
            "We have signed one of your aclue devices out",
            "A new password for aclue",
            "Your aclue password was changed",
            "Another e-mail address for your aclue account",
            "Your aclue e-mail address was changed",
        ]
    )
    assert at_new == ["Please verify your address at aclue"]
    for _, message in post.letters:
        assert message.get_content_type() == "multipart/alternative"
        plain, html = message.iter_parts()
        assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert message["From"] == "aclue <hello@aclue.example>"
        told = "address was changed" in message["Subject"] or message["Subject"].startswith(
            ("Welcome", "Please verify")
        )
        name = ("", "") if told else (" Zoë <b>Grün</b>", " Zoë &lt;b&gt;Grün&lt;/b&gt;")
        assert f"Hello{name[0]}," in plain.get_content()
        assert f"Hello{name[1]}," in html.get_content()
    assert AuditEntry.objects.filter(action__startswith="mail.").count() == len(post.letters) == 9


def test_a_mail_that_the_server_refuses_stays_open_and_goes_out_later_once(post):
    services.register(email="zoe@example.com", password=PASSWORD, now=timezone.now())
    post.refuses = True
    with pytest.raises(LetterNotSent, match="SMTP"):
        carry_out(task="accounts.send_verification")
    open_then = OutboxTask.objects.open().filter(task="accounts.send_verification").count()
    post.refuses = False

    carry_out()

    assert open_then == 1
    assert post.subjects().count("Please verify your address at aclue") == 1
    assert AuditEntry.objects.filter(action="mail.verify_address").count() == 1


def test_names_break_no_header(post):
    services.register(
        email="zoe@example.com", password=PASSWORD, full_name="Zoë\r\nBcc: x@evil.example", now=timezone.now()
    )

    carry_out()

    assert {tuple(to) for to, _ in post.letters} == {("zoe@example.com",)}
    assert not any(message["Bcc"] for _, message in post.letters)
