"""Known devices: each keeps a token of its own that it gives again at the next sign-in."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.models import KnownDevice, Session, User, normalise_email
from accounts.sealing import digest_of, draw_token
from common import audit

LONGEST_LABEL = 200
# A browser that several people sign in with gives the tokens of all of them at once, joined by dots.
MOST_TOKENS = 5
KEPT_FOR = timedelta(days=365)


class Remembered(NamedTuple):
    """A device that somebody has just signed in on, and the token by which it will be known again."""

    device: KnownDevice
    token: str
    is_news: bool  # the account was used before, and never on this device


def is_known(*, email: str, device_token: str) -> bool:
    """Return whether somebody has signed in to this address on this device before.

    Whether there is an account for the address makes no difference to what is asked of the database.
    """
    if not device_token:
        return False
    return KnownDevice.objects.filter(user__email=normalise_email(email), digest__in=_digests(device_token)).exists()


def remember(*, user: User, device_token: str, label: str, now: datetime) -> Remembered:
    """Keep in mind that somebody signed in on a device; call it in the sign-in's own transaction."""
    label = label[:LONGEST_LABEL]
    for token in _parts(device_token):
        mine = KnownDevice.objects.filter(user=user, digest=digest_of(token))
        # The UPDATE locks the row, so that it is still there when the session that names it is written.
        if mine.update(last_seen_at=now, label=label):
            return Remembered(mine.get(), token, is_news=False)
    has_others = KnownDevice.objects.filter(user=user).exists()
    token = draw_token()
    device = KnownDevice.objects.create(
        user=user, digest=digest_of(token), label=label, first_seen_at=now, last_seen_at=now
    )
    audit.record(action="device.remembered", actor_id=user.pk, target=f"device {device.pk}", now=now)
    return Remembered(device, token, is_news=has_others)


def forget_devices(*, user: User, but: uuid.UUID | None = None) -> int:
    """Forget the devices of a person, all or all `but` one; whoever knew the old password may sit at them."""
    devices = KnownDevice.objects.filter(user=user)
    if but:
        devices = devices.exclude(pk=but)
    n_devices, _ = devices.delete()
    return n_devices


def tidy_devices(*, now: datetime) -> int:
    """Forget devices that nobody has signed in on for a year and that nobody is signed in on; returns how many."""
    in_use = Session.objects.active(now).exclude(known_device=None).values("known_device")
    deleted, _ = KnownDevice.objects.filter(last_seen_at__lt=now - KEPT_FOR).exclude(pk__in=in_use).delete()
    return deleted


def _parts(device_token: str) -> list[str]:
    return [part for part in device_token.split(".")[:MOST_TOKENS] if part]


def _digests(device_token: str) -> Iterator[str]:
    return (digest_of(part) for part in _parts(device_token))
