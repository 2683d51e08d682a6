"""An order whose answer the client never got is there once: the web server is killed between commit and answer."""

import contextlib
import os
import threading
from contextlib import ExitStack

import httpx
import pytest

from aclue.tests.stack import Stack, fresh_postgres, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

DATABASE = os.environ.get("TEST_DATABASE_URL", "")
KINDS = [
    pytest.param("", id="embedded"),
    pytest.param(
        DATABASE, id="postgres", marks=pytest.mark.skipif(not DATABASE, reason="TEST_DATABASE_URL is not set")
    ),
]
GIFT = "external_reference,title,price,category,stock\nvase,Vase,12.50,Gifts,100\n"
N_KILLS = 3


@pytest.fixture(params=KINDS)
def stack(request, tmp_path):
    with ExitStack() as cleaning:
        database_url = cleaning.enter_context(fresh_postgres(request.param)) if request.param else ""
        stack = Stack(tmp_path, database_url=database_url)
        cleaning.callback(stack.stop)
        products = tmp_path / "products.csv"
        products.write_text(GIFT)
        stack.manage("import_products", str(products), "--make-categories")
        yield stack


def order(stack, token, key):
    (product_id,) = stack.ask("SELECT id FROM catalogue_product")[0]
    return httpx.post(
        f"{stack.url}/api/v1/orders",
        json={"items": [{"product_id": str(product_id), "quantity": 1}]},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
        timeout=60,
    )


def test_an_order_repeated_after_the_server_was_killed_is_one_order_and_answered_alike(stack):
    stack.start("web")
    person = {"email": "alice@example.com", "password": "correct horse battery"}
    token = httpx.post(f"{stack.url}/api/v1/auth/register", json=person).json()["access_token"]
    for number in range(N_KILLS):
        key = f"order {number}"

        def ask(key=key):
            with contextlib.suppress(httpx.HTTPError):
                order(stack, token, key)

        client = threading.Thread(target=ask)
        client.start()
        wait_until(
            lambda n=number: stack.count("orders_order", "status = 'PENDING'") == n + 1,
            seconds=60,
            why="the order is committed",
        )
        stack.kill("web")
        client.join()
        stack.start("web")

        answers = [order(stack, token, key) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content
        assert answers[0].headers["Idempotency-Replayed"] == "true"
        assert stack.count("orders_order", "status = 'PENDING'") == number + 1
    assert stack.ask("SELECT stock FROM catalogue_product") == [(100 - N_KILLS,)]
