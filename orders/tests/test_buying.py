"""Buying, row by row of the contract: prices and stock are the shop's word, and an order goes its way step by step."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import transaction

from accounts.services import api_keys
from catalogue.models import Product
from catalogue.services import OutOfStock, release_stock, reserve_stock
from common.models import AuditEntry
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from common.tests.working import carry_out
from conftest import NOW
from orders import services
from orders.feedback import purchases
from orders.models import CartItem, Order, OrderEvent, OrderLine, OrderStatus
from orders.signals import order_delivered

pytestmark = pytest.mark.django_db

ORDERS = "/api/v1/orders"
DELIVERY = {"name": "Dora Day", "line1": "7 Larkfield Road", "city": "Bath", "postcode": "BA1 1AA", "country": "GB"}
WAYS = {
    "pending": ["paid", "cancelled"],
    "paid": ["shipped", "cancelled", "refunded"],
    "shipped": ["delivered", "refunded"],
    "delivered": ["refunded"],
    "cancelled": [],
    "refunded": [],
}


def items(*wanted):
    return [{"product_id": str(product.pk), "quantity": quantity} for product, quantity in wanted]


@pytest.fixture
def vase(make_product):
    return make_product("Vase", stock=10, price=Decimal("30.00"))


@pytest.fixture
def letter(make_product):
    """Something that a merchant elsewhere delivers."""
    return make_product("Letter of the month", stock=None, price=Decimal("9.99"))


@pytest.fixture
def order_of(vase, letter):
    """Return a maker of orders of somebody's: two vases and a letter."""

    def make(person, now=NOW):
        wanted = [services.Wanted(vase.pk, 2), services.Wanted(letter.pk, 1)]
        return services.place_order(user=person, items=wanted, gift=services.Gift(), now=now)

    return make


def stock_of(product):
    return Product.objects.values_list("stock", flat=True).get(pk=product.pk)


@pytest.mark.parametrize("slash", ["", "/"])
def test_items_are_ordered_at_the_shops_price_and_the_stock_is_taken(api, alice, vase, letter, slash):
    asked = {"items": items((vase, 2), (letter, 1)), "delivery": DELIVERY, "gift_for": "Dora", "gift_message": "Joy!"}

    answer = api(alice).post(ORDERS + slash, asked)

    order = as_documented(answer)
    assert answer.status_code == 201
    assert (order["status"], order["total"], order["currency"]) == ("pending", 69.99, "GBP")
    assert [(line["title"], line["quantity"], line["unit_price"]) for line in order["lines"]] == [
        ("Vase", 2, 30.0),
        ("Letter of the month", 1, 9.99),
    ]
    assert (order["delivery"], order["gift_for"], order["gift_message"]) == (DELIVERY, "Dora", "Joy!")
    assert [event["status"] for event in order["events"]] == ["pending"]
    assert (stock_of(vase), stock_of(letter)) == (8, None)
    assert api(alice).get(f"{ORDERS}/{order['id']}").json() == order


def test_without_items_the_cart_is_ordered_and_empty_then(api, alice, bob, vase, letter):
    client = api(alice)
    for product, quantity in ((vase, 3), (letter, 2)):
        client.post("/api/v1/cart/items", {"product_id": str(product.pk), "quantity": quantity})
    api(bob).post("/api/v1/cart/items", {"product_id": str(vase.pk)})

    order = as_documented(client.post(ORDERS, {}))

    assert [(line["title"], line["quantity"]) for line in order["lines"]] == [("Vase", 3), ("Letter of the month", 2)]
    assert client.get("/api/v1/cart").json()["items"] == []
    assert CartItem.objects.get().user == bob
    refused(client.post(ORDERS, {}), 409, "CART_EMPTY")


def test_naming_items_leaves_the_cart_alone(api, alice, vase, letter):
    client = api(alice)
    client.post("/api/v1/cart/items", {"product_id": str(letter.pk)})

    client.post(ORDERS, {"items": items((vase, 1))})

    assert CartItem.objects.get().product_id == letter.pk


def test_what_was_agreed_stays_when_the_shop_changes(api, alice, order_of, vase):
    order = order_of(alice)
    Product.objects.filter(pk=vase.pk).update(price=Decimal("99.00"))

    assert api(alice).get(f"{ORDERS}/{order.pk}").json()["total"] == 69.99


def test_out_of_stock_orders_nothing_at_all(api, alice, vase, make_product):
    bowl = make_product("Bowl", stock=1)
    client = api(alice)
    client.post("/api/v1/cart/items", {"product_id": str(vase.pk)})
    client.post("/api/v1/cart/items", {"product_id": str(bowl.pk)})
    Product.objects.filter(pk=bowl.pk).update(stock=0)

    from_cart = client.post(ORDERS, {})
    named = client.post(ORDERS, {"items": items((vase, 4), (bowl, 1))})

    assert "Bowl" in refused(from_cart, 409, "OUT_OF_STOCK")["detail"]
    refused(named, 409, "OUT_OF_STOCK")
    assert (Order.objects.count(), OrderLine.objects.count(), OrderEvent.objects.count()) == (0, 0, 0)
    assert (stock_of(vase), stock_of(bowl)) == (10, 0)
    assert CartItem.objects.count() == 2


def test_a_cart_whose_product_was_hidden_meanwhile_is_refused_by_its_name(api, alice, vase):
    client = api(alice)
    client.post("/api/v1/cart/items", {"product_id": str(vase.pk)})
    Product.objects.filter(pk=vase.pk).update(status="HIDDEN")

    assert "Vase" in refused(client.post(ORDERS, {}), 409, "OUT_OF_STOCK")["detail"]
    assert CartItem.objects.count() == 1


def test_items_that_are_none_are_422_and_say_where(api, alice, vase, unknown_id):
    client = api(alice)
    cases = {
        (0, "product_id"): [{"product_id": str(unknown_id), "quantity": 1}],
        (1, "product_id"): items((vase, 1), (vase, 2)),
        (0, "quantity"): items((vase, 100)),
    }
    for (place, field), asked in cases.items():
        answer = refused(client.post(ORDERS, {"items": asked}), 422, "VALIDATION_ERROR")
        assert answer["errors"][0]["loc"] == ["body", "items", place, field]
    for asked in ([], "vase", [{}], [{"product_id": "x", "quantity": 1}], items((vase, 1)) * 101):
        refused(client.post(ORDERS, {"items": asked}), 422, "VALIDATION_ERROR")
    assert stock_of(vase) == 10


@pytest.mark.parametrize(
    "delivery", [{}, {**DELIVERY, "country": "England"}, {**DELIVERY, "country": "gb"}, {**DELIVERY, "name": "x" * 201}]
)
def test_an_address_that_is_none_is_422(api, alice, vase, delivery):
    answer = api(alice).post(ORDERS, {"items": items((vase, 1)), "delivery": delivery})

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"][:2] == ["body", "delivery"]


def test_one_order_takes_one_currency(api, alice, vase, make_product):
    beret = make_product("Beret", currency="EUR")

    answer = api(alice).post(ORDERS, {"items": items((vase, 1), (beret, 1))})

    assert "EUR, GBP" in refused(answer, 422, "VALIDATION_ERROR")["detail"]
    assert stock_of(vase) == 10


def test_who_cancels_gives_the_stock_back_once(api, alice, order_of, vase):
    order = order_of(alice)
    client = api(alice)

    cancelled = client.post(f"{ORDERS}/{order.pk}/cancel")
    again = client.post(f"{ORDERS}/{order.pk}/cancel")

    assert as_documented(cancelled)["status"] == "cancelled"
    refused(again, 409, "INVALID_TRANSITION")
    assert stock_of(vase) == 10


def test_nobody_cancels_somebody_elses_order_or_one_on_its_way(api, alice, bob, order_of, unknown_id):
    order = order_of(alice)
    refused(api(bob).post(f"{ORDERS}/{order.pk}/cancel"), 404, "NOT_FOUND")
    refused(api(alice).post(f"{ORDERS}/{unknown_id}/cancel"), 404, "NOT_FOUND")
    for status in (OrderStatus.PAID, OrderStatus.SHIPPED):
        services.set_order_status(order_id=order.pk, status=status, now=NOW)

    refused(api(alice).post(f"{ORDERS}/{order.pk}/cancel"), 409, "INVALID_TRANSITION")

    assert Order.objects.get().status == OrderStatus.SHIPPED


@pytest.mark.parametrize("start", WAYS)
def test_an_order_takes_the_steps_of_the_table_and_no_other(api, mary, alice, order_of, vase, start):
    staff = api(mary)
    Product.objects.filter(pk=vase.pk).update(stock=100)
    for wanted in WAYS:
        order = order_of(alice)
        Order.objects.filter(pk=order.pk).update(status=start.upper())

        answer = staff.put(f"{ORDERS}/{order.pk}/status", {"status": wanted})

        order.refresh_from_db()
        if wanted in WAYS[start]:
            assert as_documented(answer)["status"] == wanted == order.get_status_display()
            assert OrderEvent.objects.filter(order=order).last().get_status_display() == wanted
        else:
            refused(answer, 409, "INVALID_TRANSITION")
            assert order.get_status_display() == start


@pytest.mark.parametrize("end", ["cancelled", "refunded"])
def test_whatever_falls_through_gives_back_what_was_taken_and_no_more(api, mary, alice, order_of, vase, letter, end):
    order = order_of(alice)
    api(mary).put(f"{ORDERS}/{order.pk}/status", {"status": "paid"})
    Product.objects.filter(pk=letter.pk).update(stock=4)  # counted since: nothing of it was taken

    api(mary).put(f"{ORDERS}/{order.pk}/status", {"status": end})

    assert (stock_of(vase), stock_of(letter)) == (10, 4)


def test_steps_are_for_staff_and_for_the_payments_program(api, alice, mary, order_of):
    order = order_of(alice)
    key = api_keys.make_key(user=mary, name="Till", scopes=["orders:write"], now=datetime.now(UTC)).key
    own = api_keys.make_key(user=alice, name="Own", scopes=["orders:write"], now=datetime.now(UTC)).key

    refused(api(alice).put(f"{ORDERS}/{order.pk}/status", {"status": "paid"}), 403, "FORBIDDEN")
    refused(api().put(f"{ORDERS}/{order.pk}/status", {"status": "paid"}, headers={"X-API-Key": own}), 403, "FORBIDDEN")
    paid = api().put(f"{ORDERS}/{order.pk}/status", {"status": "paid"}, headers={"X-API-Key": key})

    assert paid.status_code == 200
    entry = AuditEntry.objects.filter(action="order.status_set").get()
    assert entry.actor_id == mary.pk
    assert entry.details == {"from": "PENDING", "to": "PAID"}


def test_whoever_listens_is_told_of_a_delivery_in_its_own_transaction(alice, order_of):
    order, told = order_of(alice), []

    def listen(sender, order_id, user_id, at, **_):
        told.append((order_id, user_id, at, transaction.get_connection().in_atomic_block))

    order_delivered.connect(listen)
    try:
        for status in (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
            services.set_order_status(order_id=order.pk, status=status, now=NOW)
    finally:
        order_delivered.disconnect(listen)

    assert told == [(order.pk, alice.pk, NOW, True)]


def test_the_buyer_is_written_to_at_each_step(alice, order_of):
    order = order_of(alice)
    carry_out(task="orders.")
    services.set_order_status(order_id=order.pk, status=OrderStatus.PAID, now=NOW)
    services.set_order_status(order_id=order.pk, status=OrderStatus.SHIPPED, now=NOW)
    carry_out(task="orders.")

    subjects = [letter.subject for letter in mail.outbox if letter.to == [alice.email]]
    assert subjects == ["Your order at aclue", "Your aclue order is paid", "Your aclue order is on its way"]
    assert "2 x Vase, 30.00 GBP each" in mail.outbox[0].body
    assert "Together 69.99 GBP." in mail.outbox[0].body
    assert "2 × Vase" in mail.outbox[0].alternatives[0].content


def test_an_order_whose_buyer_has_left_is_nobodys_letter_and_keeps_no_address(api, alice, order_of):
    order = order_of(alice)
    Order.objects.update(delivery=DELIVERY, gift_for="Dora", gift_message="Joy!")

    api(alice).delete("/api/v1/users/me")
    services.set_order_status(order_id=order.pk, status=OrderStatus.PAID, now=NOW)
    carry_out()

    order.refresh_from_db()
    assert (order.user, order.delivery, order.gift_for, order.gift_message) == (None, {}, "", "")
    assert [letter for letter in mail.outbox if "order" in letter.subject] == []


def test_the_recommender_learns_from_what_was_bought_and_not_from_what_fell_through(alice, order_of, vase, letter):
    kept = order_of(alice)
    gone = order_of(alice, NOW + timedelta(hours=1))
    services.cancel_order(user=alice, order_id=gone.pk, now=NOW)

    bought = [row for row in purchases() if row[0] == alice.pk]

    assert {row[1] for row in bought} == {vase.pk, letter.pk}
    assert len(bought) == kept.lines.count() == 2


def test_the_stock_is_taken_and_put_back_whole(vase, letter, unknown_id):
    assert reserve_stock(quantities={vase.pk: 4, letter.pk: 7}, now=NOW) == {vase.pk: 4, letter.pk: 0}
    for too_much in ({vase.pk: 7}, {unknown_id: 1}):
        with pytest.raises(OutOfStock):
            reserve_stock(quantities=too_much, now=NOW)

    release_stock(quantities={vase.pk: 4, letter.pk: 0}, now=NOW)

    assert (stock_of(vase), stock_of(letter)) == (10, None)


@pytest.mark.django_db(transaction=True)
def test_of_two_orders_of_one_cart_at_once_one_finds_it_full(alice, vase):
    services.add_to_cart(user=alice, product_id=vase.pk, quantity=3, now=NOW)

    def order():
        try:
            return services.place_order(user=alice, items=None, gift=services.Gift(), now=NOW)
        except services.CartEmpty:
            return None

    placed = [one for one in in_parallel(order, 4) if one is not None]

    assert len(placed) == Order.objects.count() == 1
    assert stock_of(vase) == 7


@pytest.mark.django_db(transaction=True)
def test_of_many_who_cancel_one_order_at_once_one_gives_the_stock_back(alice, order_of, vase):
    order = order_of(alice)

    def cancel():
        try:
            return services.cancel_order(user=alice, order_id=order.pk, now=NOW)
        except services.InvalidTransition:
            return None

    assert sum(one is not None for one in in_parallel(cancel, 4)) == 1
    assert stock_of(vase) == 10
