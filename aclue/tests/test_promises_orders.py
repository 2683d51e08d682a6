"""No order is lost or doubled: the web server is killed between commit and answer, the broker is dead for a while."""

import contextlib
import shutil
import statistics
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from aclue.tests.stack import DATABASE, DATABASES, Postbox, Stack, free_port, fresh_postgres, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

GIFT = "external_reference,title,price,category,stock\nvase,Vase,12.50,Gifts,5000\n"
N_KILLS = 3
N_ORDERS, N_CLIENTS = 1000, 2


@pytest.fixture(params=DATABASES)
def stack(request, tmp_path):
    with a_shop(tmp_path, request.param) as stack:
        yield stack


@contextlib.contextmanager
def a_shop(folder, database, **options):
    """An aclue with one vase in its shop, nothing of it running yet."""
    with ExitStack() as cleaning:
        database_url = cleaning.enter_context(fresh_postgres(database)) if database else ""
        stack = Stack(folder, database_url=database_url, **options)
        stack.environment["RATE_LIMIT_WRITE"] = "100000/minute"
        cleaning.callback(stack.stop)
        products = folder / "products.csv"
        products.write_text(GIFT)
        stack.manage("import_products", str(products), "--make-categories")
        yield stack


def alices_token(stack):
    person = {"email": "alice@example.com", "password": "correct horse battery"}
    return httpx.post(f"{stack.url}/api/v1/auth/register", json=person).json()["access_token"]


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
    token = alices_token(stack)
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
    assert stack.ask("SELECT stock FROM catalogue_product") == [(5000 - N_KILLS,)]


@pytest.mark.skipif(not (DATABASE and shutil.which("redis-server")), reason="TEST_DATABASE_URL or a Redis is missing")
def test_a_thousand_orders_while_the_broker_is_dead_are_all_carried_out_after_and_wait_for_nothing(tmp_path):
    broker = free_port()
    with (
        Postbox() as box,
        a_shop(tmp_path, DATABASE, mail_port=box.port, broker_url=f"redis://127.0.0.1:{broker}/0") as stack,
    ):
        stack.start("web", "relay", "worker")
        token = alices_token(stack)
        (product_id,) = stack.ask("SELECT id FROM catalogue_product")[0]
        body = {"items": [{"product_id": str(product_id), "quantity": 1}]}

        def buy(n_orders):
            took = []
            with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}) as client:
                for _ in range(n_orders):
                    started = time.perf_counter()
                    assert client.post("/api/v1/orders", json=body).status_code == 201
                    took.append(time.perf_counter() - started)
            return took

        with ThreadPoolExecutor(N_CLIENTS) as clients:
            took = [one for part in clients.map(buy, [N_ORDERS // N_CLIENTS] * N_CLIENTS) for one in part]
        undone = stack.count("common_outboxtask", "task = 'orders.confirm' AND done_at IS NULL")
        command = ["redis-server", "--port", str(broker), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
            try:
                wait_until(
                    lambda: stack.count("common_outboxtask", "done_at IS NULL") == 0, seconds=240, why="all is done"
                )
            finally:
                stack.stop()
                server.terminate()

        assert undone == N_ORDERS
        assert statistics.median(took) < 0.05
        assert stack.count("common_auditentry", "action = 'mail.order_placed'") == N_ORDERS
        # Alice is greeted and asked to verify besides.
        assert len(box.delivered) == N_ORDERS + 2
