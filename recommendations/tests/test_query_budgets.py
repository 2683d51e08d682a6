"""What recommending costs the database: the same few statements however much there is, each by an index."""

import itertools
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from catalogue import services as catalogue
from catalogue.models import Product
from conftest import NOW, as_tables_owner
from orders.models import Order, OrderLine, OrderStatus
from recommendations import taste
from recommendations.models import Interaction, InteractionType
from recommendations.shop import Shop
from recommendations.tests.handmade import serve_likes
from swipes.models import BehaviourEvent, Direction, EventType, SessionType, Swipe, SwipeSession

MOST = 12
# More than what a live answer weighs, so that what was bought before that is looked up too.
LONG = 320
SCANS = {
    "postgresql": r"Seq Scan on (swipes|orders|recommendations|catalogue)_\w+",
    "sqlite": r"SCAN (swipes|orders|recommendations|catalogue)_",
}


def fill(person, category, n):
    """Make n products, and have one person do something with each of them in every way there is."""
    rows = [
        {"external_reference": f"R{number}", "title": f"Gift {number}", "price": Decimal(number), "category": category}
        for number in range(n)
    ]
    catalogue.upsert_products(rows=rows, now=NOW, actor_id=None)
    products = list(Product.objects.order_by("pk"))
    Product.objects.update(stock=5)
    do_all([person], products, n_clicks=LONG)
    return products


def do_all(people, products, *, n_clicks):
    """Have people like half of some products, click, order ten of them, and look at all as recommended."""
    now = NOW - timedelta(days=1)
    sessions = SwipeSession.objects.bulk_create(
        SwipeSession(user=person, session_type=SessionType.DISCOVERY, created_at=now) for person in people
    )
    Swipe.objects.bulk_create(
        Swipe(
            user_id=session.user_id,
            session=session,
            product=product,
            direction=Direction.RIGHT,
            created_at=now,
            updated_at=now,
        )
        for session in sessions
        for product in products[: len(products) // 2]
    )
    BehaviourEvent.objects.bulk_create(
        BehaviourEvent(user=person, product=product, event_type=EventType.CLICK, occurred_at=now, recorded_at=now)
        for person in people
        for product in itertools.islice(itertools.cycle(products), n_clicks)
    )
    orders = Order.objects.bulk_create(
        Order(user=person, status=OrderStatus.PAID, placed_at=now) for person in people for _ in range(2)
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, ordinal=ordinal, product=product, quantity=1, unit_price=5)
        for order in orders
        for ordinal, product in enumerate(products[:10], start=1)
    )
    Interaction.objects.bulk_create(
        Interaction(
            user=person,
            product=product,
            interaction_type=InteractionType.VIEW,
            answer_id=person.pk,
            rank=1,
            policy="popular",
            occurred_at=now,
        )
        for person in people
        for product in products
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/recommendations?limit=100", 7),  # who asks (1), then at most six
        ("/api/v1/recommendations?limit=100&category=accessories&price_max=900&diversity=0.5&explain=false", 7),
        ("/api/v1/products/recommendations?per_page=100", 7),
        ("/api/v1/products/similar/{product}?per_page=100", 3),
        ("/api/v1/products/trending?window=30d&per_page=100", 8),
        ("/api/v1/swipes/sessions/{session}/deck?limit=100", MOST),
    ],
)
def test_a_list_costs_as_many_statements_for_1000_rows_as_for_10(api, alice, accessories, settled, path, most):
    counts = []
    for n in (10, 1000):
        products = fill(alice, accessories, n)
        serve_likes({(products[0], products[-1]): 1.0}, products, now=NOW) if n == 10 else None
        client = api(alice)
        asked = path.format(product=products[0].pk, session=SwipeSession.objects.first().pk)
        client.get("/api/v1/products/trending")
        refresh_what_a_process_keeps()
        client.get(asked)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(asked).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1] <= most


def refresh_what_a_process_keeps():
    from recommendations import shop

    shop._shop._look_at = shop._shop._popularity_at = 0.0


@pytest.mark.django_db
def test_an_answer_that_was_kept_costs_no_more_than_a_live_one(api, alice, accessories, settled):
    products = fill(alice, accessories, 40)
    serve_likes({(products[0], products[-1]): 1.0}, products, now=NOW)
    client = api(alice)
    client.post("/api/v1/recommendations/generate")
    client.get("/api/v1/recommendations")

    with CaptureQueriesContext(connection) as statements:
        assert client.get("/api/v1/recommendations").json()["strategy"] == "stored"

    # Who asks, the events, the picks, the products.
    assert len(statements) == 4


@pytest.mark.django_db(transaction=True)
def test_one_history_among_20000_events_and_the_shops_changes_are_found_by_indexes(accessories, alice, explain):
    products = fill(alice, accessories, 20)
    others = User.objects.bulk_create(
        User(email=f"person{number}@example.com", created_at=NOW, updated_at=NOW) for number in range(400)
    )
    do_all(others, products, n_clicks=20)
    long_ago = {"category": accessories, "created_at": NOW, "updated_at": NOW - timedelta(days=2), "price": 5}
    Product.objects.bulk_create(Product(title=f"Old {n}", slug=f"old-{n}", **long_ago) for n in range(3000))
    with as_tables_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    stall = Shop()
    stall._read_changes()

    plans = [
        *plans_of(explain, lambda: taste.events_of(alice.pk)),
        *plans_of(explain, lambda: taste.events_of_many([alice.pk, others[0].pk])),
        *plans_of(explain, stall._read_changes),
    ]

    counts = [table.objects.count() for table in (BehaviourEvent, Swipe, Interaction, OrderLine)]
    assert sum(counts) > 20_000
    assert len(plans) == 1 + 4 + 1  # one history, two histories by source, the shop
    assert [plan for plan in plans if re.search(SCANS[connection.vendor], plan)] == []


def plans_of(explain, work):
    """Return the plan of every statement that some work sends."""
    seen = []

    def remember(execute, sql, parameters, many, context):
        seen.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(remember):
        work()
    return [explain(sql, parameters) for sql, parameters in seen]
