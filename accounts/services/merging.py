"""What a guest did becomes a person's own, once."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import tokens
from accounts.models import Session, User
from accounts.services.erasure import erase_person, held
from accounts.signals import guest_merged
from common import audit, personal
from common.scope import as_system


@as_system("merging a guest")
def merge_guest(*, guest_token: str, user: User, now: datetime) -> bool:
    """Move what a guest did to a person, and end the guest; returns whether there was anything to do.

    The token is a living one of the guest's, of either kind. Any other (run out, forged, of an account) moves nothing
    and is no error: nobody's sign-in fails for it. Of several at once, one finds the guest and the others nobody.
    """
    guest_id = _guest_of(guest_token, now) if guest_token else None
    if guest_id is None or user.is_guest:
        return False
    with transaction.atomic():
        if not held(guest_id).filter(is_guest=True).exists():
            return False
        personal.merge(guest_id, user.pk, now)
        # What the guest was writing meanwhile is there once the row is ours alone; it comes along too.
        list(User.objects.select_for_update().filter(pk=guest_id))
        personal.merge(guest_id, user.pk, now)
        audit.record(action="guest.merged", actor_id=user.pk, target=f"user {user.pk}", now=now)
        guest_merged.send(sender=User, guest_id=guest_id, user_id=user.pk)
        erase_person(user_id=guest_id, now=now)
    return True


def _guest_of(token: str, now: datetime) -> uuid.UUID | None:
    """Return whose living token this is, if they are a guest."""
    guests = Session.objects.active(now).filter(user__is_guest=True, user__is_active=True)
    try:
        access = tokens.read_access(token)
    except tokens.InvalidToken:
        pass
    else:
        mine = guests.filter(pk=access.session_id, user=access.user_id, user__auth_version=access.version)
        return mine.values_list("user", flat=True).first()
    try:
        refresh = tokens.read_refresh(token)
    except tokens.InvalidToken:
        return None
    # A spent one may be in a thief's hands.
    mine = guests.filter(pk=refresh.session_id, refresh_digest=refresh.digest)
    return mine.values_list("user", flat=True).first()
