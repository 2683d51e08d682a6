"""Proof that the owner asks, and not somebody who has got hold of a token or an open screen.

What gives an account away for good (another address, a key, a second factor, its end) takes a sign-in of a few minutes
ago, or the password with the request. A wrong password counts as it does at a sign-in, but for the session it is sent
with: strangers who guess at the sign-in lock nobody out who is in, and a thief in one session locks no other. Whoever
has no password, as they sign in through another provider, is asked for the sign-in alone: there is nothing to guess.
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


class NoPassword(CurrentPasswordRequired):
    """The account has no password, and the sign-in is not of these minutes."""

    detail = (
        "Your account has no password. Sign in again and repeat this within ten minutes, or set a password first by "
        "the mail that a forgotten one is set anew with."
    )


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

    Raises OwnerUnproved, NoPassword, CurrentPasswordRequired, AccountLocked.
    """
    if user.is_guest:
        return
    if current_password or not user.has_usable_password():
        check_own_password(user=user, session=session, password=current_password, network=network, now=now)
    elif not is_fresh(session, now):
        raise OwnerUnproved(loc=("body", "current_password"))


def takes_password(
    *, user: User, session: Session | None, password: str | None, now: datetime, loc: tuple[str, str]
) -> bool:
    """Return whether there is a password to be looked at; an account that has none takes a fresh sign-in instead.

    Raises NoPassword, and CurrentPasswordRequired when none was given; neither is a guess.
    """
    if not user.has_usable_password():
        if not is_fresh(session, now):
            raise NoPassword(loc=loc)
        return False
    if not password:
        raise CurrentPasswordRequired(loc=loc)
    return True


def check_own_password(
    *, user: User, session: Session | None, password: str | None, network: str, now: datetime
) -> None:
    """Look at the password of somebody who is signed in, or at how fresh the sign-in is where there is no password.

    Raises NoPassword, CurrentPasswordRequired, AccountLocked.
    Call it outside of any transaction: a hash takes its time, and a wrong guess has to stay counted.
    """
    loc = ("body", "current_password")
    if not takes_password(user=user, session=session, password=password, now=now, loc=loc):
        return
    try:
        with lockout.guess(
            email=user.email or "",
            network=network,
            is_known_device=False,
            now=now,
            refused="account.proof_refused",
            session=session,
        ):
            if not user.check_password(password or ""):
                raise WrongPassword
    except WrongPassword:
        raise CurrentPasswordRequired(loc=loc) from None
