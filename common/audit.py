"""The one entrance to the audit log and to the system events.

An entry says under pseudonyms who did something and to whom; it is only ever added, and soon sealed into a chain
(common/audit_chain.py). What names people (who, what it was done to, details, network) lies in a payload beside it,
which erasing a person removes. The entry keeps a salted digest of it, so that neither can be changed unseen.
"""

import hashlib
import json
import re
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from structlog.contextvars import get_contextvars

from common import keys, whence
from common.models import AuditEntry, AuditPayload, Severity, SystemEvent

PSEUDONYM = "audit pseudonym"
LONGEST_PSEUDONYM = 32
# What a target may say of a person; anything else is a thing.
PERSON = re.compile(r"(?:user ([0-9a-f-]{36})|address ([0-9a-f]{32}))")
ERASED = "account.closed"
# In the details of an entry: the target by which a person's former address was known.
FORMER = "former"


def record(
    *,
    action: str,
    now: datetime,
    actor_id: uuid.UUID | None = None,
    target: str = "",
    details: dict[str, Any] | None = None,
    network: str | None = None,
) -> AuditEntry:
    """Write down that `actor_id` did `action` to `target`; call it inside the work's own transaction.

    A person is named as the target (`user <id>`, or `address_target(…)` for who has no account), never in the details:
    erasing finds them there. The network is that of the request in hand unless another is given.
    """
    payload = AuditPayload(
        actor_id=actor_id,
        target=target,
        details=details or {},
        network=whence.network() if network is None else network,
        salt=secrets.token_hex(16),
    )
    with transaction.atomic():
        entry = AuditEntry.bare.create(
            at=now,
            action=action,
            actor=pseudonym(actor_id) if actor_id else "",
            subject=_subject(target),
            payload_digest=digest_of(payload),
            request_id=get_contextvars().get("request_id", ""),
        )
        payload.entry = entry.pk
        payload.save(force_insert=True)
    return entry


def report(
    *,
    name: str,
    now: datetime,
    message: str = "",
    severity: Severity = Severity.INFO,
    details: dict[str, Any] | None = None,
) -> SystemEvent:
    """Tell those who run aclue that something happened."""
    return SystemEvent.objects.create(at=now, severity=severity, name=name, message=message, details=details or {})


def address_target(address: str) -> str:
    """Return a target for somebody of whom only an e-mail address is known, without the address."""
    return f"address {pseudonym(address)}"


def pseudonym(of: uuid.UUID | str, *, secret: str | None = None) -> str:
    """Return the name under which the log knows a person; only who holds SECRET_KEY can tell whose it is."""
    key = keys.derive(secret or keys.secrets()[0], PSEUDONYM)
    return keys.signed(key, str(of))[:LONGEST_PSEUDONYM]


def pseudonyms(of: uuid.UUID | str) -> list[str]:
    """Return the names of a person under the present secret and under former ones."""
    return [pseudonym(of, secret=secret) for secret in keys.secrets()]


def forget(*, user_id: uuid.UUID, address: str | None) -> None:
    """Remove every payload that names a person; the entries stay, under pseudonyms."""
    targets = [f"user {user_id}"]
    if address:
        targets += [f"address {name}" for name in pseudonyms(address)]
    own = AuditPayload.objects.filter(actor_id=user_id, target=f"user {user_id}", details__has_key=FORMER)
    targets += own.values_list(f"details__{FORMER}", flat=True)
    AuditPayload.objects.filter(Q(actor_id=user_id) | Q(target__in=targets)).delete()


def payloads_of(entries: Iterable[AuditEntry]) -> dict[int, AuditPayload]:
    """Return what is still known about entries, by the entry's id."""
    return {one.entry: one for one in AuditPayload.objects.filter(entry__in=[entry.pk for entry in entries])}


def digest_of(payload: AuditPayload) -> str:
    """Return the digest that an entry keeps of its payload; without the salt it tells nothing of a guess."""
    actor = str(payload.actor_id) if payload.actor_id else None
    body = [payload.salt, actor, payload.target, _plain(payload.details), payload.network]
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _subject(target: str) -> str:
    """Return the pseudonym of the person that a target names; empty when it names a thing."""
    found = PERSON.fullmatch(target)
    if found is None:
        return ""
    user_id, address = found.groups()
    return address or pseudonym(user_id)


def _plain(value: Any) -> Any:
    """Return a JSON value such that equal ones read alike: databases are free to give 100 for 1e2."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"number": format(Decimal(str(value)).normalize(), "f")}
    return value
