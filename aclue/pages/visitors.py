"""Who sits at the deck: a guest, of whom nothing is recorded, or a member, whose answers count."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import User
from catalogue.reads import products_by_id
from recommendations.answers import Asked, recommend
from recommendations.deck import POPULAR, deal_deck, strangers_deck
from recommendations.ids import read_id
from recommendations.telling import tell
from swipes import services
from swipes.impressions import note_shown
from swipes.models import Direction, SessionType, Swipe, SwipeSession

SURFACE = "site"
# Where on the page products stand.
DECK, GIFTS, LIKES = "deck", "deck-side", "likes"
# Cards in the page: those one sees, and two in reserve for a quick hand.
SHOWN, DEALT = 3, 5
N_LIKES = 8
# So many answers make a short list of gifts worth showing, so long is it.
FEW, N_GIFTS = 3, 4
# Answers a guest's browser session remembers; beyond them the oldest cards come round again.
MOST_REMEMBERED = 200
SITTING, ANSWERED = "deck_sitting", "deck_answered"


class Hand(NamedTuple):
    """What the deck shows now."""

    products: list[dict[str, Any]]
    can_undo: bool
    n_answers: int = 0
    sureness: float = 0.0
    liked: Sequence[dict[str, Any]] = ()
    gifts: Sequence[dict[str, Any]] = ()
    policy: str = ""
    session: str = ""


class Visitor(Protocol):
    """Somebody at the deck."""

    def deal(self, now: datetime) -> Hand:
        """Return what the deck shows now."""
        ...

    def answer(self, product_id: uuid.UUID, direction: Direction, response_time_ms: int | None, now: datetime) -> None:
        """Take an answer; raises NoSuchProduct."""
        ...

    def undo(self) -> uuid.UUID | None:
        """Take the last answer back and return its product, or None when there is none."""
        ...

    def note_shown(self, products: list[dict[str, Any]], now: datetime) -> None:
        """Write down which cards came to light."""
        ...


class Guest:
    """Somebody who has not signed in: the browser session knows which cards are done, and nobody knows how."""

    def __init__(self, browser: SessionBase) -> None:
        self.browser = browser

    def deal(self, now: datetime) -> Hand:
        """Return the best liked products that are not done."""
        answered = self._answered()
        products = strangers_deck(DEALT, without=[uuid.UUID(product_id) for product_id in answered])
        return Hand(products, can_undo=bool(answered), policy=POPULAR)

    def answer(self, product_id: uuid.UUID, direction: Direction, response_time_ms: int | None, now: datetime) -> None:
        """Put the card aside."""
        others = [done for done in self._answered() if done != str(product_id)]
        self.browser[ANSWERED] = [*others, str(product_id)][-MOST_REMEMBERED:]

    def undo(self) -> uuid.UUID | None:
        """Take the last card up again."""
        answered = self._answered()
        if not answered:
            return None
        *self.browser[ANSWERED], last = answered
        return uuid.UUID(last)

    def note_shown(self, products: list[dict[str, Any]], now: datetime) -> None:
        """Write nothing down."""

    def _answered(self) -> list[str]:
        return self.browser.get(ANSWERED, [])


class Member:
    """Somebody signed in: their sitting is a row, and the browser session names it."""

    def __init__(self, user: User, browser: SessionBase) -> None:
        self.user = user
        self.browser = browser
        self._sitting: SwipeSession | None = None
        self._policy = ""

    def deal(self, now: datetime) -> Hand:
        """Return the next cards of the sitting, how far it has come, what the person liked last and might like."""
        sitting = self.sitting(now)
        deck = deal_deck(sitting, DEALT, now)
        self._policy = deck.policy
        newest = Swipe.objects.by(self.user).liked().values_list("product_id", flat=True)[:N_LIKES]
        liked = products_by_id(list(dict.fromkeys(newest)))
        gifts = self._gifts(now) if deck.n_answers >= FEW else ()
        return Hand(
            deck.products, deck.n_answers > 0, deck.n_answers, deck.sureness, liked, gifts, deck.policy, str(sitting.pk)
        )

    def answer(self, product_id: uuid.UUID, direction: Direction, response_time_ms: int | None, now: datetime) -> None:
        """Record the answer; raises NoSuchProduct."""
        answer = services.Answer(self.sitting(now).pk, product_id, direction, response_time_ms)
        services.record_swipes(user=self.user, answers=[answer], now=now)

    def undo(self) -> uuid.UUID | None:
        """Take the newest answer of the sitting back."""
        swipes = Swipe.objects.by(self.user).filter(session=self.browser.get(SITTING))
        newest = swipes.order_by("-updated_at", "id").first()
        if newest is None:
            return None
        services.undo_swipe(user=self.user, swipe_id=newest.pk)
        return newest.product_id

    def note_shown(self, products: list[dict[str, Any]], now: datetime) -> None:
        """Record the impression."""
        if products:
            note_shown(
                services.Shown(
                    id=uuid.uuid4(),
                    user_id=self.user.pk,
                    session_id=self.sitting(now).pk,
                    surface=SURFACE,
                    policy=self._policy,
                    products=[uuid.UUID(product["id"]) for product in products],
                    shown_at=now,
                )
            )

    def _gifts(self, now: datetime) -> list[dict[str, Any]]:
        """Return what we would give this person now, each with its reason."""
        asked = Asked(limit=N_GIFTS)
        answer = recommend(self.user.pk, asked, now)
        told = tell(self.user, answer, asked, now=now, placement=GIFTS, surface=SURFACE)
        return [
            one["product"]
            | {
                "reason": one["reason"],
                "recommendation_id": one["id"],
                "policy": read_id(one["id"], self.user.pk).policy,
            }
            for one in told["recommendations"]
        ]

    def sitting(self, now: datetime) -> SwipeSession:
        """Return the sitting of this browser, begun when there is none or when it is not this person's."""
        if self._sitting is None:
            own = SwipeSession.objects.filter(user=self.user)
            kept = own.filter(pk=self.browser[SITTING]).first() if SITTING in self.browser else None
            if kept is None:
                kept = services.start_session(user=self.user, session_type=SessionType.DISCOVERY, now=now)
                self.browser[SITTING] = str(kept.pk)
            kept.user = self.user
            self._sitting = kept
        return self._sitting


def visitor_of(request: HttpRequest) -> Visitor:
    """Return who asks."""
    user = request.user
    return Member(user, request.session) if user.is_authenticated else Guest(request.session)


def forget_guest(browser: SessionBase) -> None:
    """Deal the guest's cards anew, now that their answers count."""
    browser.pop(ANSWERED, None)
