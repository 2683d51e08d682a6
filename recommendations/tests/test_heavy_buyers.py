"""Somebody who did more than an answer reads of them."""

from datetime import timedelta

import pytest

from conftest import NOW
from recommendations import taste
from recommendations.answers import Asked, recommend
from swipes.models import BehaviourEvent, EventType

pytestmark = pytest.mark.django_db


def test_what_was_bought_before_the_newest_events_is_no_news_all_the_same(alice, make_product, monkeypatch):
    monkeypatch.setattr(taste, "MOST_EVENTS", 3)
    first = make_product("The best liked gift", popularity=9.0)
    others = [make_product(f"Gift {number}") for number in range(5)]
    bought = [(first, EventType.PURCHASE)] + [(gift, EventType.VIEW) for gift in others[:4]]
    BehaviourEvent.objects.bulk_create(
        BehaviourEvent(
            user=alice,
            product=product,
            event_type=kind,
            occurred_at=NOW - timedelta(days=10 - number),
            recorded_at=NOW,
        )
        for number, (product, kind) in enumerate(bought)
    )

    chosen = recommend(alice.pk, Asked(limit=5), NOW).chosen

    assert [one.product_id for one in chosen] == [*sorted(gift.pk for gift in others), first.pk]
