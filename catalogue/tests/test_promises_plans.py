"""A question to 12,000 products is answered from an index, not by reading the table.

The embedded SQLite is for small shops: pages of the list are read by an index there too, but it counts, and looks for
words, by reading the table.
"""

import re
from decimal import Decimal

import pytest
from django.db import connection

from catalogue import reads, tasks
from catalogue.models import Product
from conftest import NOW, as_tables_owner

# For VACUUM, which a test's transaction would not allow: it marks the pages that an index may answer for.
pytestmark = pytest.mark.django_db(transaction=True)

N_PRODUCTS = 12_000
FILTERS = [
    "category=shelf-7",
    "category=shelves",
    "brand=Brand 77",
    "in_stock=true",
    "in_stock=false",
    "price_min=100&price_max=101",
    "price_max=500",
    "rating_min=4.9",
    "rating_min=1",
    "occasion=birthday",
    "occasion=easter",
    "category=shelf-7&rating_min=3&price_max=500&in_stock=true",
    "rating_min=3&occasion=birthday",
    "ids={},{}",
]
WORDS = ["q=lamp", "q=silk lamp", "q=si", "q=s", "q=s l", "q=la&rating_min=3", "q=silk&category=shelf-7", "q=c%2B%2B"]
SORTS = [
    f"sort={sort}&order={order}"
    for sort in ("popularity", "price", "rating", "created_at", "title")
    for order in ("asc", "desc")
]
SCANS = {
    "postgresql": r"Seq Scan on catalogue_(product|searchdocument)",
    "sqlite": r"SCAN (catalogue_product|document)(?! USING)",
}


@pytest.fixture
def large_shop(make_category):
    """Make 12,000 products on 20 shelves; returns the ids of two."""
    top = make_category("Shelves")
    shelves = [make_category(f"Shelf {n}", parent=top) for n in range(20)]
    Product.objects.bulk_create(
        (
            Product(
                title=f"{'Silk lamp' if n % 600 == 0 else 'Gift'} {n * 7919 % N_PRODUCTS}",
                slug=f"gift-{n}",
                description="As long as descriptions are. " * 20,
                price=Decimal(n * 31 % 100_000) / 100,
                category=shelves[n % 20],
                brand=f"Brand {n % 200}",
                stock=n % 10,
                rating=None if n % 3 == 0 else Decimal(n % 50) / 10,
                occasions=["easter"] if n % 400 == 0 else ["birthday"] if n % 4 == 0 else [],
                is_featured=n % 500 == 0,
                popularity=float(n * 7907 % 10_000),
                created_at=NOW,
                updated_at=NOW,
            )
            for n in range(N_PRODUCTS)
        ),
        batch_size=2000,
    )
    tasks.refresh_search()
    with as_tables_owner(), connection.cursor() as cursor:
        # What autovacuum does within a minute.
        for table in ("catalogue_product", "catalogue_searchdocument"):
            cursor.execute(f"VACUUM ANALYZE {table}" if connection.vendor == "postgresql" else "ANALYZE")
    reads.forget()
    return list(Product.objects.values_list("pk", flat=True)[:2])


@pytest.fixture
def scans_of(api, explain):
    """Return the plans by which an address reads the product table from one end to the other."""

    def scans(path):
        seen = []

        def remember(execute, sql, parameters, many, context):
            seen.append((sql, parameters))
            return execute(sql, parameters, many, context)

        reads.forget()
        with connection.execute_wrapper(remember):
            assert api().get(path).status_code == 200
        statements = [statement for statement in seen if "catalogue_product" in statement[0]]
        if connection.vendor == "sqlite":
            statements = [
                without_count(*statement) for statement in statements if "SELECT COUNT" not in statement[0][:12]
            ]
        plans = [explain(*statement) for statement in statements]
        assert plans
        return [plan for plan in plans if re.search(SCANS[connection.vendor], plan)]

    return scans


def without_count(sql, parameters):
    """Return a page's statement without the total beside it."""
    before, found, after = sql.partition(", (SELECT COUNT(*) ")
    if not found:
        return sql, parameters
    counted, _, rest = after.partition(") FROM catalogue_product WHERE ")
    return f"{before} FROM catalogue_product WHERE {rest}", parameters[counted.count("%s") :]


def test_every_filter_and_sort_of_12000_products_reads_and_counts_by_an_index(large_shop, scans_of):
    questions = [f"{asked}&{sort}" for asked in ["", *FILTERS] for sort in SORTS]
    questions += ["", "per_page=100", "page=5", "page=100", "fields=id,title"]
    if connection.vendor == "postgresql":
        questions += [f"{asked}{sort}" for asked in WORDS for sort in ("", *(f"&{sort}" for sort in SORTS))]

    scans = {asked: scans_of(f"/api/v1/products?{asked.format(*large_shop)}") for asked in questions}

    assert {asked: plans for asked, plans in scans.items() if plans} == {}


def test_one_product_and_the_featured_ones_of_12000_are_found_by_an_index(large_shop, scans_of):
    paths = [f"/api/v1/products/{large_shop[0]}", "/api/v1/products/featured"]

    assert {path: plans for path in paths if (plans := scans_of(path))} == {}
