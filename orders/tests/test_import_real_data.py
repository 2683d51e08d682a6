"""A year of a real gift shop: 541,909 lines of UCI Online Retail, in time, in bounds and to the penny."""

import os
import time
from decimal import Decimal

import pandas as pd
import pytest
from django.core.management import call_command
from django.db.models import F, Sum

from orders.models import Order, OrderLine
from orders.tests.processes import Shop

pytestmark = [pytest.mark.data, pytest.mark.timeout(400)]

LINES = 396_337
REVENUE = Decimal("8761066.65")


@pytest.fixture
def year(data):
    return data / "online_retail" / "online_retail.csv.gz"


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_the_year_lands_within_two_minutes_and_a_gibibyte_and_lands_once(year, tmp_path):
    shop = Shop(tmp_path)
    started = time.monotonic()

    process = shop.start("import_transactions", str(year), "--preset", "online-retail")
    words = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    seconds = time.monotonic() - started
    first = shop.everything()
    again = shop.run("import_transactions", str(year), "--preset", "online-retail")

    assert "396,337 of them sales worth 8,761,066.65 GBP" in words
    assert "18,402 orders of 4,334 customers, 3,659 products." in words
    assert (
        "    135,080  no customer\n      8,905  cancellation\n      1,547  no product\n         40  price not" in words
    )
    assert len(first["orders_orderline"]) == LINES
    assert (process.returncode, seconds < 120, used.ru_maxrss < 2**20) == (0, True, True)  # kibibytes
    assert "nothing has changed" in again
    assert shop.everything() == first


@pytest.mark.django_db
def test_the_years_revenue_is_what_a_sum_by_other_means_says(year):
    call_command("import_transactions", str(year), preset="online-retail")

    # Pennies as whole numbers, from the file itself, with none of our reading.
    raw = pd.read_csv(year, dtype={"InvoiceNo": str, "StockCode": str})
    sold = raw[raw["CustomerID"].notna() & (raw["Quantity"] > 0) & (raw["UnitPrice"] > 0)]
    sold = sold[~sold["InvoiceNo"].str.startswith("C") & sold["StockCode"].str.match(r"\d{5}")]
    pennies = int((sold["Quantity"] * (sold["UnitPrice"] * 100).round().astype("int64")).sum())
    revenue = sum((quantity * price for quantity, price in OrderLine.objects.values_list("quantity", "unit_price")), 0)
    assert (len(sold), OrderLine.objects.count()) == (LINES, LINES)
    assert revenue == REVENUE == Decimal(pennies) / 100
    added_up = OrderLine.objects.aggregate(money=Sum(F("quantity") * F("unit_price")))["money"]
    assert round(added_up, 2) == REVENUE
    assert Order.objects.values("user").distinct().count() == 4334
