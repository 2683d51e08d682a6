"""What is picked for people ahead of their asking."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from common import audit, outbox
from common.models import OutboxTask
from common.scope import as_system
from recommendations.answers import MOST, PICKS_LAST, Answer, Asked, answer_block
from recommendations.models import Pick
from recommendations.registry import registry
from recommendations.scoring import Scorer
from recommendations.shop import shop
from recommendations.taste import events_of_many, mark_of

BLOCK = 200
FOR_ALL = "recommendations.refresh_picks"


def store_pick(*, user_id: uuid.UUID, answer: Answer, now: datetime) -> None:
    """Keep an answer as a person's picks, in place of the former ones."""
    Pick.objects.update_or_create(user_id=user_id, defaults=_values(answer, now))


def request_picks() -> None:
    """Have everybody's picks refreshed, unless that is under way; of two at once the second finds them made."""
    with transaction.atomic():
        if not OutboxTask.objects.open().filter(task=FOR_ALL).exists():
            outbox.put(FOR_ALL)


def refresh_picks(*, user_ids: Sequence[uuid.UUID], now: datetime) -> Iterator[tuple[int, int]]:
    """Pick for people, block by block; yields how many each block has and how many of them were picked for anew.

    A block is one transaction, and who has recent picks of the present models that fit their history is passed by,
    so a run that was interrupted is simply started again.
    """
    registry().catch_up()
    scorer = Scorer(shop(), registry())
    if not scorer.models:
        return
    for start in range(0, len(user_ids), BLOCK):
        block = user_ids[start : start + BLOCK]
        yield len(block), _refresh_block(block, scorer, now)


def pick_again(*, user_ids: Sequence[uuid.UUID], now: datetime, actor_id: uuid.UUID | None) -> int:
    """Refresh the picks of some people because staff ask for it; returns how many had something new."""
    audit.record(action="picks.refreshed", actor_id=actor_id, details={"people": len(user_ids)}, now=now)
    return sum(n_picked for _, n_picked in refresh_picks(user_ids=user_ids, now=now))


@as_system("picks for many")
def _refresh_block(user_ids: Sequence[uuid.UUID], scorer: Scorer, now: datetime) -> int:
    histories = events_of_many(user_ids)
    marks = {user_id: mark_of(events) for user_id, events in histories.items()}
    # What has aged half its time would not last until the next night's run.
    kept = Pick.objects.filter(user_id__in=user_ids, model_version=scorer.label, made_at__gt=now - PICKS_LAST / 2)
    fresh = {user_id for user_id, mark in kept.values_list("user_id", "mark") if marks[user_id] == mark}
    due = [user_id for user_id in user_ids if user_id not in fresh]
    answers = answer_block([histories[user_id] for user_id in due], Asked(limit=MOST), scorer, now)
    with transaction.atomic():
        rows = [
            Pick(user_id=user_id, **_values(answer._replace(mark=marks[user_id]), now))
            for user_id, answer in zip(due, answers, strict=True)
            if answer.model_version
        ]
        fields = ["products", "strategy", "model_version", "mark", "made_at"]
        Pick.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user"], update_fields=fields)
    return len(rows)


def _values(answer: Answer, now: datetime) -> dict[str, object]:
    return {
        "products": [[str(one.product_id), one.score, one.reason, list(one.sources)] for one in answer.chosen],
        "strategy": answer.strategy,
        "model_version": answer.model_version,
        "mark": answer.mark,
        "made_at": now,
    }
