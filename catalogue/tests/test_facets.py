"""Counts beside the product list: what is counted is what the list finds."""

from collections import Counter
from decimal import Decimal

import pytest

from catalogue import facets
from catalogue.models import Product
from common.tests.openapi import as_documented, refused

pytestmark = pytest.mark.django_db

FACETS, PRODUCTS = "/api/v1/products/facets", "/api/v1/products"


@pytest.fixture
def shop(make_category, make_product, accessories):
    """Thirty products on three shelves, one inside another, of four brands and with all prices."""
    scarves, garden = make_category("Scarves", parent=accessories), make_category("Garden")
    for number in range(30):
        make_product(
            f"{'Silk' if number % 2 else 'Oak'} gift {number}",
            category=(accessories, scarves, garden)[number % 3],
            brand=("", "Larkfield", "Fernhill", "Oak & Sons")[number % 4],
            price=Decimal(number * 5) + Decimal("0.99"),
            occasions=[["birthday"], ["birthday", "easter"], []][number % 3],
            stock=number % 5,
        )
    Product.objects.filter(title="Oak gift 28").update(status="HIDDEN")
    facets.forget()


def band(price):
    limits = [(10, "under 10"), (25, "10 to 25"), (50, "25 to 50"), (100, "50 to 100")]
    return next((name for limit, name in limits if price < limit), "over 100")


def counts(part):
    return {one["name"]: one["count"] for one in part}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    "asked",
    [
        "",
        "q=silk",
        "category=accessories",
        "category=garden&in_stock=true",
        "price_min=20&price_max=60",
        "brand=Oak %26 Sons",
        "occasion=easter",
        "q=oak&price_max=50&in_stock=true&category=accessories",
        "q=no such thing",
        "category=no-such-shelf",
        "q=%26",
        "ids=00000000-0000-4000-8000-000000000000",
    ],
)
def test_the_counts_are_those_of_what_the_list_finds(api, shop, asked, slash):
    listed = api().get(f"{PRODUCTS}?{asked}&per_page=100").json()

    found = as_documented(api().get(f"{FACETS}{slash}?{asked}"))

    items = listed["items"]
    rows = {str(product.pk): product for product in Product.objects.select_related("category__parent")}
    shelves = Counter(rows[item["id"]].category.name for item in items)
    inside = shelves + Counter({"Accessories": shelves["Scarves"]})
    assert found["total"] == listed["total"] == len(items)
    assert counts(found["categories"]) == dict(inside)
    assert counts(found["brands"]) == dict(Counter(item["brand"] for item in items if item["brand"]))
    assert counts(found["price_bands"]) == dict(Counter(band(item["price"]) for item in items))
    assert counts(found["occasions"]) == dict(Counter(one for item in items for one in rows[item["id"]].occasions))


def test_most_come_first_and_prices_go_up(api, shop):
    found = api().get(FACETS).json()

    for part in ("categories", "brands", "occasions"):
        numbers = [one["count"] for one in found[part]]
        assert numbers == sorted(numbers, reverse=True)
    assert [one["name"] for one in found["price_bands"]] == [
        "under 10",
        "10 to 25",
        "25 to 50",
        "50 to 100",
        "over 100",
    ]


@pytest.mark.django_db(transaction=True)
def test_what_is_changed_here_counts_at_once(api, shop, make_product):
    before = api().get(FACETS).json()["total"]

    make_product("Silk gift of today")

    assert api().get(FACETS).json()["total"] == before + 1


def test_a_question_that_is_none_is_422(api):
    refused(api().get(f"{FACETS}?price_min=5&price_max=2"), 422, "VALIDATION_ERROR")
    refused(api().get(f"{FACETS}?occasion=doomsday"), 422, "VALIDATION_ERROR")


def test_counting_takes_four_statements_and_then_none_for_ten_seconds(
    api, shop, django_assert_num_queries, django_assert_max_num_queries
):
    api().get(f"{PRODUCTS}?q=silk")  # the categories are known
    with django_assert_max_num_queries(5):
        first = api().get(f"{FACETS}?q=silk")

    with django_assert_num_queries(0):
        again = api().get(f"{FACETS}?q=silk")

    assert again.content == first.content
    assert api().get(f"{FACETS}?q=silk", headers={"If-None-Match": first["ETag"]}).status_code == 304
