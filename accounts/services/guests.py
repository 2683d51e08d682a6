"""Looking around without an account."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Session, User
from accounts.services.erasure import erase_people
from accounts.services.sessions import SignedIn, open_session
from common.scope import as_system

IDLE_FOR = timedelta(days=30)
BLOCK = 200


@as_system("signing in")
def begin_as_guest(*, now: datetime, device: str = "", network: str = "") -> SignedIn:
    """Let somebody look around: they may browse, swipe and be recommended to, under a sign-in of their own."""
    with transaction.atomic():
        guest = User.objects.create(is_guest=True, password=make_password(None), created_at=now, updated_at=now)
        return open_session(user=guest, now=now, device=device, network=network)


@as_system("erasing idle guests")
def erase_idle_guests(*, now: datetime) -> int:
    """Erase guests who have not been seen for thirty days, in blocks; returns how many."""
    n_erased, last = 0, uuid.UUID(int=0)
    while idle := _idle_after(last, now):
        n_erased += erase_people(user_ids=idle, now=now)
        last = idle[-1]
    return n_erased


def _idle_after(last: uuid.UUID, now: datetime) -> list[uuid.UUID]:
    since = now - IDLE_FOR
    # A session that is in use buys new tokens every quarter of an hour, which is noted there.
    seen = Session.objects.filter(user=OuterRef("pk"), used_at__gte=since)
    idle = User.objects.filter(~Exists(seen), is_guest=True, created_at__lt=since, pk__gt=last)
    return list(idle.order_by("pk").values_list("pk", flat=True)[:BLOCK])
