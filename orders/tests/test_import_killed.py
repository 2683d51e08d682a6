"""An import that is killed in the middle and run again ends like one that never was."""

import signal
import time

import pytest

from orders.tests.processes import Shop

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

ORDERS = 10_000


@pytest.fixture
def shop(tmp_path_factory):
    return lambda: Shop(tmp_path_factory.mktemp("shop"))


def test_killed_half_way_and_run_again_it_ends_like_one_that_was_left_alone(export, shop):
    lines = [
        f"{order},P{(order + place) % 50},Gift {(order + place) % 50},{place},2011-03-01 10:00:00,2.55,{order % 70}"
        for order in range(ORDERS)
        for place in (1, 2)
    ]
    path = str(export(*lines))
    alone, killed = shop(), shop()
    alone.run("import_transactions", path)

    process = killed.start("import_transactions", path)
    while process.poll() is None and killed.count("orders_order") < ORDERS / 5:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    landed = killed.count("orders_order")
    words = killed.run("import_transactions", path)

    assert ORDERS / 5 <= landed < ORDERS
    assert f"{ORDERS - landed:,} orders and {2 * (ORDERS - landed):,} lines are new" in words
    assert len(killed.sales()) == 2 * ORDERS
    assert killed.sales() == alone.sales()
