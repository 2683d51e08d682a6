"""Every write to what was shown and answered."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction

from accounts.models import User
from catalogue.models import Category, Product
from common.errors import Invalid, NotFound
from common.scope import as_system
from swipes.models import (
    BehaviourEvent,
    Direction,
    Impression,
    SessionType,
    Swipe,
    SwipeSession,
)

OLDEST_EVENT = timedelta(days=730)
CLOCKS_DIFFER = timedelta(minutes=5)


class NoSuchSession(NotFound):
    """The session is not there, or it is somebody else's."""

    detail = "There is no such swipe session."


class NoSuchProduct(NotFound):
    """The product is not on show."""

    detail = "There is no such product."


class Answer(NamedTuple):
    """What a person said to one card."""

    session_id: uuid.UUID
    product_id: uuid.UUID
    direction: Direction
    response_time_ms: int | None = None
    never_again: bool = False


class Shown(NamedTuple):
    """One answer that showed products, as `Impression` keeps it."""

    id: uuid.UUID
    user_id: uuid.UUID | None
    surface: str
    policy: str
    products: Sequence[uuid.UUID]
    shown_at: datetime
    session_id: uuid.UUID | None = None
    placement: str = ""
    model_version: str = ""
    propensities: Sequence[float] = ()


def start_session(
    *,
    user: User,
    session_type: SessionType,
    now: datetime,
    occasion: str = "",
    category: Category | None = None,
    budget_min: Decimal | None = None,
    budget_max: Decimal | None = None,
) -> SwipeSession:
    """Begin a sitting."""
    return SwipeSession.objects.create(
        user=user,
        session_type=session_type,
        occasion=occasion,
        category=category,
        budget_min=budget_min,
        budget_max=budget_max,
        created_at=now,
    )


def record_swipes(*, user: User, answers: Sequence[Answer], now: datetime) -> tuple[list[Swipe], int]:
    """Take a person's answers, all or none; returns the swipes in the order given and how many cards are new.

    A second answer to a card of the same session replaces the first. Raises NoSuchSession, NoSuchProduct.
    """
    # Of two answers to one card in one request the later counts; a fixed order keeps two requests from deadlock.
    latest = {(answer.session_id, answer.product_id): answer for answer in answers}
    cards = sorted(latest)
    _check_products({product_id for _, product_id in cards})
    with transaction.atomic():
        _lock_sessions(user, {session_id for session_id, _ in cards})
        known = _swipes_by_card(cards)
        Swipe.objects.bulk_create(
            [
                Swipe(
                    user=user,
                    session_id=answer.session_id,
                    product_id=answer.product_id,
                    direction=answer.direction,
                    response_time_ms=answer.response_time_ms,
                    never_again=answer.never_again,
                    created_at=now,
                    updated_at=now,
                )
                for answer in (latest[card] for card in cards)
            ],
            update_conflicts=True,
            unique_fields=["session", "product"],
            update_fields=["direction", "response_time_ms", "never_again", "updated_at"],
        )
        kept = _swipes_by_card(cards)
    return [kept[answer.session_id, answer.product_id] for answer in answers], len(kept) - len(known)


def undo_swipe(*, user: User, swipe_id: uuid.UUID) -> None:
    """Take an answer back; the card may be dealt again. Raises NotFound."""
    deleted, _ = Swipe.objects.by(user).filter(pk=swipe_id).delete()
    if not deleted:
        raise NotFound("There is no such swipe.")


@as_system("what was shown, written down aside")
def record_impressions(*, shown: Sequence[Shown]) -> int:
    """Write down which products some answers showed, in which order and on whose choice; returns how many.

    What was shown to somebody who has gone meanwhile, or in a sitting that has, is left out.
    """
    people = set(User.objects.filter(pk__in={one.user_id for one in shown}).values_list("pk", flat=True))
    sittings = {one.session_id for one in shown if one.session_id}
    sittings -= set(SwipeSession.objects.filter(pk__in=sittings).values_list("pk", flat=True))
    rows = [
        Impression(
            id=one.id,
            user_id=one.user_id,
            session_id=one.session_id,
            surface=one.surface,
            placement=one.placement,
            policy=one.policy,
            model_version=one.model_version,
            products=[str(product_id) for product_id in one.products],
            propensities=list(one.propensities),
            shown_at=one.shown_at,
        )
        for one in shown
        if (one.user_id is None or one.user_id in people) and one.session_id not in sittings
    ]
    Impression.objects.bulk_create(rows)
    return len(rows)


def track_behaviour(*, user: User, events: Sequence[Mapping[str, Any]], now: datetime) -> list[BehaviourEvent]:
    """Take what a person did, all or none; each event has the fields of `BehaviourEvent`.

    Raises NoSuchProduct, and Invalid for a time in the future or more than two years ago.
    """
    _check_products({event["product_id"] for event in events if event.get("product_id")})
    rows = []
    for position, event in enumerate(events):
        occurred_at = event.get("occurred_at") or now
        if not now - OLDEST_EVENT <= occurred_at <= now + CLOCKS_DIFFER:
            place = ("body", position) if len(events) > 1 else ("body",)
            raise Invalid("Lies in the future or more than two years back.", loc=(*place, "occurred_at"))
        rows.append(BehaviourEvent(user=user, **{**event, "occurred_at": occurred_at}, recorded_at=now))
    return BehaviourEvent.objects.bulk_create(rows)


def import_history(
    *, sessions: Sequence[SwipeSession], swipes: Sequence[Swipe], events: Sequence[BehaviourEvent]
) -> None:
    """Bring in what people were asked and answered elsewhere, all or none; the rows come as they are to be kept."""
    with transaction.atomic():
        SwipeSession.objects.bulk_create(sessions, batch_size=1000)
        Swipe.objects.bulk_create(swipes, batch_size=1000)
        BehaviourEvent.objects.bulk_create(events, batch_size=1000)


def _lock_sessions(user: User, session_ids: set[uuid.UUID]) -> None:
    """Hold a person's sessions until the transaction ends, so that of two first answers to a card one is the second."""
    sessions = SwipeSession.objects.filter(user=user, pk__in=session_ids).order_by("pk")
    if connection.features.has_select_for_no_key_update:
        sessions = sessions.select_for_update(no_key=True)
    if len(sessions.values_list("pk", flat=True)) < len(session_ids):
        raise NoSuchSession


def _check_products(product_ids: set[uuid.UUID]) -> None:
    if product_ids and Product.objects.active().filter(pk__in=product_ids).count() < len(product_ids):
        raise NoSuchProduct


def _swipes_by_card(cards: list[tuple[uuid.UUID, uuid.UUID]]) -> dict[tuple[uuid.UUID, uuid.UUID], Swipe]:
    sessions, products = {card[0] for card in cards}, {card[1] for card in cards}
    found = Swipe.objects.filter(session_id__in=sessions, product_id__in=products)
    wanted = set(cards)
    return {
        (swipe.session_id, swipe.product_id): swipe for swipe in found if (swipe.session_id, swipe.product_id) in wanted
    }
