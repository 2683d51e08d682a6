"""The newsletter: who asked for it, who has confirmed it, who wants it no more.

Asking costs the same and answers the same whether or not the address is known: what is asked for is written down, and
only the worker, which nobody waits for, looks what there is to do about it.

Kept are the words that were agreed to, when, from where and on which page, for as long as mails may go out and thirty
days longer. An address that nobody confirmed is deleted after seven days. As nobody is ever subscribed but by their own
confirmation, no list of those who left is needed to leave them alone.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import NewsletterSubscription, SubscriptionStatus, normalise_email
from accounts.sealing import seal, unseal
from accounts.services.links import InvalidLink
from common import audit, outbox
from common.spreadsheets import as_csv

GOOD_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=30)
# Somebody who presses the button twice wants one mail.
AGAIN_AFTER = timedelta(minutes=10)
PURPOSE = "newsletter"
LONGEST_TOKEN = 800
EXPORTED = ("address", "status", "source", "consent", "network", "requested_at", "confirmed_at", "ended_at")
BLOCK = 2000


def consent() -> str:
    """Return the words that somebody agrees to who subscribes."""
    return (
        f"I would like news and gift ideas from {settings.PROJECT_NAME} by e-mail. "
        "I can unsubscribe at any time, by one click in every mail."
    )


def ask_to_subscribe(*, address: str, source: str, network: str, now: datetime) -> None:
    """Have a link mailed by which the address's owner confirms that they want the newsletter."""
    with transaction.atomic():
        outbox.put(
            "accounts.newsletter_asked_for",
            {
                "address": normalise_email(address),
                "source": source,
                "network": network,
                "consent": consent(),
                "asked_at": now.isoformat(),
            },
        )


def follow(*, former: str | None, address: str, was_proved: bool) -> None:
    """Let the newsletter follow somebody to another address that they have proved; call it in a transaction.

    Of an address that nobody had proved it is left: it may be somebody else's.
    """
    if not former or not was_proved:
        return
    subscribed = NewsletterSubscription.objects.filter(address=former)
    if NewsletterSubscription.objects.filter(address=address).exists():
        subscribed.delete()
    else:
        subscribed.update(address=address)


def note_request(
    *, address: str, source: str, network: str, consent: str, asked_at: datetime
) -> NewsletterSubscription | None:
    """Write a request down; returns the subscription that is to be confirmed, or None when no mail is due.

    Somebody who is subscribed already gets none: a mail would only tell them that a stranger typed their address.
    """
    request = {"source": source, "network": network, "consent": consent, "requested_at": asked_at}
    fresh = {**request, "status": SubscriptionStatus.PENDING, "confirmed_at": None, "ended_at": None}
    with transaction.atomic():
        subscription, is_new = NewsletterSubscription.objects.get_or_create(address=address, defaults=fresh)
        if not is_new:
            # A newer request takes the older one's place, and its link with it.
            open_to_it = Q(status=SubscriptionStatus.ENDED, ended_at__lt=asked_at) | Q(
                status=SubscriptionStatus.PENDING, requested_at__lte=asked_at - AGAIN_AFTER
            )
            if not NewsletterSubscription.objects.filter(open_to_it, pk=subscription.pk).update(**fresh):
                return None
        _record("newsletter.asked_for", address, asked_at)
    subscription.refresh_from_db()
    return subscription


def confirm(*, token: str, now: datetime) -> None:
    """Take a mailed link as the owner's word that they want the newsletter; safe to repeat. Raises InvalidLink."""
    subscription_id, requested_at = _read_confirmation(token)
    asked = NewsletterSubscription.objects.filter(pk=subscription_id, requested_at=requested_at)
    with transaction.atomic():
        pending = asked.filter(status=SubscriptionStatus.PENDING, requested_at__gt=now - GOOD_FOR)
        if pending.update(status=SubscriptionStatus.CONFIRMED, confirmed_at=now):
            _record("newsletter.confirmed", asked.get().address, now)
            outbox.put("accounts.newsletter_welcome", {"subscription_id": str(subscription_id)})
            return
    if not asked.filter(status=SubscriptionStatus.CONFIRMED).exists():
        raise InvalidLink(loc=("query", "token"))


def unsubscribe(*, token: str, now: datetime) -> None:
    """End the subscription of the address that a mail went to, if there is one; raises InvalidLink."""
    address = _read_address(token)
    with transaction.atomic():
        going_on = NewsletterSubscription.objects.filter(address=address).exclude(status=SubscriptionStatus.ENDED)
        if going_on.update(status=SubscriptionStatus.ENDED, ended_at=now):
            _record("newsletter.ended", address, now)


def tidy_subscriptions(*, now: datetime) -> int:
    """Delete addresses that were not confirmed in seven days, or that left thirty days ago; returns how many."""
    unconfirmed = Q(status=SubscriptionStatus.PENDING, requested_at__lte=now - GOOD_FOR)
    left = Q(status=SubscriptionStatus.ENDED, ended_at__lt=now - KEPT_FOR)
    deleted, _ = NewsletterSubscription.objects.filter(unconfirmed | left).delete()
    return deleted


def confirmation_token(subscription: NewsletterSubscription) -> str:
    """Return what the link carries that confirms this request, and no later one."""
    asked = {"id": str(subscription.pk), "at": subscription.requested_at.isoformat()}
    return signing.Signer(salt=PURPOSE).sign_object(asked)


def unsubscription_token(address: str) -> str:
    """Return what the link carries that ends whatever subscription the address has, sealed so that it tells nobody."""
    return seal(address, purpose=PURPOSE)


def _read_confirmation(token: str) -> tuple[uuid.UUID, datetime]:
    try:
        asked = signing.Signer(salt=PURPOSE).unsign_object(token)
        return uuid.UUID(asked["id"]), datetime.fromisoformat(asked["at"])
    except (signing.BadSignature, ValueError, UnicodeError):
        raise InvalidLink(loc=("query", "token")) from None


def _read_address(token: str) -> str:
    try:
        return unseal(token, purpose=PURPOSE)
    except (InvalidToken, ValueError, UnicodeError):
        raise InvalidLink(loc=("query", "token")) from None


def _record(action: str, address: str, now: datetime) -> None:
    audit.record(action=action, target=audit.address_target(address), now=now)


def export(rows: QuerySet[NewsletterSubscription], *, now: datetime, actor_id: uuid.UUID | None) -> Iterator[str]:
    """Yield subscriptions as lines of a CSV file; that staff took them out is written down first."""
    audit.record(action="newsletter.exported", actor_id=actor_id, details={"addresses": rows.count()}, now=now)
    return as_csv(EXPORTED, rows.values_list(*EXPORTED).iterator(chunk_size=BLOCK))
