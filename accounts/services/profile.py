"""What people change of their own account, up to its end."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import tokens
from accounts.models import Purpose, Session, User, normalise_email
from accounts.services.devices import forget_devices
from accounts.services.erasure import erase_person
from accounts.services.links import void_address_change, void_links
from accounts.services.passwords import check_password_strength
from accounts.services.proving import check_own_password
from accounts.services.sessions import revoke_sessions
from common import audit, outbox


def change_profile(
    *,
    user: User,
    session: Session | None,
    now: datetime,
    names: dict[str, str] | None = None,
    email: str | None = None,
    password: str | None = None,
    current_password: str | None = None,
    network: str = "",
) -> User:
    """Change names, address or password of one's own account, all or nothing.

    A new password ends every other session and forgets every other device, and the account's address is told. A new
    address counts once the link is used that is mailed to it (`recovery.verify_email`); until then the former one
    does, and is told. So whether somebody else has the new address is seen in that mailbox alone.
    Raises NoPassword, CurrentPasswordRequired, AccountLocked, WeakPassword, InvalidToken.
    """
    changes: dict[str, object] = {**(names or {}), "updated_at": now}
    wanted = normalise_email(email) if email is not None else user.email
    if password is not None:
        check_own_password(user=user, session=session, password=current_password, network=network, now=now)
        check_password_strength(password, user)
        changes["password"] = make_password(password)
    with transaction.atomic():
        if password is not None:
            # A link that was mailed before opens nothing any more.
            void_links(user=user, purpose=Purpose.RESET_PASSWORD)
        if password is not None or email is not None:
            void_address_change(user=user)
        # Only what changes, and only where the row still is: a whole save would undo what staff did meanwhile,
        # or bring back an account that was erased a moment ago.
        if not User.objects.filter(pk=user.pk).update(**changes):
            raise tokens.InvalidToken
        if password is not None:
            revoke_sessions(user=user, now=now, because="password changed", but=session.pk if session else None)
            forget_devices(user=user, but=session.known_device_id if session else None)
            audit.record(action="account.password_changed", actor_id=user.pk, target=f"user {user.pk}", now=now)
            outbox.put("accounts.tell_of_new_password", {"user_id": str(user.pk), "address": user.email})
        if wanted != user.email:
            audit.record(action="account.email_change_asked", actor_id=user.pk, target=f"user {user.pk}", now=now)
            outbox.put("accounts.send_address_change", {"user_id": str(user.pk), "address": wanted})
            outbox.put("accounts.warn_of_address_change", {"user_id": str(user.pk), "address": user.email})
    for field, value in changes.items():
        setattr(user, field, value)
    return user


def close_account(*, user: User, now: datetime) -> None:
    """Erase a person: their account, their sessions and whatever else is kept about them."""
    erase_person(user_id=user.pk, now=now)
