"""What the catalogue does on a schedule."""

from celery import shared_task
from django.utils import timezone

from catalogue.search import documents, log, vocabulary


@shared_task(name="catalogue.refresh_search")
def refresh_search() -> None:
    """Count the words of the products anew, and take in products that came in past the services."""
    now = timezone.now()
    documents.write_missing_documents(now=now)
    vocabulary.refresh_words(now=now)


@shared_task(name="catalogue.tidy")
def tidy() -> None:
    """Delete searches older than ninety days."""
    log.tidy(now=timezone.now())
