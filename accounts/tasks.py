"""What accounts does after a commit."""

from datetime import datetime

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import mails, newsletter_mails, services
from accounts.services import identities, newsletter
from common import limits
from common.outbox import consumer


@consumer("accounts.welcome")
def welcome(user_id: str) -> None:
    """Greet a new person."""
    mails.welcome(user_id=user_id)


@consumer("accounts.tell_old_address")
def tell_old_address(user_id: str, address: str) -> None:
    """Tell the former address that the account has moved on."""
    mails.tell_old_address(user_id=user_id, address=address)


@consumer("accounts.warn_of_reuse")
def warn_of_reuse(user_id: str, device: str) -> None:
    """Tell a person that one of their sign-ins was used twice."""
    mails.warn_of_reuse(user_id=user_id, device=device)


@consumer("accounts.send_verification")
def send_verification(address: str) -> None:
    """Mail a link that proves an address."""
    mails.send_verification(address=address)


@consumer("accounts.send_address_change")
def send_address_change(user_id: str, address: str) -> None:
    """Mail a link that gives an account another address."""
    mails.send_address_change(user_id=user_id, address=address)


@consumer("accounts.warn_of_address_change")
def warn_of_address_change(user_id: str, address: str) -> None:
    """Tell the present address that another one was asked for."""
    mails.warn_of_address_change(user_id=user_id, address=address)


@consumer("accounts.send_reset")
def send_reset(address: str) -> None:
    """Mail a link that sets a new password."""
    mails.send_reset(address=address)


@consumer("accounts.tell_of_new_password")
def tell_of_new_password(user_id: str, address: str) -> None:
    """Tell a person that their password was changed."""
    mails.tell_of_new_password(user_id=user_id, address=address)


@consumer("accounts.tell_of_new_device")
def tell_of_new_device(user_id: str, device: str, at: str) -> None:
    """Tell a person of a sign-in on a new device."""
    mails.tell_of_new_device(user_id=user_id, device=device, at=at)


@consumer("accounts.second_factor_on")
def second_factor_on(user_id: str) -> None:
    """Tell a person that a second factor is on."""
    mails.second_factor_on(user_id=user_id)


@consumer("accounts.second_factor_off")
def second_factor_off(user_id: str, by_staff: bool) -> None:
    """Tell a person that their second factor is off."""
    mails.second_factor_off(user_id=user_id, by_staff=by_staff)


@consumer("accounts.recovery_code_used")
def recovery_code_used(user_id: str, left: int) -> None:
    """Tell a person that a recovery code was used."""
    mails.recovery_code_used(user_id=user_id, left=left)


@consumer("accounts.api_key_made")
def api_key_made(user_id: str, key_id: str) -> None:
    """Tell a person that they have a new API key."""
    mails.api_key_made(user_id=user_id, key_id=key_id)


@consumer("accounts.tell_of_link")
def tell_of_link(user_id: str, provider: str) -> None:
    """Tell a person that an account elsewhere opens theirs."""
    mails.tell_of_link(user_id=user_id, provider=provider)


@consumer("accounts.newsletter_asked_for")
def newsletter_asked_for(address: str, source: str, network: str, consent: str, asked_at: str) -> None:
    """Mail the link by which somebody confirms that they want the newsletter, if one is due."""
    moment = datetime.fromisoformat(asked_at)
    subscription = newsletter.note_request(
        address=address, source=source, network=network, consent=consent, asked_at=moment
    )
    if subscription is not None and limits.has_room("mailbox", address, about="newsletter"):
        newsletter_mails.ask_to_confirm(subscription)


@consumer("accounts.newsletter_welcome")
def newsletter_welcome(subscription_id: str) -> None:
    """Greet a new subscriber."""
    newsletter_mails.welcome(subscription_id=subscription_id)


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Delete what has run out: idle guests, old sessions, links, devices unseen for a year, guesses, cookies."""
    now = timezone.now()
    services.tidy_sessions(now=now)
    services.tidy_links(now=now)
    services.tidy_devices(now=now)
    services.tidy_guesses(now=now)
    services.erase_idle_guests(now=now)
    identities.tidy_spent_tokens(now=now)
    newsletter.tidy_subscriptions(now=now)
    SessionStore.clear_expired()
