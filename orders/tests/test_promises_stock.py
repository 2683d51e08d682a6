"""Stock is never oversold, whoever buys at once."""

import pytest
from django.db import connection

from accounts import services as accounts
from accounts.models import User
from catalogue.models import Product
from common.tests.parallel import in_parallel
from common.tests.processes import in_processes
from conftest import NOW
from orders import services
from orders.models import Order, OrderLine

N_BUYERS, STOCK, N_PROCESSES, N_THREADS = 200, 10, 2, 5
BUY = """
import itertools, os, threading
from django.utils import timezone
from accounts.models import User
from catalogue.models import Product
from catalogue.services import OutOfStock
from common.scope import as_system
from orders import services

try:
    os.close(os.open(os.environ["FIRST"], os.O_CREAT | os.O_EXCL))
    number = 0
except FileExistsError:
    number = 1
n_threads = int(os.environ["N_THREADS"])
with as_system("a test's buyers"):
    mine = list(User.objects.order_by("email"))[number::2]
    products = list(Product.objects.order_by("title").values_list("pk", flat=True))
lock, sold = threading.Lock(), dict.fromkeys(map(str, products), 0)

def buy(buyers):
    with as_system("a test's buyers"):
        for product, buyer in itertools.product(products, buyers):
            try:
                services.place_order(
                    user=buyer, items=[services.Wanted(product, 1)], gift=services.Gift(), now=timezone.now()
                )
            except OutOfStock:
                continue
            with lock:
                sold[str(product)] += 1
    connection.close()

threads = [threading.Thread(target=buy, args=(mine[number::n_threads],)) for number in range(n_threads)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(sold))
"""


@pytest.fixture
def buyers(db):
    people = [accounts.PersonToImport(f"buyer{number}@example.com", "B", "", NOW) for number in range(N_BUYERS)]
    accounts.import_people(people=people, now=NOW)


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_two_hundred_buyers_of_ten_in_two_processes_get_ten_each_time(buyers, make_product, tmp_path):
    # The embedded database lets one writer in after the other; PostgreSQL is where they meet.
    n_runs = 20 if connection.vendor == "postgresql" else 3
    for number in range(n_runs):
        make_product(f"Vase {number:02}", stock=STOCK)

    told = in_processes(BUY, N_PROCESSES, FIRST=str(tmp_path / "first"), N_THREADS=str(N_THREADS))

    sold = {product: sum(counts[product] for counts in told) for product in told[0]}
    assert list(sold.values()) == [STOCK] * n_runs
    assert set(Product.objects.values_list("stock", flat=True)) == {0}
    assert OrderLine.objects.count() == Order.objects.count() == STOCK * n_runs
    if connection.vendor == "postgresql":
        assert all(any(counts.values()) for counts in told)


@pytest.mark.django_db(transaction=True)
def test_orders_of_the_same_products_in_any_order_do_not_wait_for_each_other(buyers, make_product):
    one, other = make_product("Vase", stock=100), make_product("Bowl", stock=100)
    turns = iter([(one, other), (other, one)] * 4)
    people = iter(User.objects.all()[:8])

    def buy():
        buyer, wanted = next(people), [services.Wanted(product.pk, 1) for product in next(turns)]
        return services.place_order(user=buyer, items=wanted, gift=services.Gift(), now=NOW)

    in_parallel(buy, 8)

    assert set(Product.objects.values_list("stock", flat=True)) == {92}
