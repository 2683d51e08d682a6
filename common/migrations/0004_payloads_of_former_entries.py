"""What former entries say of people moves into payloads. They are sealed by the relay, like new ones.

The rules are those of common/audit.py on the day of this migration; a migration does not follow later changes.
"""

import hashlib
import hmac
import json
import re
import secrets
from decimal import Decimal

from django.conf import settings
from django.db import migrations

BLOCK = 1000
USER = re.compile(r"user ([0-9a-f-]{36})")


def pseudonym(of):
    key = hashlib.blake2b(b"audit pseudonym", key=settings.SECRET_KEY.encode()[:64], digest_size=32).digest()
    return hmac.new(key, str(of).encode(), hashlib.sha256).hexdigest()[:32]


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"number": format(Decimal(str(value)).normalize(), "f")}
    return value


def split(apps, schema_editor):
    """Give each entry its payload, block by block."""
    Entry, Payload = apps.get_model("common", "AuditEntry"), apps.get_model("common", "AuditPayload")
    last = 0
    while entries := list(Entry.objects.filter(pk__gt=last).order_by("pk")[:BLOCK]):
        payloads = []
        for entry in entries:
            salt, actor = secrets.token_hex(16), str(entry.actor_id) if entry.actor_id else None
            body = [salt, actor, entry.target, plain(entry.details), ""]
            text = json.dumps(body, sort_keys=True, separators=(",", ":"))
            entry.payload_digest = hashlib.sha256(text.encode()).hexdigest()
            entry.actor = pseudonym(actor) if actor else ""
            subject = USER.fullmatch(entry.target)
            entry.subject = pseudonym(subject[1]) if subject else ""
            payloads.append(
                Payload(entry=entry.pk, actor_id=entry.actor_id, target=entry.target, details=entry.details, salt=salt)
            )
        Payload.objects.bulk_create(payloads)
        Entry.objects.bulk_update(entries, ["payload_digest", "actor", "subject"], batch_size=200)
        last = entries[-1].pk


def join(apps, schema_editor):
    """Write payloads back into their entries."""
    Entry, Payload = apps.get_model("common", "AuditEntry"), apps.get_model("common", "AuditPayload")
    last = 0
    while payloads := list(Payload.objects.filter(pk__gt=last).order_by("pk")[:BLOCK]):
        for payload in payloads:
            Entry.objects.filter(pk=payload.entry).update(
                actor_id=payload.actor_id, target=payload.target, details=payload.details
            )
        last = payloads[-1].pk
    Payload.objects.all().delete()


class Migration(migrations.Migration):
    """Split every former audit entry into entry and payload."""

    dependencies = [("common", "0003_audit_chain_tables")]

    operations = [migrations.RunPython(split, join)]
