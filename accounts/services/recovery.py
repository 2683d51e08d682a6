"""Proving an address, and coming back after a lost password: both by a link that is mailed and works once.

Asking for a link costs the same and answers the same whether or not the address is known: what is asked for is
written down, and only the worker, which nobody waits for, looks whether there is somebody to send it to.
"""

import dataclasses
import uuid
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from accounts.models import Purpose, User, normalise_email
from accounts.services import lockout, newsletter
from accounts.services.api_keys import revoke_all_keys
from accounts.services.devices import forget_devices, remember
from accounts.services.identities import unlink_all
from accounts.services.links import InvalidLink, find_owner, spend_link, void_address_change, void_links
from accounts.services.passwords import check_password_strength
from accounts.services.sessions import revoke_sessions
from common import audit, outbox
from common.scope import as_system


@dataclasses.dataclass(frozen=True)
class Recovered:
    """A person with a new password, and the token by which the device is known that it was set on."""

    user: User
    device_token: str


def ask_for_verification(*, address: str) -> None:
    """Have a link mailed that proves an address, if it belongs to an account and is not proved yet."""
    with transaction.atomic():
        outbox.put("accounts.send_verification", {"address": normalise_email(address)})


@as_system("signing in")
def verify_email(*, token: str, now: datetime) -> User:
    """Take a mailed link as proof that an address is the account's owner's; raises InvalidLink.

    Where they had asked for another address it is theirs from here on, and the former one is told.
    """
    try:
        with transaction.atomic():
            proof = spend_link(token=token, purpose=Purpose.VERIFY_EMAIL, now=now)
            owner = User.objects.select_for_update().filter(pk=proof.user_id, is_active=True).first()
            if owner is None:
                raise InvalidLink(loc=("body", "token"))
            was_proved = owner.email_verified_at is not None
            former, owner.email, owner.email_verified_at, owner.updated_at = owner.email, proof.address, now, now
            owner.save(update_fields=["email", "email_verified_at", "updated_at"])
            target = f"user {owner.pk}"
            audit.record(action="account.email_verified", actor_id=owner.pk, target=target, now=now)
            if former != owner.email:
                # A link that waits in the former mailbox opens nothing any more.
                void_links(user=owner, purpose=Purpose.RESET_PASSWORD)
                # Whose erasure reaches what was written of the former address.
                details = {"former": audit.address_target(former)} if former else {}
                audit.record(action="account.email_changed", actor_id=owner.pk, target=target, details=details, now=now)
                newsletter.follow(former=former, address=owner.email, was_proved=was_proved)
                outbox.put("accounts.tell_old_address", {"user_id": str(owner.pk), "address": former})
    except IntegrityError:
        # Somebody else has proved the address since the link was mailed.
        raise InvalidLink(loc=("body", "token")) from None
    return owner


def ask_for_reset(*, address: str) -> None:
    """Have a link mailed that sets a new password, if the address belongs to an account."""
    with transaction.atomic():
        outbox.put("accounts.send_reset", {"address": normalise_email(address)})


def send_reset_for(*, user: User, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Have a link for a new password mailed to a person on staff's word."""
    with transaction.atomic():
        outbox.put("accounts.send_reset", {"address": user.email})
        audit.record(action="account.reset_sent", actor_id=actor_id, target=f"user {user.pk}", now=now)


@as_system("signing in")
def reset_password(
    *, token: str, password: str, now: datetime, device_token: str = "", device: str = "", network: str = ""
) -> Recovered:
    """Set a new password by a mailed link. Every session ends and nobody is signed in: a second factor is still asked.

    The device becomes a known one, and the only one: whoever knew the old password may sit at the others.
    Strangers' wrong guesses count no more against the network that it was set from.
    Raises InvalidLink, WeakPassword (the link stays good).
    """
    user = find_owner(token=token, purpose=Purpose.RESET_PASSWORD, now=now)
    check_password_strength(password, user)
    hashed = make_password(password)
    with transaction.atomic():
        proof = spend_link(token=token, purpose=Purpose.RESET_PASSWORD, now=now)
        changed = User.objects.filter(pk=proof.user_id, email=proof.address, is_active=True)
        # Whoever had the account until now may have asked for an address of theirs.
        void_address_change(user=user)
        unlink_all(user=user, now=now)
        # Who got this mail reads the mail of this address.
        proved_at = Coalesce("email_verified_at", Value(now))
        if not changed.update(password=hashed, email_verified_at=proved_at, updated_at=now):
            raise InvalidLink(loc=("body", "token"))
        revoke_sessions(user=user, now=now, because="password reset")
        revoke_all_keys(user=user, now=now, because="password reset", actor_id=user.pk)
        forget_devices(user=user)
        remembered = remember(user=user, device_token=device_token, label=device, now=now)
        lockout.excuse(email=proof.address, network=network, now=now)
        audit.record(action="account.password_reset", actor_id=user.pk, target=f"user {user.pk}", now=now)
        outbox.put("accounts.tell_of_new_password", {"user_id": str(user.pk), "address": proof.address})
    user.refresh_from_db()
    return Recovered(user, remembered.token)
