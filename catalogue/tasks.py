"""What the catalogue does after a commit and on a schedule."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from catalogue import uploads
from catalogue.affiliate import clicks
from catalogue.search import documents, log, vocabulary
from common.outbox import NotNow, long_consumer

LOOK_AGAIN = timedelta(seconds=5)


@long_consumer(uploads.TASK)
def carry_out_upload(keep: Callable[[], None], upload_id: str) -> None:
    """Land the lines of an upload; while another one is at work, wait for its turn."""
    try:
        uploads.carry_out(upload_id=uuid.UUID(upload_id), clock=timezone.now, keep=keep)
    except uploads.UploadBusy:
        raise NotNow(timezone.now() + LOOK_AGAIN) from None


@shared_task(name="catalogue.refresh_search")
def refresh_search() -> None:
    """Count the words of the products anew, and take in products that came in past the services."""
    now = timezone.now()
    documents.write_missing_documents(now=now)
    vocabulary.refresh_words(now=now)


@shared_task(name="catalogue.tidy")
def tidy() -> None:
    """Delete old searches, visits to merchants, uploaded files, and later their reports, that nobody needs any more."""
    now = timezone.now()
    log.tidy(now=now)
    uploads.tidy(now=now)
    clicks.tidy(now=now)
