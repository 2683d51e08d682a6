"""The catalogue over HTTP, row by row of the contract."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalogue import reads, services, shelves
from catalogue.models import Product, Status
from common.models import AuditEntry
from common.tests.openapi import as_documented, refused
from conftest import NOW

pytestmark = pytest.mark.django_db

PUBLIC = {
    "id",
    "title",
    "slug",
    "description",
    "price",
    "currency",
    "category",
    "category_id",
    "category_name",
    "brand",
    "image_url",
    "images",
    "asin",
    "rating",
    "review_count",
    "affiliate_url",
    "in_stock",
    "is_featured",
    "tags",
    "created_at",
    "updated_at",
}
PAGE = {"items", "total", "page", "per_page", "pages"}


@pytest.fixture(params=["", "/"], ids=["plain", "slash"])
def slash(request):
    return request.param


@pytest.fixture
def shop(make_category, make_product, accessories):
    """Four products, worked by hand: prices 5, 12.50, 20 and 80; ratings 4, 3, 5 and none; the ball is sold out."""
    scarves = make_category("Scarves", parent=accessories)
    garden = make_category("Garden")
    made = {
        "scarf": make_product(
            "Silk scarf", category=scarves, brand="Larkfield", rating=Decimal("5"), occasions=["birthday", "easter"]
        ),
        "mug": make_product(
            "Speckled mug", price=Decimal("12.50"), brand="Fernhill", rating=Decimal("3"), occasions=["birthday"]
        ),
        "spade": make_product("Garden spade", price=Decimal("80"), category=garden, now=NOW + timedelta(days=1)),
        "ball": make_product("Silly ball", price=Decimal("5"), rating=Decimal("4"), stock=0),
    }
    services.set_popularity(
        popularity={made["scarf"].pk: 4.0, made["mug"].pk: 3.0, made["spade"].pk: 2.0, made["ball"].pk: 1.0}
    )
    reads.forget()
    return made


def listed(answer):
    return [item["title"].split()[-1] for item in as_documented(answer)["items"]]


def test_anybody_lists_products_best_liked_first(api, shop, slash):
    answer = api().get(f"/api/v1/products{slash}")

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (200, PAGE)
    assert [set(item) for item in body["items"]] == [PUBLIC] * 4
    assert listed(answer) == ["scarf", "mug", "spade", "ball"]
    assert {key: body[key] for key in PAGE - {"items"}} == {"total": 4, "page": 1, "per_page": 20, "pages": 1}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=SPECKLED", ["mug"]),
        ("q=larkfield", ["scarf"]),
        ("q=sil", ["scarf", "ball"]),
        ("q=il", []),
        ("q=si", ["scarf", "ball"]),
        ("q=S", ["scarf", "mug", "spade", "ball"]),
        ("q=la", ["scarf"]),
        ("q=sp+mu", ["mug"]),
        ("q=s+m", []),
        ("q=silk+%26+scarf", ["scarf"]),
        ("q=%26", []),
        ("q=100%25", []),
        ("category=accessories", ["scarf", "mug", "ball"]),
        ("category=scarves", ["scarf"]),
        ("category=no-such-shelf", []),
        ("price_min=12.50&price_max=20", ["scarf", "mug"]),
        ("price_max=12.49", ["ball"]),
        ("brand=Fernhill", ["mug"]),
        ("occasion=easter", ["scarf"]),
        ("occasion=birthday", ["scarf", "mug"]),
        ("in_stock=true", ["scarf", "mug", "spade"]),
        ("in_stock=false", ["ball"]),
        ("rating_min=4", ["scarf", "ball"]),
        ("sort=price", ["ball", "mug", "scarf", "spade"]),
        ("sort=price&order=desc", ["spade", "scarf", "mug", "ball"]),
        ("sort=rating", ["scarf", "ball", "mug", "spade"]),
        ("sort=rating&order=asc", ["spade", "mug", "ball", "scarf"]),
        ("sort=created_at&per_page=1", ["spade"]),
        ("sort=popularity&order=asc", ["ball", "spade", "mug", "scarf"]),
        ("sort=title", ["spade", "scarf", "ball", "mug"]),
        ("sort=relevance&q=garden", ["spade"]),
        ("per_page=3&page=2", ["ball"]),
        ("per_page=1&page=100000", []),
    ],
)
def test_the_product_list_is_filtered_and_sorted(api, shop, query, titles):
    answer = api().get(f"/api/v1/products?{query}")

    assert answer.status_code == 200
    assert listed(answer) == titles


def test_the_product_list_takes_a_category_by_id_and_products_by_ids(api, shop):
    by_category = api().get("/api/v1/products", {"category": str(shop["spade"].category_id)})
    by_ids = api().get("/api/v1/products", {"ids": f"{shop['ball'].pk},{shop['mug'].pk}"})

    assert listed(by_category) == ["spade"]
    assert listed(by_ids) == ["mug", "ball"]


@pytest.mark.parametrize(
    ("query", "loc"),
    [
        ("sort=weight", "sort"),
        ("order=sideways", "order"),
        ("price_min=cheap", "price_min"),
        ("price_min=20&price_max=10", "price_max"),
        ("price_min=-1", "price_min"),
        ("rating_min=6", "rating_min"),
        ("occasion=tuesday", "occasion"),
        ("in_stock=perhaps", "in_stock"),
        ("ids=not-an-id", "ids"),
        ("ids=", "ids"),
        ("fields=id,colour", "fields"),
        ("fields=", "fields"),
        ("page=0", "page"),
        ("page=100001", "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("page=1&page=2", "page"),
        ("brand=", "brand"),
        ("category=", "category"),
    ],
)
def test_a_wrong_question_to_the_product_list_answers_422_and_names_the_parameter(api, query, loc):
    answer = api().get(f"/api/v1/products?{query}")

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"][:2] == ["query", loc]


def test_partial_answers_hold_the_fields_that_were_asked_for(api, shop):
    page = api().get("/api/v1/products?fields=id,title,price&q=mug")
    detail = api().get(f"/api/v1/products/{shop['mug'].pk}?fields=price,title")

    assert as_documented(page)["items"] == [{"id": str(shop["mug"].pk), "title": "Speckled mug", "price": 12.5}]
    assert as_documented(detail) == {"price": 12.5, "title": "Speckled mug"}


def test_stock_is_for_staff_alone(api, shop, mary, alice):
    path = f"/api/v1/products/{shop['mug'].pk}"

    marys, alices = api(mary).get(path), api(alice).get(path)
    alone = api(alice).get(f"{path}?fields=stock")

    assert (as_documented(marys)["stock"], marys["Cache-Control"]) == (5, "private, no-store")
    assert "stock" not in as_documented(alices)
    assert "stock" not in api(alice).get("/api/v1/products?fields=id,stock").json()["items"][0]
    assert refused(alone, 422, "VALIDATION_ERROR")["errors"][0]["loc"] == ["query", "fields"]


def test_anybody_reads_a_product(api, shop, slash):
    answer = api().get(f"/api/v1/products/{shop['scarf'].pk}{slash}")

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (200, PUBLIC)
    assert (body["title"], body["slug"], body["price"], body["currency"]) == ("Silk scarf", "silk-scarf", 20, "GBP")
    assert (body["category"], body["category_name"], body["rating"]) == ("scarves", "Scarves", 5)
    assert (body["in_stock"], body["is_featured"], body["tags"], body["images"]) == (True, False, [], [])


@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-000000000000", "not-an-id", "123"])
def test_an_unknown_product_answers_404(api, key):
    answer = api().get(f"/api/v1/products/{key}")

    refused(answer, 404, "NOT_FOUND")


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.DELETED])
def test_a_product_off_show_is_gone_for_the_public(api, shop, status):
    services.set_status(products=[shop["mug"].pk], status=status, now=NOW, actor_id=None)
    reads.forget()

    answers = [api().get(f"/api/v1/products/{shop['mug'].pk}"), api().get("/api/v1/products?q=mug")]

    refused(answers[0], 404, "NOT_FOUND")
    assert answers[1].json()["total"] == 0


def test_a_merchandiser_adds_a_product(api, mary, accessories, slash):
    asked = {
        "title": "Paper lamp",
        "price": 34.99,
        "category": "accessories",
        "stock": 7,
        "image_url": "https://images.example/lamp.webp",
        "tags": ["paper"],
        "occasions": ["housewarming"],
    }

    answer = api(mary).post(f"/api/v1/products{slash}", asked)

    body = as_documented(answer)
    assert (answer.status_code, set(body)) == (201, PUBLIC | {"stock"})
    assert (body["slug"], body["price"], body["stock"]) == ("paper-lamp", 34.99, 7)
    assert (body["image_url"], body["category_id"]) == ("https://images.example/lamp.webp", str(accessories.pk))
    entry = AuditEntry.objects.get(action="product.created")
    assert (entry.actor_id, entry.target) == (mary.pk, f"product {body['id']}")


def test_a_merchandiser_replaces_a_product(api, mary, scarf, slash):
    answer = api(mary).put(
        f"/api/v1/products/{scarf.pk}{slash}", {"title": "Wool scarf", "price": 15, "category": str(scarf.category_id)}
    )

    body = as_documented(answer)
    assert (answer.status_code, body["title"], body["price"]) == (200, "Wool scarf", 15)
    assert (body["brand"], body["tags"], body["stock"], body["currency"]) == ("", [], None, "GBP")
    scarf.refresh_from_db()
    assert scarf.occasions == []


def test_replacing_a_product_puts_its_currency_back_to_pounds(api, mary, make_product):
    lamp = make_product("Paper lamp", currency="EUR")

    answer = api(mary).put(f"/api/v1/products/{lamp.pk}", {"title": "Lamp", "price": 15, "category": "accessories"})

    assert answer.json()["currency"] == "GBP"


def test_a_merchandiser_changes_some_of_a_product(api, mary, scarf, slash):
    answer = api(mary).patch(f"/api/v1/products/{scarf.pk}{slash}", {"price": 25.5, "is_featured": True})

    body = as_documented(answer)
    assert (answer.status_code, body["price"], body["is_featured"]) == (200, 25.5, True)
    assert (body["title"], body["brand"], body["tags"]) == ("Silk scarf", "Larkfield", ["silk"])


def test_a_merchandiser_takes_a_product_out_of_the_shop(api, mary, scarf, slash):
    answer = api(mary).delete(f"/api/v1/products/{scarf.pk}{slash}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert Product.objects.get(pk=scarf.pk).status == Status.DELETED
    refused(api(mary).delete(f"/api/v1/products/{scarf.pk}"), 404, "NOT_FOUND")
    refused(api(mary).patch(f"/api/v1/products/{scarf.pk}", {"price": 1}), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("price", -1),
        ("price", 12.345),
        ("price", True),
        ("price", 100_000_000),
        ("currency", "pounds"),
        ("category", "no-such-shelf"),
        ("stock", -1),
        ("stock", 2**31),
        ("rating", 5.01),
        ("review_count", -1),
        ("image_url", "javascript:alert(1)"),
        ("image_url", "ftp://images.example/lamp.webp"),
        ("affiliate_url", "//evil.example"),
        ("images", ["ftp://images.example/lamp.webp"]),
        ("tags", "paper"),
        ("tags", ["x"] * 31),
        ("occasions", ["tuesday"]),
        ("asin", "lower-case"),
        ("slug", "no spaces"),
    ],
)
def test_a_wrong_value_for_a_product_answers_422_and_names_it(api, mary, accessories, field, value):
    answer = api(mary).post(
        "/api/v1/products", {"title": "Paper lamp", "price": 34.99, "category": "accessories", field: value}
    )

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"][:2] == ["body", field]
    assert not Product.objects.exists()


def test_a_slug_belongs_to_one_product(api, mary, scarf, mug):
    taken = api(mary).post(
        "/api/v1/products", {"title": "Scarf", "price": 1, "category": "accessories", "slug": "silk-scarf"}
    )
    renamed = api(mary).patch(f"/api/v1/products/{mug.pk}", {"slug": "silk-scarf"})
    numbered = api(mary).post("/api/v1/products", {"title": "Silk scarf", "price": 1, "category": "accessories"})

    refused(taken, 409, "PRODUCT_EXISTS")
    refused(renamed, 409, "PRODUCT_EXISTS")
    assert numbered.json()["slug"] == "silk-scarf-2"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_staff_of_the_catalogue_write_products(api, alice, scarf, method):
    path = "/api/v1/products" if method == "post" else f"/api/v1/products/{scarf.pk}"

    stranger, plain = getattr(api(), method)(path, {}), getattr(api(alice), method)(path, {})

    refused(stranger, 401, "NOT_AUTHENTICATED")
    refused(plain, 403, "FORBIDDEN")


def test_anybody_lists_the_featured_products(api, shop, slash):
    services.set_featured(products=[shop["ball"].pk, shop["mug"].pk], featured=True, now=NOW, actor_id=None)
    reads.forget()

    answer = api().get(f"/api/v1/products/featured{slash}?per_page=1&page=2")

    body = as_documented(answer)
    assert (answer.status_code, listed(answer)) == (200, ["ball"])
    assert (body["total"], body["pages"], set(body["items"][0])) == (2, 2, PUBLIC)


def test_anybody_lists_the_categories_with_live_counts(api, shop, slash):
    answer = api().get(f"/api/v1/categories{slash}")

    body = as_documented(answer)
    assert (answer.status_code, set(body), body["total"]) == (200, PAGE, 3)
    assert {item["slug"]: item["product_count"] for item in body["items"]} == {
        "accessories": 3,
        "scarves": 1,
        "garden": 1,
    }


def test_anybody_reads_a_category_by_slug_or_id(api, shop, accessories, slash):
    by_slug = api().get(f"/api/v1/categories/accessories{slash}")
    by_id = api().get(f"/api/v1/categories/{accessories.pk}{slash}")

    assert as_documented(by_slug) == {
        "id": str(accessories.pk),
        "name": "Accessories",
        "slug": "accessories",
        "parent_id": None,
        "description": "",
        "image_url": None,
        "position": 0,
        "product_count": 3,
    }
    assert by_id.json() == by_slug.json()
    refused(api().get(f"/api/v1/categories/no-such-shelf{slash}"), 404, "NOT_FOUND")


def test_anybody_reads_the_categories_as_a_tree(api, shop, slash):
    answer = api().get(f"/api/v1/categories/tree{slash}")

    tree = as_documented(answer)
    assert [(top["slug"], [below["slug"] for below in top["children"]]) for top in tree] == [
        ("accessories", ["scarves"]),
        ("garden", []),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/products",
        "/api/v1/products/{}",
        "/api/v1/products/featured",
        "/api/v1/categories",
        "/api/v1/categories/accessories",
        "/api/v1/categories/tree",
    ],
)
def test_public_reads_carry_a_tag_and_answer_304_to_who_holds_it(api, scarf, path):
    first = api().get(path.format(scarf.pk))

    again = api().get(path.format(scarf.pk), headers={"If-None-Match": f'"other", W/{first["ETag"]}'})
    other = api().get(path.format(scarf.pk), headers={"If-None-Match": '"other"'})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert other.status_code == 200
    assert "no-store" not in first["Cache-Control"]


@pytest.mark.parametrize("n_products", [10, 1000])
@pytest.mark.parametrize(
    ("path", "n_statements"),
    [
        ("/api/v1/products", 3),  # how many, the page, the shelves
        ("/api/v1/products?category=accessories&sort=price", 3),
        ("/api/v1/products/featured", 2),  # the products, the shelves
        ("/api/v1/categories", 2),  # the shelves, the counts
        ("/api/v1/categories/tree", 2),
    ],
)
def test_a_list_costs_as_many_statements_for_1000_rows_as_for_10(
    api, accessories, n_products, path, n_statements, django_assert_max_num_queries
):
    services.upsert_products(
        rows=[
            {"external_reference": f"R{n}", "title": f"Gift {n}", "price": Decimal(n), "category": accessories}
            for n in range(n_products)
        ],
        now=NOW,
        actor_id=None,
    )
    reads.forget()
    shelves.forget()

    with django_assert_max_num_queries(n_statements):
        answer = api().get(path)

    assert answer.status_code == 200
