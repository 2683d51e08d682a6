"""A shop's own history from its file to its customers' lists: imported, learned from and asked for over HTTP."""

import csv
import gzip

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from orders.models import Order, OrderLine
from recommendations import leases, services
from recommendations.reasons import TASTE

CUSTOMERS, LIMIT = 12, 20
# A year takes too long for a test that everybody runs.
SINCE = "2011-09-01"

pytestmark = [pytest.mark.data, pytest.mark.timeout(300), pytest.mark.django_db]


def autumn_of(data, folder):
    """Return a file of the shop's last hundred days or so, line by line as the shop wrote them."""
    autumn = folder / "autumn.csv.gz"
    year = data / "online_retail" / "online_retail.csv.gz"
    with gzip.open(year, "rt", encoding="utf-8") as lines, gzip.open(autumn, "wt", encoding="utf-8") as kept:
        header = next(lines)
        kept.write(header)
        at = header.rstrip().split(",").index("InvoiceDate")
        rows = csv.reader(lines)
        csv.writer(kept).writerows(row for row in rows if row[at] >= SINCE)
    return autumn


@pytest.fixture
def customers(data, settings, tmp_path, monkeypatch):
    """Some customers of UCI Online Retail, whose autumn was imported and has been learned from."""
    # The thread that renews a lease has its own connection, which cannot see what this test has not committed.
    monkeypatch.setattr(leases, "RENEW_SECONDS", 3600.0)
    settings.MODEL_DIR = tmp_path / "models"
    call_command("import_transactions", str(autumn_of(data, tmp_path)), preset="online-retail")
    run = services.request_training(model_type="trend", parameters={}, now=timezone.now(), is_sent=False)
    run = services.train(run_id=run.pk, clock=timezone.now, say=lambda words, share: None)
    assert [(version.model_type, version.status) for version in run.versions.all()] == [("trend", "ACTIVE")]
    everybody = list(User.objects.filter(pk__in=Order.objects.values("user")).order_by("email"))
    return everybody[:: len(everybody) // CUSTOMERS]


def test_every_imported_customer_is_offered_twenty_products_new_to_them_and_told_why(customers, api):
    assert len(customers) >= CUSTOMERS

    for customer in customers:
        answer = api(customer).get("/api/v1/recommendations", {"limit": LIMIT}).json()

        lines = OrderLine.objects.filter(order__user=customer).values_list("product_id", "product__title")
        bought = {str(product_id): title for product_id, title in lines}
        offered = {one["product"]["id"] for one in answer["recommendations"]}
        reasons = [one["reason"] for one in answer["recommendations"]]
        named = [
            reason for reason in reasons if reason in {f"Because you bought {title}." for title in bought.values()}
        ]
        assert answer["strategy"] == "trend"
        assert bought
        assert len(answer["recommendations"]) == len(offered) == LIMIT
        assert not offered & bought.keys()
        assert set(reasons) <= {*named, TASTE}
        assert len(named) > LIMIT / 2
