"""Files of products that staff upload: stored, carried out by one worker at a time, gone on with when it dies."""

import io
import os
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet

from catalogue.importing import Importer, Report, batched
from catalogue.models import BulkUpload, BulkUploadError, BulkUploadPiece, FileKind, UploadMode, UploadStatus
from catalogue.sheets import Line, RowError, Sheet, UnreadableFile
from common import audit, outbox
from common.errors import Conflict
from common.files import MEGABYTE, read_within_bounds
from common.processes import is_dead, name_of
from common.spreadsheets import as_csv

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
TASK = "catalogue.carry_out_upload"
MOST_LINES = 100_000
PIECE = MEGABYTE
LEASE = timedelta(seconds=60)
KEEP_SECONDS = 5.0
# A dry run may be carried out for so long; the report stays longer than its file.
FILE_KEPT_FOR = timedelta(days=7)
REPORT_KEPT_FOR = timedelta(days=90)
LONGEST_NAME = 200
LONGEST_MESSAGE = 500
PREVIEWED = 10
ERROR_COLUMNS = ("line", "column", "message")


class NothingToCarryOut(Conflict):
    """The upload was no dry run that has ended, or its file is gone."""

    error_code = "UPLOAD_NOT_TRIED"
    detail = "Only a dry run that has ended can be carried out, for seven days."


class UploadBusy(Exception):
    """Another upload is at work, or another process is at this one."""


class LeaseLost(Exception):
    """Another process has taken this upload on."""


def request_upload(
    *,
    name: str,
    file: BinaryIO,
    mode: UploadMode,
    now: datetime,
    actor_id: uuid.UUID | None,
    kind: FileKind | None = None,
    is_dry_run: bool = False,
    makes_categories: bool = False,
) -> BulkUpload:
    """Store a file of products for a worker. Raises FileTooLarge, UnreadableFile for what can be seen at once."""
    content = read_within_bounds(file)
    if not content:
        raise UnreadableFile("The file is empty.")
    sheet = Sheet(name, lambda: io.BytesIO(content), kind)
    sheet.look()
    pieces = (content[start : start + PIECE] for start in range(0, len(content), PIECE))
    upload = BulkUpload(
        file_name=name[-LONGEST_NAME:],
        kind=sheet.kind,
        size_bytes=len(content),
        mode=mode,
        is_dry_run=is_dry_run,
        makes_categories=makes_categories,
    )
    return _put_down(upload, pieces, now, actor_id)


def carry_out_tried(*, upload: BulkUpload, now: datetime, actor_id: uuid.UUID | None) -> BulkUpload:
    """Upload the file of a dry run for good. Raises NothingToCarryOut."""
    pieces = upload.pieces.order_by("position")
    if not (upload.is_dry_run and upload.status == UploadStatus.SUCCEEDED and pieces.exists()):
        raise NothingToCarryOut
    real = BulkUpload(
        file_name=upload.file_name,
        kind=upload.kind,
        size_bytes=upload.size_bytes,
        mode=upload.mode,
        makes_categories=upload.makes_categories,
    )
    return _put_down(real, (bytes(piece.content) for piece in pieces.iterator(chunk_size=1)), now, actor_id)


def _put_down(upload: BulkUpload, pieces: Iterator[bytes], now: datetime, actor_id: uuid.UUID | None) -> BulkUpload:
    upload.requested_at, upload.requested_by = now, actor_id
    with transaction.atomic():
        upload.save(force_insert=True)
        for position, content in enumerate(pieces):
            BulkUploadPiece.objects.create(upload=upload, position=position, content=content)
        details = {"kind": upload.kind, "mode": upload.mode, "is_dry_run": upload.is_dry_run}
        audit.record(
            action="product.upload_requested", actor_id=actor_id, target=f"upload {upload.pk}", details=details, now=now
        )
        outbox.put(TASK, {"upload_id": str(upload.pk)})
    return upload


def carry_out(*, upload_id: uuid.UUID, clock: Clock, keep: Callable[[], None] = lambda: None) -> None:
    """Land the lines of an upload, or go on where a dead process left it; each batch stands with the note of it.

    `keep` is called every few seconds. Raises UploadBusy while another upload, or another process, is at work, and
    what a database that is away raises: both may be tried again.
    """
    lease = _claim(upload_id, clock)
    if lease is None:
        return
    try:
        _work(lease, clock, keep)
    except LeaseLost:
        # Another process goes on with it; this one leaves no mark.
        log.warning("upload_lease_lost", upload_id=str(upload_id))
    except (OperationalError, InterfaceError):
        raise
    except UnreadableFile as problem:
        lease.end(UploadStatus.FAILED, clock(), problem.message)
    except Exception as failure:
        log.exception("upload_failed", upload_id=str(upload_id))
        lease.end(UploadStatus.FAILED, clock(), f"{type(failure).__name__}: {failure}"[:2000])
    else:
        lease.end(UploadStatus.SUCCEEDED, clock())


class Lease:
    """An upload in the hands of this process."""

    def __init__(self, upload: BulkUpload) -> None:
        self.upload = upload
        self._held = BulkUpload.objects.filter(pk=upload.pk, fence=upload.fence)

    def note(self, now: datetime, **values: Any) -> None:
        """Write down how far the upload is, and hold it on; in a transaction it stays ours until the commit.

        Raises LeaseLost.
        """
        if not self._held.update(leased_until=now + LEASE, **values):
            raise LeaseLost

    def end(self, status: UploadStatus, now: datetime, error: str = "") -> None:
        """Close the upload, unless another process has it."""
        self._held.update(status=status, finished_at=now, error=error, holder="", leased_until=None)


def _claim(upload_id: uuid.UUID, clock: Clock) -> Lease | None:
    """Take an upload on; returns None when it has ended. Raises UploadBusy."""
    now = clock()
    _set_aside_the_dead(now)
    kept = BulkUpload.objects.open().filter(pk=upload_id).first()
    if kept is None:
        return None
    if kept.status == UploadStatus.RUNNING:
        raise UploadBusy
    try:
        with transaction.atomic():
            taken = BulkUpload.objects.filter(pk=upload_id, status=UploadStatus.QUEUED, fence=kept.fence).update(
                status=UploadStatus.RUNNING,
                fence=kept.fence + 1,
                holder=name_of(os.getpid()),
                leased_until=now + LEASE,
                started_at=kept.started_at or now,
            )
    except IntegrityError:
        raise UploadBusy from None
    if not taken:
        raise UploadBusy
    return Lease(BulkUpload.objects.get(pk=upload_id))


def _set_aside_the_dead(now: datetime) -> None:
    """Let an upload wait again whose process is no more; the outbox brings it back in its turn."""
    for left in BulkUpload.objects.filter(status=UploadStatus.RUNNING):
        if left.leased_until is None or left.leased_until <= now or is_dead(left.holder):
            here = BulkUpload.objects.filter(pk=left.pk, fence=left.fence, status=UploadStatus.RUNNING)
            here.update(status=UploadStatus.QUEUED, fence=F("fence") + 1, holder="", leased_until=None)


def _work(lease: Lease, clock: Clock, keep: Callable[[], None]) -> None:
    upload, kept_at = lease.upload, time.monotonic()
    sheet = _sheet_of(upload)
    n_lines = sheet.count()
    if n_lines > MOST_LINES:
        raise UnreadableFile(f"{upload.file_name}: has {n_lines:,} lines; at most {MOST_LINES:,} at once, please.")
    lease.note(clock(), n_lines=n_lines)
    importer = Importer(
        now=clock(),
        actor_id=upload.requested_by,
        mode=UploadMode(upload.mode),
        make_categories=upload.makes_categories,
        is_trial=upload.is_dry_run,
    )
    for lines in batched(_left_to_do(upload, sheet, importer)):
        batch = importer.prepare(lines)
        with transaction.atomic():
            # First, so that a process that was given up meanwhile waits here and not with products in its hands.
            lease.note(clock())
            # Who asked may have been erased meanwhile.
            importer.actor_id = BulkUpload.objects.values_list("requested_by", flat=True).get(pk=upload.pk)
            _note(lease, importer.write(batch), lines[-1].number, clock())
        if time.monotonic() - kept_at > KEEP_SECONDS:
            kept_at = time.monotonic()
            keep()
    lease.note(clock(), n_lines=F("n_read"))


def _left_to_do(upload: BulkUpload, sheet: Sheet, importer: Importer) -> Iterator[Line]:
    """Yield the lines that no process has dealt with; the importer learns whom the earlier ones named."""
    refused = set(upload.errors.filter(line__lte=upload.last_line).values_list("line", flat=True))
    for line in sheet.lines():
        if line.number > upload.last_line:
            yield line
        elif line.number not in refused:
            importer.remember(line)


def _note(lease: Lease, report: Report, last_line: int, now: datetime) -> None:
    errors = [
        BulkUploadError(
            upload=lease.upload, line=error.line, column=error.column, message=error.message[:LONGEST_MESSAGE]
        )
        for error in report.errors
    ]
    BulkUploadError.objects.bulk_create(errors, batch_size=500)
    lease.note(
        now,
        n_read=F("n_read") + report.lines,
        n_made=F("n_made") + report.made,
        n_changed=F("n_changed") + report.changed,
        n_unchanged=F("n_unchanged") + report.unchanged,
        n_refused=F("n_refused") + report.refused,
        last_line=last_line,
    )


def preview(upload: BulkUpload) -> list[tuple[Line, list[RowError]]]:
    """Return the first lines as they are read, each with what is wrong with it; none once the file is gone.

    Raises UnreadableFile.
    """
    if not upload.pieces.exists():
        return []
    sheet = _sheet_of(upload)
    if upload.n_lines is None:
        sheet.count()
    lines = [line for line, _ in zip(sheet.lines(), range(PREVIEWED), strict=False)]
    importer = Importer(
        now=upload.requested_at,
        actor_id=None,
        mode=UploadMode(upload.mode),
        make_categories=upload.makes_categories,
        is_trial=True,
    )
    errors = importer.land(lines).errors
    return [(line, [error for error in errors if error.line == line.number]) for line in lines]


def error_report(upload: BulkUpload) -> Iterator[str]:
    """Yield all errors of an upload as lines of a CSV file."""
    return as_csv(ERROR_COLUMNS, errors_of(upload).values_list(*ERROR_COLUMNS).iterator(chunk_size=2000))


def errors_of(upload: BulkUpload) -> QuerySet[BulkUploadError]:
    """Return the errors of an upload, in the order of its lines."""
    return upload.errors.order_by("line", "id")


def tidy(*, now: datetime) -> None:
    """Delete files of uploads that ended long ago, and later the reports."""
    old = BulkUpload.objects.filter(finished_at__lt=now - FILE_KEPT_FOR)
    BulkUploadPiece.objects.filter(upload__in=old).delete()
    BulkUpload.objects.filter(requested_at__lt=now - REPORT_KEPT_FOR).delete()


def _sheet_of(upload: BulkUpload) -> Sheet:
    content = io.BytesIO()
    for piece in upload.pieces.order_by("position").iterator(chunk_size=1):
        content.write(piece.content)
    return Sheet(upload.file_name, lambda: io.BytesIO(content.getvalue()), FileKind(upload.kind))
