"""The first page: the deck, played with buttons, keys or a drag, and without JavaScript too."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from aclue.pages.cards import as_card
from aclue.pages.visitors import DECK, GIFTS, LIKES, SHOWN, Hand, visitor_of
from catalogue.affiliate.clicks import Source
from catalogue.models import Product
from catalogue.reads import products_by_id
from swipes.models import Direction
from swipes.services import NoSuchProduct

LONGEST_RESPONSE_MS = 60 * 60 * 1000


class AnswerForm(forms.Form):
    """One answer, as the page's buttons send it."""

    product_id = forms.UUIDField()
    direction = forms.ChoiceField(choices=[(direction.label, direction.name) for direction in Direction])
    response_time_ms = forms.IntegerField(min_value=0, max_value=LONGEST_RESPONSE_MS, required=False)


@method_decorator(never_cache, name="dispatch")
class DeckPage(View):
    """The deck."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it; a person's page view is an impression of the cards one sees."""
        visitor, now = visitor_of(request), timezone.now()
        hand = visitor.deal(now)
        visitor.note_shown(hand.products[:SHOWN], now)
        return render(request, "site/deck.html", _table(request, hand))


@method_decorator(never_cache, name="dispatch")
class Move(View):
    """Something done to the deck: the script gets the table as it is now, a plain form goes back to the page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Bring whoever typed the address to the deck."""
        return redirect("site:deck")


class SwipePage(Move):
    """An answer."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take it."""
        form = AnswerForm(request.POST)
        if not form.is_valid():
            raise BadRequest(form.errors.as_text())
        given, visitor, now = form.cleaned_data, visitor_of(request), timezone.now()
        try:
            visitor.answer(given["product_id"], Direction(given["direction"].upper()), given["response_time_ms"], now)
        except NoSuchProduct:
            messages.info(request, "That gift has just left the shop; here is the next one.")
        if not _is_script(request):
            return redirect("site:deck")
        hand = visitor.deal(now)
        # Each answer brings one more card to light: the last of those one sees.
        visitor.note_shown(hand.products[SHOWN - 1 : SHOWN], now)
        return render(request, "site/_table.html", _table(request, hand))


class UndoPage(Move):
    """A change of mind."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the last answer back; its card lies on top again."""
        visitor = visitor_of(request)
        restored = visitor.undo()
        if not _is_script(request):
            return redirect("site:deck")
        return render(request, "site/_table.html", _table(request, visitor.deal(timezone.now()), restored))


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _table(request: HttpRequest, hand: Hand, restored: uuid.UUID | None = None) -> dict[str, Any]:
    """Return what the table's template needs."""
    products = hand.products
    if restored:
        products = products_by_id([restored]) + [card for card in products if str(card["id"]) != str(restored)]
    on_deck = Source(placement=DECK, policy=hand.policy, session=hand.session)
    return {
        "who": str(request.user.pk or "guest"),
        "cards": [as_card(product, on_deck) for product in products],
        "restored": restored,
        "can_undo": hand.can_undo,
        "n_answers": hand.n_answers,
        "percent_sure": round(hand.sureness * 100),
        "liked": [as_card(product, Source(placement=LIKES, session=hand.session)) for product in hand.liked],
        "gifts": [as_card(gift, _source_of(gift, hand)) | {"reason": gift["reason"]} for gift in hand.gifts],
        "is_empty": not products and not Product.objects.active().in_stock().exists(),
    }


def _source_of(gift: dict[str, Any], hand: Hand) -> Source:
    return Source(
        placement=GIFTS, policy=gift["policy"], recommendation_id=gift["recommendation_id"], session=hand.session
    )
