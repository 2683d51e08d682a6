"""The cart, row by row of the contract."""

from datetime import UTC, datetime

import pytest

from accounts import services as accounts
from catalogue.models import Product
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from conftest import ApiClient
from orders import services
from orders.models import CartItem

pytestmark = pytest.mark.django_db

CART, ITEMS = "/api/v1/cart", "/api/v1/cart/items"


def put_in(client, product, quantity=1):
    return client.post(ITEMS, {"product_id": str(product.pk), "quantity": quantity})


def test_an_empty_cart_is_a_cart(api, alice):
    assert as_documented(api(alice).get(CART)) == {"items": [], "n_items": 0, "totals": {}}


@pytest.mark.parametrize("slash", ["", "/"])
def test_what_is_put_in_is_there_at_the_shops_price(api, alice, scarf, mug, slash):
    client = api(alice)

    answer = client.post(ITEMS + slash, {"product_id": str(scarf.pk), "quantity": 2, "unit_price": 0.01})
    put_in(client, mug)

    item = as_documented(answer)
    assert answer.status_code == 201
    assert (item["quantity"], item["unit_price"], item["is_available"]) == (2, float(scarf.price), True)
    cart = as_documented(client.get(CART + slash))
    assert [one["title"] for one in cart["items"]] == [scarf.title, mug.title]
    assert cart["n_items"] == 3
    assert cart["totals"] == {"GBP": float(2 * scarf.price + mug.price)}


def test_a_price_that_changes_is_shown_as_it_is_now(api, alice, scarf):
    client = api(alice)
    put_in(client, scarf)
    Product.objects.filter(pk=scarf.pk).update(price=7)

    assert client.get(CART).json()["items"][0]["unit_price"] == 7


def test_the_same_product_again_is_more_of_it(api, alice, scarf):
    client = api(alice)
    first = put_in(client, scarf, 2)

    again = put_in(client, scarf, 3)

    assert (again.status_code, as_documented(again)["quantity"]) == (200, 5)
    assert again.json()["id"] == first.json()["id"]


def test_the_number_is_changed_and_the_item_taken_out(api, alice, scarf, mug):
    client = api(alice)
    item = put_in(client, scarf).json()["id"]
    put_in(client, mug)

    changed = client.put(f"{ITEMS}/{item}", {"quantity": 4})
    gone = client.delete(f"{ITEMS}/{item}")

    assert as_documented(changed)["quantity"] == 4
    assert (gone.status_code, gone.content) == (204, b"")
    assert [one["title"] for one in client.get(CART).json()["items"]] == [mug.title]
    refused(client.put(f"{ITEMS}/{item}", {"quantity": 4}), 404, "NOT_FOUND")
    refused(client.delete(f"{ITEMS}/{item}"), 404, "NOT_FOUND")


def test_a_cart_is_emptied(api, alice, bob, scarf):
    put_in(api(alice), scarf)
    put_in(api(bob), scarf)

    assert api(alice).delete(CART).status_code == 204

    assert list(CartItem.objects.values_list("user__email", flat=True)) == [bob.email]


def test_more_than_there_are_is_refused_and_leaves_the_cart_as_it_was(api, alice, make_product):
    vase = make_product("Vase", stock=3)
    client = api(alice)
    item = put_in(client, vase, 2).json()["id"]

    refused(put_in(client, vase, 2), 409, "OUT_OF_STOCK")
    refused(client.put(f"{ITEMS}/{item}", {"quantity": 4}), 409, "OUT_OF_STOCK")

    assert client.get(CART).json()["items"][0]["quantity"] == 2


@pytest.mark.parametrize("quantity", [0, -1, 100, 1.5, "many", None])
def test_a_number_that_is_none_is_422(api, alice, scarf, quantity):
    client = api(alice)
    item = put_in(client, scarf).json()["id"]

    refused(put_in(client, scarf, quantity), 422, "VALIDATION_ERROR")
    refused(client.put(f"{ITEMS}/{item}", {"quantity": quantity}), 422, "VALIDATION_ERROR")


def test_no_more_than_99_of_one_together(api, alice, make_product):
    plenty = make_product("Card", stock=None)
    client = api(alice)
    put_in(client, plenty, 60)

    assert refused(put_in(client, plenty, 40), 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", "quantity"]

    assert client.get(CART).json()["n_items"] == 60


def test_a_hidden_or_unknown_product_is_not_put_in_and_one_hidden_since_is_shown_as_not_to_be_had(
    api, alice, scarf, mug, unknown_id
):
    client = api(alice)
    put_in(client, mug)
    Product.objects.update(status="HIDDEN")

    for product_id in (scarf.pk, unknown_id):
        answer = client.post(ITEMS, {"product_id": str(product_id), "quantity": 1})
        assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["body", "product_id"]

    assert client.get(CART).json()["items"][0]["is_available"] is False


def test_a_cart_takes_a_hundred_products(api, alice, make_product):
    client = api(alice)
    products = [make_product(f"Gift {number}") for number in range(101)]
    assert {put_in(client, product).status_code for product in products[:100]} == {201}

    refused(put_in(client, products[100]), 409, "CART_FULL")


def test_nobody_touches_somebody_elses_item(api, alice, bob, scarf):
    item = put_in(api(alice), scarf).json()["id"]

    refused(api(bob).put(f"{ITEMS}/{item}", {"quantity": 2}), 404, "NOT_FOUND")
    refused(api(bob).delete(f"{ITEMS}/{item}"), 404, "NOT_FOUND")

    assert api(bob).get(CART).json()["items"] == []
    assert CartItem.objects.get().quantity == 1


@pytest.mark.parametrize(
    ("method", "path"), [("get", CART), ("delete", CART), ("post", ITEMS), ("post", "/api/v1/orders")]
)
def test_a_cart_takes_an_account(api, method, path):
    guest = accounts.begin_as_guest(now=datetime.now(UTC))

    refused(getattr(ApiClient(guest.access_token), method)(path), 403, "GUEST_NOT_ALLOWED")
    refused(getattr(api(), method)(path), 401, "NOT_AUTHENTICATED")


@pytest.mark.django_db(transaction=True)
def test_the_same_product_put_in_by_many_at_once_is_counted_once_each(alice, make_product):
    plenty = make_product("Card", stock=None)

    in_parallel(lambda: services.add_to_cart(user=alice, product_id=plenty.pk, quantity=1, now=plenty.created_at), 8)

    assert CartItem.objects.get().quantity == 8
