"""Housekeeping on a schedule."""

from celery import shared_task
from django.utils import timezone

from common import idempotency, limits, outbox


@shared_task(name="common.tidy")
def tidy() -> None:
    """Delete outbox rows, idempotency keys and rate counts that nobody needs any more."""
    now = timezone.now()
    outbox.tidy(now=now)
    idempotency.tidy(now=now)
    limits.tidy(now=now)
