"""Mails of the newsletter. Each carries the way out: a link to see, and one for the mail program's own button."""

from django.conf import settings
from django.utils import timezone

from accounts.models import NewsletterSubscription, SubscriptionStatus
from accounts.services import newsletter
from common import audit
from common.letters import send_letter

CONFIRM_PATH, UNSUBSCRIBE_PATH = "/newsletter/confirm", "/newsletter/unsubscribe"
ONE_CLICK_PATH = "/api/v1/newsletter/unsubscribe"


def ask_to_confirm(subscription: NewsletterSubscription) -> None:
    """Send the link by which an address's owner confirms that they want the newsletter."""
    link = f"{settings.SITE_URL}{CONFIRM_PATH}?token={newsletter.confirmation_token(subscription)}"
    _send(subscription, "newsletter_confirm", f"Please confirm: news from {settings.PROJECT_NAME}", link=link)


def welcome(*, subscription_id: str) -> None:
    """Greet a new subscriber; somebody who has left already is left alone."""
    subscription = NewsletterSubscription.objects.filter(
        pk=subscription_id, status=SubscriptionStatus.CONFIRMED
    ).first()
    if subscription is not None:
        _send(subscription, "newsletter_welcome", f"You are subscribed to news from {settings.PROJECT_NAME}", link="")


def one_click_headers(address: str) -> dict[str, str]:
    """Return what lets a mail program unsubscribe without a page (RFC 8058)."""
    token = newsletter.unsubscription_token(address)
    return {
        "List-Unsubscribe": f"<{settings.SITE_URL}{ONE_CLICK_PATH}?token={token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _send(subscription: NewsletterSubscription, name: str, subject: str, *, link: str) -> None:
    token = newsletter.unsubscription_token(subscription.address)
    context = {
        "subscription": subscription,
        "link": link,
        "days": newsletter.GOOD_FOR.days,
        "way_out": f"{settings.SITE_URL}{UNSUBSCRIBE_PATH}?token={token}",
    }
    headers = one_click_headers(subscription.address)
    send_letter(f"accounts/mails/{name}", subject=subject, to=subscription.address, context=context, headers=headers)
    target = audit.address_target(subscription.address)
    audit.record(action=f"mail.{name}", target=target, now=timezone.now())
