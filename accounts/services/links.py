"""Links that are mailed and work once: drawn, spent and made void here.

There is one row for each person and purpose, so a newer link is the end of the older one. The token is drawn when the
mail is written, so no table holds it; its digest is kept.
"""

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.models import OneTimeLink, Purpose, User
from accounts.sealing import digest_of, draw_token
from common import outbox
from common.errors import Invalid

GOOD_FOR = timedelta(minutes=60)


class InvalidLink(Invalid):
    """The link was used, has run out, was followed by a newer one, or never was; which of them is not told."""

    error_code = "INVALID_LINK"
    detail = "This link does not work any more. Please ask for a new one."


class Proof(NamedTuple):
    """What a spent link proves: that this person reads the mail of this address."""

    user_id: uuid.UUID
    address: str


def draw_link(*, user: User, purpose: Purpose, address: str, now: datetime) -> str:
    """Return the token of a new link to be mailed to `address`; an older one for the same purpose is void."""
    token = draw_token()
    link = OneTimeLink(
        user=user,
        purpose=purpose,
        address=address,
        digest=digest_of(token),
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    OneTimeLink.objects.bulk_create(
        [link],
        update_conflicts=True,
        unique_fields=["user", "purpose"],
        update_fields=["address", "digest", "created_at", "expires_at", "used_at"],
    )
    return token


def is_good_link(*, token: str, purpose: Purpose, now: datetime) -> bool:
    """Return whether a link would work just now, without spending it."""
    return OneTimeLink.objects.good(token, purpose, now).exists()


def find_owner(*, token: str, purpose: Purpose, now: datetime) -> User:
    """Return whose link this is, without spending it; raises InvalidLink."""
    link = OneTimeLink.objects.good(token, purpose, now).select_related("user").first()
    if link is None or not link.user.is_active:
        raise InvalidLink(loc=("body", "token"))
    return link.user


def spend_link(*, token: str, purpose: Purpose, now: datetime) -> Proof:
    """Spend a link by one conditional UPDATE, so that of several at once one succeeds; raises InvalidLink."""
    if not OneTimeLink.objects.good(token, purpose, now).update(used_at=now):
        raise InvalidLink(loc=("body", "token"))
    spent = OneTimeLink.objects.get(digest=digest_of(token))
    return Proof(spent.user_id, spent.address)


def void_links(*, user: User, purpose: Purpose | None = None) -> None:
    """Make the links of a person void. Call it before the person's own row is written: the order of locks is this."""
    links = OneTimeLink.objects.filter(user=user)
    if purpose:
        links = links.filter(purpose=purpose)
    links.delete()


def void_address_change(*, user: User) -> None:
    """Make a link void that would give a person another address; one that proves the present address stays good.

    A link that has not been drawn yet, or is being drawn, is void too. Call it before the person's row is written.
    """
    outbox.forget("accounts.send_address_change", user_id=str(user.pk))
    OneTimeLink.objects.filter(user=user, purpose=Purpose.VERIFY_EMAIL).exclude(address=user.email).delete()


def tidy_links(*, now: datetime) -> int:
    """Delete links that have run out; returns how many."""
    deleted, _ = OneTimeLink.objects.filter(expires_at__lt=now).delete()
    return deleted
