"""The product list and detail answer the same by the short way as by the long one, in both dialects."""

import uuid
from decimal import Decimal

import psycopg
import pytest
from django.db import connection
from django.db.utils import DataError, OperationalError

from catalogue import reads
from common.rows import read_rows

LIST = "/api/v1/products"


def test_a_client_that_holds_the_answer_gets_304_and_no_body(api, scarf):
    first = api().get(LIST)

    again = api().get(LIST, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "Content-Length" not in again


@pytest.mark.parametrize("held", ["{tag}", "W/{tag}", '"other", {tag}', '"other",W/{tag}', "*"])
def test_tags_are_compared_weakly(api, scarf, held):
    path = f"{LIST}/{scarf.pk}"
    tag = api().get(path)["ETag"]

    assert api().get(path, headers={"If-None-Match": held.format(tag=tag)}).status_code == 304


def test_a_changed_product_is_sent_anew(api, scarf, mary):
    path = f"{LIST}/{scarf.pk}"
    tag = api().get(path)["ETag"]
    api(mary).patch(path, {"title": "Wool scarf"})

    again = api().get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.json()["title"]) == (200, "Wool scarf")


def test_a_compressed_answer_has_a_weak_tag_that_still_saves_the_body(api, make_product):
    product = make_product("Long story", description="word " * 400)
    path = f"{LIST}/{product.pk}"
    packed = api().get(path, headers={"Accept-Encoding": "gzip"})

    again = api().get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})

    assert packed["ETag"].startswith('W/"')
    assert again.status_code == 304


def test_fields_come_in_the_order_asked_and_nothing_else(api, scarf):
    answer = api().get(f"{LIST}/{scarf.pk}", {"fields": "price,id,category"})

    assert list(answer.json()) == ["price", "id", "category"]


def test_stock_is_for_staff_and_their_answers_are_not_kept(api, scarf, mary):
    answer = api(mary).get(f"{LIST}/{scarf.pk}")

    assert answer.json()["stock"] == 5
    assert answer["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer
    assert "stock" not in api().get(f"{LIST}/{scarf.pk}").json()


@pytest.mark.parametrize("path", [LIST, f"{LIST}/{uuid.UUID(int=1)}"])
def test_a_wrong_token_is_refused_also_where_none_is_needed(api, path):
    answer = api().get(path, headers={"Authorization": "Bearer forged"})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["error_code"] == "INVALID_TOKEN"


def test_a_signed_out_token_is_refused_at_once(api, alice, scarf):
    client = api(alice)
    assert client.get(LIST).status_code == 200

    client.post("/api/v1/auth/logout")

    assert client.get(LIST).status_code == 401


def test_head_tells_the_length_and_other_methods_are_told_what_is_allowed(api, scarf):
    path = f"{LIST}/{scarf.pk}"
    whole, head, odd = api().get(path), api().head(path), api().get(f"{path}/")

    assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])
    assert head["Content-Length"] == str(len(whole.content))
    assert odd.content == whole.content
    assert api().options(path).status_code == 200
    assert set(api().delete(LIST).headers["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("price", ["Ash bowl", "Brass lamp", "Clay jug"]),
        ("rating", ["Brass lamp", "Clay jug", "Ash bowl"]),
        ("title", ["Ash bowl", "Brass lamp", "Clay jug"]),
        ("popularity", ["Clay jug", "Ash bowl", "Brass lamp"]),
    ],
)
def test_both_directions_of_a_sort_mirror_each_other(api, make_product, sort, titles):
    make_product("Ash bowl", price=Decimal("9.50"), rating=Decimal("4.50"), popularity=2.0)
    make_product("Brass lamp", price=Decimal("10.00"), rating=None, popularity=1.0)
    make_product("Clay jug", price=Decimal("100.00"), rating=Decimal("3.25"), popularity=3.0)
    upwards = "desc" if sort == "popularity" else "asc"
    downwards = "asc" if upwards == "desc" else "desc"

    there = api().get(LIST, {"sort": sort, "order": upwards}).json()["items"]
    back = api().get(LIST, {"sort": sort, "order": downwards}).json()["items"]

    assert [product["title"] for product in there] == titles
    assert [product["title"] for product in back] == titles[::-1]


def test_a_page_past_the_end_knows_the_total(api, scarf, mug):
    for page in (2, 100_000):
        answer = api().get(LIST, {"page": page, "per_page": 5}).json()

        assert (answer["items"], answer["total"], answer["pages"]) == ([], 2, 1)


def test_values_are_the_same_in_both_dialects(api, make_product, accessories):
    product = make_product(
        "Odd one",
        price=Decimal("20.10"),
        rating=None,
        image="odd.webp",
        images=["https://images.example/1.jpg", "2.webp"],
        tags=["a b", 'quote "'],
        stock=0,
    )

    answer = api().get(f"{LIST}/{product.pk}").json()

    assert answer["id"] == str(product.pk)
    assert (answer["price"], answer["rating"], answer["in_stock"], answer["is_featured"]) == (20.1, None, False, False)
    assert (answer["category"], answer["category_name"]) == (accessories.slug, accessories.name)
    assert answer["category_id"] == str(accessories.pk)
    assert answer["image_url"] == "/media/odd.webp"
    assert answer["images"] == ["https://images.example/1.jpg", "/media/2.webp"]
    assert answer["tags"] == ["a b", 'quote "']
    assert answer["created_at"] == "2026-11-20T09:30:00Z"


def test_a_list_costs_one_statement_beside_the_categories(api, scarf, django_assert_num_queries):
    api().get(LIST)
    reads.forget()

    with django_assert_num_queries(1):
        api().get(LIST)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_prepared_statements_give_what_django_s_cursor_gives(scarf, mug):
    columns = "title, price::float8, created_at, stock"
    sql = f"SELECT {columns} FROM catalogue_product WHERE id = ANY(%s) AND price > %s ORDER BY title"
    parameters = ([scarf.pk, mug.pk], Decimal("12.00"))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        expected = cursor.fetchall()

    for _ in range(3):
        assert read_rows(sql, parameters) == expected


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_failed_statement_raises_django_s_error_and_spoils_nothing(db):
    with pytest.raises(DataError):
        read_rows("SELECT 1 / %s::integer", (0,))

    assert read_rows("SELECT 1 / %s::integer", (1,)) == [(1,)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_503_once_and_then_replaced(api, scarf):
    client, path = api(), f"{LIST}/{scarf.pk}"
    assert client.get(path).status_code == 200
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (connection.connection.info.backend_pid,))

    lost = client.get(path)

    assert (lost.status_code, lost["Retry-After"]) == (503, "2")
    connection.close_if_unusable_or_obsolete()
    assert client.get(path).status_code == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_broken_connection_is_an_operational_error(db):
    read_rows("SELECT 1")
    connection.connection.pgconn.finish()

    with pytest.raises(OperationalError):
        read_rows("SELECT 1")
    connection.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_statement_survives_a_change_of_its_table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE hot_reads_probe AS SELECT 1 AS n")
    try:
        assert read_rows("SELECT * FROM hot_reads_probe") == [(1,)]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE hot_reads_probe ALTER n TYPE text")

        assert read_rows("SELECT * FROM hot_reads_probe") == [("1",)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE hot_reads_probe")
