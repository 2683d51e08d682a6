"""What recommendations does after a commit and on a schedule."""

import uuid
from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from common.outbox import NotNow, long_consumer
from recommendations import services
from recommendations.leases import LENGTH, LeaseBusy
from recommendations.models import RunStatus
from recommendations.taste import all_people


@long_consumer("recommendations.train_model")
def train_model(keep: Callable[[], None], run_id: str) -> None:
    """Carry out a training run; while another process has it, wait for that one to end or to die."""
    try:
        run = services.train(run_id=uuid.UUID(run_id), clock=timezone.now, keep=keep)
    except LeaseBusy as busy:
        raise NotNow(busy.until) from None
    if run.status == RunStatus.RUNNING:
        # Another process has taken the run over: the row stays open for as long as that one is at it.
        raise NotNow(timezone.now() + LENGTH)


@shared_task(name="recommendations.request_picks")
def request_picks() -> None:
    """Have everybody's lists made ahead of their asking."""
    services.request_picks()


@long_consumer("recommendations.refresh_picks")
def refresh_picks(keep: Callable[[], None]) -> None:
    """Make them, block by block; started again, it passes by those that are made."""
    for _ in services.refresh_picks(user_ids=all_people(), now=timezone.now()):
        keep()


@shared_task(name="recommendations.refresh_popularity")
def refresh_popularity() -> None:
    """Count how well liked each product is."""
    services.refresh_popularity(now=timezone.now())
