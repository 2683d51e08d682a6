"""What people do, from every app, as what it says of their taste."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.checks import Error
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from common.feedback import Kind
from conftest import NOW
from orders import services as orders
from orders.models import Order, OrderStatus
from recommendations import checks, taste
from recommendations.ids import RecommendationId
from recommendations.models import InteractionType
from recommendations.services import record_interaction
from swipes import services
from swipes.models import BehaviourEvent, Direction, EventType, SessionType, Swipe

pytestmark = pytest.mark.django_db


def kinds_of(person):
    return [event.kind for event in taste.events_of(person.pk)]


def answer(person, session, product, direction, at=NOW, **more):
    given = services.Answer(session.pk, product.pk, direction, **more)
    return services.record_swipes(user=person, answers=[given], now=at)[0][0]


def order(person, product, status=OrderStatus.PAID):
    line = orders.LineToImport(product_id=product.pk, quantity=2, unit_price=Decimal(5))
    orders.import_orders(
        orders=[
            orders.OrderToImport(
                external_reference=uuid.uuid4().hex,
                user_id=person.pk,
                placed_at=NOW,
                status=status,
                currency="GBP",
                lines=[line],
            )
        ]
    )


@pytest.mark.parametrize(
    ("direction", "kind", "weight"),
    [
        (Direction.UP, Kind.LOVED, 2),
        (Direction.RIGHT, Kind.LIKED, 1),
        (Direction.LEFT, Kind.DISLIKED, -1),
        (Direction.DOWN, Kind.SKIPPED, 0),  # a skip is no dislike
    ],
)
def test_each_answer_weighs_as_it_was_meant(alice, deck, scarf, direction, kind, weight):
    answer(alice, deck, scarf, direction)

    assert kinds_of(alice) == [kind]
    assert taste.WEIGHTS[kind] == weight


def test_never_again_outweighs_a_dislike_whatever_the_direction(alice, deck, scarf):
    answer(alice, deck, scarf, Direction.RIGHT, never_again=True)

    assert kinds_of(alice) == [Kind.NEVER_AGAIN]
    assert taste.WEIGHTS[Kind.NEVER_AGAIN] == -2


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        (EventType.VIEW, Kind.VIEWED),
        (EventType.CLICK, Kind.CLICKED),
        (EventType.ADD_TO_CART, Kind.ADDED_TO_CART),
        (EventType.WISHLIST, Kind.WISHED),
        (EventType.SHARE, Kind.SHARED),
        (EventType.PURCHASE, Kind.BOUGHT),
    ],
)
def test_each_event_about_a_product_counts(alice, scarf, event_type, kind):
    services.track_behaviour(user=alice, events=[{"event_type": event_type, "product_id": scarf.pk}], now=NOW)

    assert kinds_of(alice) == [kind]
    assert taste.WEIGHTS[kind] > 0


def test_a_search_is_about_no_product(alice):
    services.track_behaviour(user=alice, events=[{"event_type": EventType.SEARCH, "query": "silk"}], now=NOW)

    assert kinds_of(alice) == []


@pytest.mark.parametrize(
    ("interaction_type", "kind"),
    [
        (InteractionType.VIEW, Kind.VIEWED),
        (InteractionType.CLICK, Kind.CLICKED),
        (InteractionType.LIKE, Kind.LIKED),
        (InteractionType.DISLIKE, Kind.DISLIKED),
        (InteractionType.PURCHASE, Kind.BOUGHT),
        (InteractionType.DISMISS, Kind.DISMISSED),
    ],
)
def test_what_one_does_with_a_recommendation_counts(alice, scarf, interaction_type, kind):
    shown = RecommendationId(uuid.uuid4(), 1, scarf.pk, "popular")
    record_interaction(user=alice, recommendation=shown, interaction_type=interaction_type, now=NOW)

    assert kinds_of(alice) == [kind]


@pytest.mark.parametrize("status", OrderStatus.values)
def test_an_order_counts_unless_it_was_cancelled_or_paid_back(alice, scarf, status):
    order(alice, scarf, status)

    assert kinds_of(alice) == ([] if status in {"CANCELLED", "REFUNDED"} else [Kind.BOUGHT])


def test_an_order_without_its_buyer_is_nobodys_taste(alice, scarf):
    order(alice, scarf)
    Order.objects.update(user=None)

    assert list(taste.all_events(until=NOW + timedelta(days=1))) == []


def test_of_several_answers_to_a_product_the_latest_counts(alice, deck, scarf):
    other = services.start_session(user=alice, session_type=SessionType.GIFT, now=NOW)
    answer(alice, deck, scarf, Direction.UP)
    answer(alice, other, scarf, Direction.LEFT, NOW + timedelta(minutes=1))

    assert [event.kind for event in taste.counted(taste.events_of(alice.pk))] == [Kind.DISLIKED]


def test_of_two_answers_in_one_moment_one_counts_whatever_their_order(alice, deck, scarf):
    other = services.start_session(user=alice, session_type=SessionType.GIFT, now=NOW)
    answer(alice, deck, scarf, Direction.RIGHT)
    answer(alice, other, scarf, Direction.LEFT)
    events = taste.events_of(alice.pk)

    counted = [[event.kind for event in taste.counted(order)] for order in (events, events[::-1])]

    assert len(events) == 2
    assert counted[0] == counted[1]
    assert len(counted[0]) == 1


def test_the_answers_of_two_people_to_one_product_both_count(alice, bob, deck, scarf):
    bobs = services.start_session(user=bob, session_type=SessionType.GIFT, now=NOW)
    answer(alice, deck, scarf, Direction.RIGHT)
    answer(bob, bobs, scarf, Direction.LEFT, NOW + timedelta(minutes=1))

    assert len(list(taste.counted(taste.all_events(until=NOW + timedelta(days=1))))) == 2


def test_what_was_merely_done_adds_up_beside_the_answer(alice, deck, scarf):
    answer(alice, deck, scarf, Direction.RIGHT)
    services.track_behaviour(
        user=alice, events=[{"event_type": EventType.VIEW, "product_id": scarf.pk, "occurred_at": NOW}] * 2, now=NOW
    )

    counted = list(taste.counted(taste.events_of(alice.pk)))

    assert sorted(event.kind for event in counted) == [Kind.LIKED, Kind.VIEWED, Kind.VIEWED]


def test_an_answer_that_was_taken_back_is_as_if_it_had_not_been(alice, deck, scarf):
    swipe = answer(alice, deck, scarf, Direction.LEFT)

    services.undo_swipe(user=alice, swipe_id=swipe.pk)

    assert kinds_of(alice) == []


def test_the_newest_events_come_first_whatever_app_they_are_from(alice, deck, scarf, mug):
    answer(alice, deck, mug, Direction.RIGHT, NOW + timedelta(minutes=1))
    order(alice, scarf)
    services.track_behaviour(
        user=alice, events=[{"event_type": EventType.VIEW, "product_id": scarf.pk}], now=NOW + timedelta(minutes=2)
    )

    assert kinds_of(alice) == [Kind.VIEWED, Kind.LIKED, Kind.BOUGHT]
    assert taste.events_of(alice.pk, most=2) == taste.events_of(alice.pk)[:2]


def test_read_together_histories_are_what_they_are_alone(alice, bob, charlie, deck, scarf, mug):
    answer(alice, deck, scarf, Direction.RIGHT)
    order(bob, mug)
    order(bob, scarf)
    people = [person.pk for person in (alice, bob, charlie)]

    assert taste.events_of_many(people) == {person: taste.events_of(person) for person in people}


def test_the_mark_of_a_history_changes_with_each_change_and_returns_with_each_return(alice, deck, scarf, mug):
    def mark():
        return taste.mark_of(taste.events_of(alice.pk))

    marks = [mark()]
    answer(alice, deck, scarf, Direction.RIGHT)
    marks.append(mark())
    answer(alice, deck, scarf, Direction.LEFT)  # the same card in the same moment: another answer
    marks.append(mark())
    answer(alice, deck, scarf, Direction.LEFT, NOW + timedelta(seconds=1))  # the same answer a second later
    marks.append(mark())
    services.track_behaviour(user=alice, events=[{"event_type": EventType.VIEW, "product_id": mug.pk}], now=NOW)
    marks.append(mark())
    order(alice, mug)
    marks.append(mark())

    Order.objects.update(status=OrderStatus.CANCELLED)
    after_cancelling = mark()
    BehaviourEvent.objects.all().delete()
    after_forgetting = mark()
    Swipe.objects.all().delete()

    assert len(set(marks)) == len(marks) == 6
    assert (after_cancelling, after_forgetting, mark()) == (marks[4], marks[3], marks[0])


def unreadable():
    return 7


def without_columns():
    return Swipe.objects.values_list("user_id", "product_id")


@pytest.fixture
def checked(settings):
    """Return a function that checks the sources with one more among them."""

    def check(*more):
        settings.FEEDBACK_SOURCES = [*settings.FEEDBACK_SOURCES, *more]
        taste.sources.cache_clear()
        return checks.check_feedback_sources(None)

    yield check
    taste.sources.cache_clear()


def test_the_sources_of_feedback_are_sound(checked):
    assert checked() == []


@pytest.mark.parametrize(
    "source",
    ["swipes.feedback.no_such", "no_such.feedback", "nonsense", "recommendations.tests.test_taste.unreadable"],
)
def test_a_source_that_cannot_be_read_stops_the_start_with_a_sentence(checked, source):
    [problem] = checked(source)

    assert isinstance(problem, Error)
    assert problem.id == "recommendations.E001"
    assert problem.msg.startswith("FEEDBACK_SOURCES cannot be read: ")
    assert "common.feedback" in problem.hint
    with pytest.raises(SystemCheckError, match="FEEDBACK_SOURCES cannot be read"):
        call_command("check")


def test_a_source_without_a_column_stops_the_start_and_is_named(checked):
    [problem] = checked("recommendations.tests.test_taste.without_columns")

    assert problem.id == "recommendations.E002"
    assert "without_columns lacks a column of user_id, product_id, kind, occurred_at" in problem.msg
