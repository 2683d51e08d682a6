"""The chain that shows whether the audit log was altered.

Entries are written unsealed in the work's own transaction, so that no request waits for another. A moment later the
relay seals them: each gets the next number, the digest of the one before, and an HMAC over all of it under a key that
the database does not know. Where the chain ends is noted outside the database too (the anchor: a file in VAR_DIR and
a log line), as a tail that was cut off leaves a chain that is whole.
"""

import hmac
import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from common import audit, keys
from common.models import AuditEntry, AuditPayload, Severity, SystemEvent

log = structlog.get_logger(__name__)

CHAIN = "audit chain"
BLOCK = 500
# The one advisory lock of PostgreSQL under which entries are sealed: "AUDI" in ASCII.
LOCK = 0x41554449
# An entry that nobody has sealed for so long says that no relay is at work.
SEALED_WITHIN = timedelta(minutes=10)
# No request is in hand for longer.
LONGEST_REQUEST = timedelta(hours=1)


class Anchor(NamedTuple):
    """Where the chain ended at some moment."""

    number: int
    digest: str

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """Read `number:digest`; raises ValueError."""
        number, _, digest = text.strip().partition(":")
        if len(digest) != 64:
            raise ValueError(f"{text.strip()[:80]!r} is no anchor: a number, a colon and 64 hexadecimal digits.")
        return cls(int(number), digest)

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    def stands(self) -> bool:
        """Return whether the chain still holds this very entry."""
        return AuditEntry.bare.filter(number=self.number, digest=self.digest).exists()


class Finding(NamedTuple):
    """Something that is wrong, and at which number first; 0 where no number can be told."""

    number: int
    problem: str


class Walk(NamedTuple):
    """How far a verification is."""

    n_entries: int
    newest: Anchor | None


# Sealing


def seal(*, now: datetime) -> int:
    """Seal what is unsealed, in blocks, and move the anchor on; returns how many entries.

    Several relays may do it at once: one seals, the others pass by.
    """
    n_sealed, newest = 0, None
    # Outside a transaction first: on SQLite opening one takes the one lock for writing.
    while AuditEntry.bare.unsealed().exists():
        block = _seal_block()
        if block is None:
            break
        newest = block.newest
        n_sealed += block.n_entries
    if newest is not None:
        _move_anchor(newest, now)
    return n_sealed


def _seal_block() -> Walk | None:
    with transaction.atomic():
        if connection.vendor == "postgresql" and not _try_lock():
            return None
        last = AuditEntry.bare.sealed().order_by("-number").first()
        number, previous = (last.number or 0, last.digest) if last else (0, "")
        entries = list(AuditEntry.bare.unsealed().order_by("id")[:BLOCK])
        if not entries:
            return None
        key = keys.derive(keys.secrets()[0], CHAIN)
        for entry in entries:
            number += 1
            entry.number, entry.previous, entry.key_id = number, previous, keys.id_of(key)
            entry.digest = previous = digest_of(entry, key)
        AuditEntry.bare.bulk_update(entries, ["number", "previous", "key_id", "digest"])
        _forget_the_erased(entries)
    return Walk(len(entries), Anchor(number, previous))


def _forget_the_erased(sealed: list[AuditEntry]) -> None:
    """Remove what a request in hand has written of somebody who was erased while it was answered.

    Their erasure could not see it: neither what was committed a moment before it, nor what came after.
    """
    names = {name for entry in sealed for name in (entry.actor, entry.subject)} - {""}
    erased = AuditEntry.bare.filter(action=audit.ERASED, actor__in=names).values_list("actor", "at")
    began = {name: at - LONGEST_REQUEST for name, at in erased}
    if not began:
        return
    about = Q(actor__in=began.keys()) | Q(subject__in=began.keys())
    left = AuditEntry.bare.filter(about, at__gte=min(began.values()))
    AuditPayload.objects.filter(entry__in=left.values("pk")).delete()


def _try_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def digest_of(entry: AuditEntry, key: bytes) -> str:
    """Return the HMAC of a numbered entry and of the one before it."""
    body = [
        entry.number,
        entry.previous,
        entry.pk,
        entry.at.isoformat(),
        entry.action,
        entry.actor,
        entry.subject,
        entry.payload_digest,
        entry.request_id,
    ]
    return keys.signed(key, json.dumps(body, separators=(",", ":")))


# The anchor


def anchor_file() -> Path:
    """Return where the newest anchor is noted."""
    return Path(settings.VAR_DIR) / "audit-anchor"


def read_anchor(path: Path) -> Anchor | None:
    """Return the anchor in a file; None without one. Raises ValueError when it is none."""
    return Anchor.parse(path.read_text()) if path.is_file() else None


def _move_anchor(newest: Anchor, now: datetime) -> None:
    """Note where the chain ends now. An anchor that no longer stands is evidence: it is left, and reported."""
    path = anchor_file()
    try:
        former = read_anchor(path)
    except ValueError as problem:
        log.warning("audit_anchor_unreadable", path=str(path), error=str(problem)[:200])
        return
    if former is not None and not former.stands():
        _report_break(former, now)
        return
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(f"{newest}\n")
        aside.replace(path)
    except OSError as problem:
        log.warning("audit_anchor_not_kept", path=str(path), error=str(problem)[:200])
    log.info("audit_anchor", number=newest.number, digest=newest.digest)


def _report_break(former: Anchor, now: datetime) -> None:
    details = {"number": former.number, "digest": former.digest}
    if not SystemEvent.objects.filter(name="audit.broken", details=details).exists():
        audit.report(
            name="audit.broken",
            now=now,
            severity=Severity.ERROR,
            message=f"The audit log no longer holds entry {former.number} as it was sealed: run manage.py verify_audit",
            details=details,
        )
        log.error("audit_broken", **details)


# Verifying


class Verification:
    """A walk over the whole log; `findings` holds the first of each kind of problem."""

    def __init__(self, *, anchors: list[Anchor], now: datetime) -> None:
        self.anchors = anchors
        self.now = now
        self.findings: list[Finding] = []
        self._keys = {keys.id_of(key): key for key in (keys.derive(secret, CHAIN) for secret in keys.secrets())}
        self._wanted = {anchor.number: anchor.digest for anchor in anchors}
        # Of entries whose payload is gone: the people they are about, and the first number of each.
        self._bare: dict[tuple[str, str], int] = {}
        self._erased: set[str] = set()

    def walk(self) -> Iterator[Walk]:
        """Check every entry in order; yields how far it is. Ends at the first break, which is told by its number."""
        n_entries, newest = 0, Anchor(0, "")
        while block := self._block_after(newest.number):
            payloads = audit.payloads_of(block)
            for entry in block:
                if problem := self._problem_of(entry, newest):
                    self._find(newest.number + 1, problem)
                    return
                self._check_payload(entry, payloads.get(entry.pk))
                newest = Anchor(newest.number + 1, entry.digest)
                n_entries += 1
            yield Walk(n_entries, newest)
        self._check_tail(newest)
        self._check_unsealed()
        self._check_bare()

    def _block_after(self, number: int) -> list[AuditEntry]:
        return list(AuditEntry.bare.sealed().filter(number__gt=number).order_by("number")[: BLOCK * 4])

    def _problem_of(self, entry: AuditEntry, before: Anchor) -> str:
        if entry.number != before.number + 1:
            return f"there is none, and number {entry.number} follows: something was taken out"
        if entry.previous != before.digest:
            return "it does not follow from the one before"
        key = self._keys.get(entry.key_id)
        if key is None:
            return f"it was sealed under a key ({entry.key_id}) that is neither SECRET_KEY nor in SECRET_KEY_FALLBACKS"
        if not hmac.compare_digest(entry.digest, digest_of(entry, key)):
            return "it was changed"
        if entry.number in self._wanted and self._wanted[entry.number] != entry.digest:
            return "it is not the entry that the anchor names: the log was written anew"
        if entry.action == audit.ERASED:
            self._erased |= {entry.actor, entry.subject}
        return ""

    def _check_payload(self, entry: AuditEntry, payload: AuditPayload | None) -> None:
        number = entry.number or 0
        if payload is None:
            self._bare.setdefault((entry.actor, entry.subject), number)
        elif audit.digest_of(payload) != entry.payload_digest:
            self._find(number, "who, what or from where was changed")

    def _check_tail(self, newest: Anchor) -> None:
        for anchor in self.anchors:
            if anchor.number > newest.number:
                self._find(newest.number + 1, f"the end was cut off: the anchor names entry {anchor.number}")
                return
        entries = AuditEntry.bare.filter(pk=OuterRef("entry"))
        orphan = AuditPayload.objects.filter(~Exists(entries)).order_by("entry").first()
        if orphan is not None:
            self._find(newest.number + 1, f"the entry of payload {orphan.pk} was taken out")

    def _check_unsealed(self) -> None:
        entries = list(AuditEntry.bare.unsealed().order_by("id")[:BLOCK])
        payloads = audit.payloads_of(entries)
        for entry in entries:
            payload = payloads.get(entry.pk)
            if payload is not None and audit.digest_of(payload) != entry.payload_digest:
                self._find(0, f"unsealed entry {entry.pk}: who, what or from where was changed")
            if entry.at < self.now - SEALED_WITHIN:
                self._find(0, f"entry {entry.pk} of {entry.at:%Y-%m-%d %H:%M} was never sealed: is the relay at work?")
                return

    def _check_bare(self) -> None:
        """Payloads go with the people they name, and with nobody else."""
        # Somebody may have been erased since the walk began, and that be still unsealed.
        for erased in AuditEntry.bare.unsealed().filter(action=audit.ERASED):
            self._erased |= {erased.actor, erased.subject}
        self._erased -= {""}
        for (actor, subject), number in sorted(self._bare.items(), key=lambda one: one[1]):
            if not {actor, subject} & self._erased:
                self._find(number, "its payload was taken out, though nobody whom it names was erased")
                return

    def _find(self, number: int, problem: str) -> None:
        if not any(finding.problem == problem for finding in self.findings):
            self.findings.append(Finding(number, problem))
