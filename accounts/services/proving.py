"""Proof that the owner asks, and not somebody who has got hold of a token or an open screen.

What gives an account away for good (another address, a key, a second factor, its end) takes a sign-in of a few minutes
ago, or the password with the request. A wrong password counts as it does at a sign-in, but for the session it is sent
with: strangers who guess at the sign-in lock nobody out who is in, and a thief in one session locks no other.
"""

from datetime import datetime, timedelta

from accounts.models import Session, User
from accounts.services import lockout
from accounts.services.passwords import CurrentPasswordRequired
from common.errors import DomainError

FRESH_FOR = timedelta(minutes=10)


class OwnerUnproved(CurrentPasswordRequired):
    """The sign-in is not of these minutes, and the password was not given."""

    detail = "Sign in again, or send your current password: this takes one of the two."


class WrongPassword(DomainError):
    """A guess at the password of somebody whose session the caller has; never seen outside of services."""

    error_code = lockout.WRONG_GUESS


def is_fresh(session: Session | None, now: datetime) -> bool:
    """Return whether a sign-in was opened so lately that its owner can be taken to be there; a refresh opens none."""
    return session is not None and now - session.created_at <= FRESH_FOR


def require_owner(
    *, user: User, session: Session | None, current_password: str | None, network: str, now: datetime
) -> None:
    """Ask for a fresh sign-in or the password; a guest, who has no password, is taken at their token's word.

    Raises OwnerUnproved, CurrentPasswordRequired, AccountLocked.
    """
    if current_password:
        check_own_password(user=user, session=session, password=current_password, network=network, now=now)
    elif not (user.is_guest or is_fresh(session, now)):
        raise OwnerUnproved(loc=("body", "current_password"))


def check_own_password(*, user: User, session: Session | None, password: str, network: str, now: datetime) -> None:
    """Look at the password of somebody who is signed in; raises CurrentPasswordRequired, AccountLocked.

    Call it outside of any transaction: a hash takes its time, and a wrong guess has to stay counted.
    """
    try:
        with lockout.guess(
            email=user.email or "",
            network=network,
            is_known_device=False,
            now=now,
            refused="account.proof_refused",
            session=session,
        ):
            if not user.check_password(password):
                raise WrongPassword
    except WrongPassword:
        raise CurrentPasswordRequired(loc=("body", "current_password")) from None
