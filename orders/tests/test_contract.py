"""Orders over HTTP, row by row of the contract."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin import site

from catalogue.models import Product
from common.tests.openapi import as_documented, refused
from orders import services
from orders.admin import OrderAdmin, OrderLineInline
from orders.models import Order, OrderLine, OrderStatus

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["", "/"], ids=["plain", "slash"])
def slash(request):
    return request.param


@pytest.fixture
def buy():
    """Bring an order of a person in: reference, then product, quantity and price of each line."""

    def bring(user, reference, *lines, placed_at=NOON):
        order = services.OrderToImport(
            external_reference=reference,
            user_id=user.pk if user else None,
            placed_at=placed_at,
            status=OrderStatus.PAID,
            currency="GBP",
            lines=[services.LineToImport(product.pk, quantity, Decimal(price)) for product, quantity, price in lines],
        )
        services.import_orders(orders=[order])
        return Order.objects.get(external_reference=reference)

    return bring


def test_a_person_lists_their_orders_newest_first_with_totals(api, alice, bob, scarf, mug, buy, slash):
    buy(alice, "older", (scarf, 2, "20.00"), (mug, 1, "12.50"))
    buy(alice, "newer", (mug, 3, "10.00"), placed_at=NOON + timedelta(hours=1))
    buy(bob, "bobs", (mug, 1, "12.50"))

    answer = api(alice).get(f"/api/v1/orders{slash}")

    body = as_documented(answer)
    assert answer.status_code == 200
    assert [(order["external_reference"], order["total"]) for order in body["items"]] == [
        ("newer", 30),
        ("older", 52.5),
    ]
    assert {key: body[key] for key in ("total", "page", "per_page", "pages")} == {
        "total": 2,
        "page": 1,
        "per_page": 20,
        "pages": 1,
    }


def test_a_person_reads_one_of_their_orders(api, alice, scarf, mug, buy, slash):
    order = buy(alice, "INV-7", (scarf, 2, "20.00"), (mug, 1, "12.50"))

    answer = api(alice).get(f"/api/v1/orders/{order.pk}{slash}")

    assert as_documented(answer) == {
        "id": str(order.pk),
        "external_reference": "INV-7",
        "status": "paid",
        "currency": "GBP",
        "total": 52.5,
        "placed_at": "2026-11-20T12:00:00.000000Z",
        "delivery": {},
        "gift_for": "",
        "gift_message": "",
        "events": [],
        "lines": [
            {
                "ordinal": 1,
                "product_id": str(scarf.pk),
                "title": "Silk scarf",
                "quantity": 2,
                "unit_price": 20.0,
                "currency": "GBP",
            },
            {
                "ordinal": 2,
                "product_id": str(mug.pk),
                "title": "Speckled mug",
                "quantity": 1,
                "unit_price": 12.5,
                "currency": "GBP",
            },
        ],
    }


def test_an_order_without_lines_costs_nothing(api, alice, buy):
    order = buy(alice, "empty")

    answer = api(alice).get(f"/api/v1/orders/{order.pk}")

    assert as_documented(answer)["total"] == 0


def test_the_largest_order_that_can_be_brought_in_has_a_total(api, alice, mug, buy):
    order = buy(alice, "huge", (mug, 2**31 - 1, "99999999.99"))

    answer = api(alice).get(f"/api/v1/orders/{order.pk}")

    # 2,147,483,647 x 99,999,999.99; fifteen digits is what SQLite adds up.
    assert answer.json()["total"] == pytest.approx(214748364678525163.53, rel=1e-14)


def test_staff_see_prices_in_pence_and_fractions_of_a_penny_where_there_are_any(mug, buy):
    order = buy(None, "INV-7", (mug, 2, "12.50"), (mug, 1, "0.0010"))

    prices = [OrderLineInline(OrderLine, site).price(line) for line in order.lines.all()]
    total = OrderAdmin(Order, site).total(Order.objects.with_totals().get())

    assert [str(price) for price in prices] == ["12.50", "0.001"]
    assert str(total) == "25.00"


def test_a_page_of_orders_may_hold_thousands_of_products(api, alice, accessories):
    """As a wholesaler's does: SQLite takes no condition on so many at once."""
    products = Product.objects.bulk_create(
        Product(title=f"Gift {n}", slug=f"gift-{n}", price=1, category=accessories, created_at=NOON, updated_at=NOON)
        for n in range(2500)
    )
    services.import_orders(
        orders=[
            services.OrderToImport(
                f"INV-{start}",
                alice.pk,
                NOON,
                OrderStatus.PAID,
                "GBP",
                [services.LineToImport(product.pk, 1, Decimal(1)) for product in products[start : start + 500]],
            )
            for start in range(0, 2500, 500)
        ]
    )

    answer = api(alice).get("/api/v1/orders?per_page=100")

    assert answer.status_code == 200
    assert sum(len(order["lines"]) for order in answer.json()["items"]) == 2500


def test_somebody_elses_order_is_no_order(api, alice, charlie, scarf, buy, unknown_id):
    order = buy(alice, "INV-7", (scarf, 1, "20.00"))

    answers = [api(charlie).get(f"/api/v1/orders/{key}") for key in (order.pk, unknown_id, "not-an-id")]

    for answer in answers:
        refused(answer, 404, "NOT_FOUND")


def test_bringing_the_same_orders_in_twice_changes_nothing(alice, scarf, buy):
    buy(alice, "INV-7", (scarf, 1, "20.00"))

    again = services.import_orders(orders=[services.OrderToImport("INV-7", None, NOON, OrderStatus.PENDING, "EUR", [])])

    assert again == 0
    assert (Order.objects.get().user, Order.objects.get().status) == (alice, OrderStatus.PAID)


def test_an_order_outlives_its_buyer(api, alice, scarf, buy):
    order = buy(alice, "INV-7", (scarf, 1, "20.00"))

    api(alice).delete("/api/v1/users/me")

    order.refresh_from_db()
    assert order.user is None
    assert str(order) == "INV-7"
    assert str(order.lines.get()) == f"1 x {scarf.pk}"


@pytest.mark.parametrize("n_orders", [10, 1000])
def test_listing_orders_costs_five_statements_however_many_there_are(
    api, alice, scarf, mug, n_orders, django_assert_num_queries
):
    services.import_orders(
        orders=[
            services.OrderToImport(
                external_reference=f"INV-{n}",
                user_id=alice.pk,
                placed_at=NOON + timedelta(minutes=n),
                status=OrderStatus.PAID,
                currency="GBP",
                lines=[services.LineToImport(scarf.pk, 1, Decimal(20)), services.LineToImport(mug.pk, 1, Decimal(5))],
            )
            for n in range(n_orders)
        ]
    )
    client = api(alice)

    with django_assert_num_queries(5):  # who asks, how many, the page, its lines with their products, its steps
        answer = client.get("/api/v1/orders")

    assert (answer.json()["total"], len(answer.json()["items"])) == (n_orders, min(n_orders, 20))
