"""The ledger of networks' reports: each line once, matched to its click, whatever the order, to the penny."""

import io
import os
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.services import api_keys
from catalogue.affiliate import clicks, conversions, files, programmes, reports
from catalogue.affiliate.conversions import ReportLine
from catalogue.models import (
    AffiliateClick,
    AffiliateConversion,
    AffiliateProgramme,
    AffiliateVisit,
    CommissionRate,
    ConversionKind,
)
from common.errors import Invalid
from common.models import AuditEntry
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from conftest import NOW

PATH = "/api/v1/affiliate/conversions"
SALE, REVERSAL = ConversionKind.SALE, ConversionKind.REVERSAL
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
N_EVENTS = int(os.environ.get("ACLUE_LEDGER_EVENTS") or 10_000)


def make_programme(name="Larkfield", host="shop.example"):
    programme = AffiliateProgramme(name=name, slug=name.lower(), tag_parameter="tag", sub_id_parameter="sub")
    return programmes.save_programme(programme=programme, hosts=[host], now=NOW, actor_id=None)


def make_rate(programme, percent, since="2026-01-01", until=None, category=None):
    rate = CommissionRate(
        programme=programme,
        category=category,
        percent=Decimal(percent),
        since_on=date.fromisoformat(since),
        until_on=until and date.fromisoformat(until),
    )
    return programmes.save_rate(rate=rate, now=NOW, actor_id=None)


@pytest.fixture
def larkfield(db):
    return make_programme()


@pytest.fixture
def hat(make_product):
    return make_product("Silk hat", affiliate_url="https://shop.example/hat", stock=None)


def follow(product, visitor="a", now=NOW, **source):
    """Follow a link as somebody; returns the click."""
    clicks.follow_link(product_id=product.pk, visitor=visitor, country="", source=clicks.Source(**source), now=now)
    return AffiliateVisit.objects.get(visitor=visitor, product=product).click


def line(reference="LK-1", amount="42.50", **values):
    values = {"ordered_at": NOW, "currency": "GBP", **values}
    return ReportLine(external_reference=reference, amount=Decimal(amount), **values)


def record(programme, *lines):
    return conversions.record_conversions(programme=programme, lines=lines, now=NOW, actor_id=None)


def body(**values):
    return {
        "programme": "larkfield",
        "external_reference": "LK-1",
        "ordered_at": "2026-11-20T09:30:00Z",
        "amount": 42.5,
        "currency": "GBP",
        **values,
    }


def report(by=("programme",), since=date(2026, 1, 1), until=date(2027, 1, 1)):
    return reports.affiliate_report(since=since, until=until, by=list(by))


@pytest.mark.django_db
def test_from_click_to_report_over_http(api, mary, client, hat, larkfield):
    make_rate(larkfield, "5")
    sent = client.get(
        f"/api/v1/affiliate/click/{hat.pk}",
        {"placement": "deck-side", "policy": "ease:12", "recommendation_id": "REC-1"},
        headers={"User-Agent": FIREFOX},
    )
    sub_id = sent["Location"].partition("sub=")[2]
    staff = api(mary)

    sale = staff.post(PATH, body(sub_id=sub_id))
    again = staff.post(PATH, body(sub_id=sub_id))
    reversal = staff.post(PATH, body(sub_id=sub_id, kind="reversal", amount=10))
    client.force_login(mary)
    page = client.get(
        "/admin/catalogue/affiliateconversion/report",
        {
            "since": "2026-01-01",
            "until": "2030-01-01",
            "by": ["placement", "policy", "product"],
        },
    )

    assert (sale.status_code, again.status_code, reversal.status_code) == (201, 200, 201)
    told = as_documented(sale)
    assert again.json() == told
    assert (told["placement"], told["policy"], told["recommendation_id"]) == ("deck-side", "ease:12", "REC-1")
    assert (told["product_id"], told["commission"], told["commission_reported"]) == (str(hat.pk), 2.13, False)
    # 5 % of 42.50 is 2.125, of 10.00 is 0.50.
    expected = ["deck-side", "ease:12", "Silk hat", "GBP", 1, 1, "42.50", "2.13", 1, "10.00", "0.50", "1.63"]
    assert [[str(cell) for cell in row] for row in page.context["rows"]] == [[str(cell) for cell in expected]]


@pytest.mark.django_db
def test_a_line_that_says_something_else_under_a_known_name_is_refused_and_changes_nothing(api, mary, larkfield):
    staff = api(mary)
    staff.post(PATH, body(commission=2))
    others = [{"amount": 42}, {"currency": "EUR"}, {"commission": 3}, {"sub_id": "x"}, {"commission": None}]
    others += [{"ordered_at": "2026-11-20T09:31:00Z"}]

    for other in others:
        refused(staff.post(PATH, body(**{"commission": 2, **other})), 409, "CONVERSION_EXISTS")

    kept = AffiliateConversion.objects.get()
    assert (kept.amount, kept.commission, kept.currency, kept.sub_id) == (Decimal("42.50"), Decimal(2), "GBP", "")


@pytest.mark.django_db
def test_the_same_line_is_known_again_when_rates_have_changed(larkfield):
    rate = make_rate(larkfield, "5")
    record(larkfield, line())
    rate.percent = Decimal(9)
    programmes.save_rate(rate=rate, now=NOW, actor_id=None)

    (again,) = record(larkfield, line())

    assert (again.is_new, again.error, again.conversion.commission) == (False, None, Decimal("2.13"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": -1}, "amount"),
        ({"amount": 1.005}, "amount"),
        ({"amount": 1e10}, "amount"),
        ({"commission": -1}, "commission"),
        ({"currency": "gbp"}, "currency"),
        ({"kind": "refund"}, "kind"),
        ({"programme": "no-such"}, "programme"),
        ({"ordered_at": "2100-01-01T00:00:00Z"}, "ordered_at"),
        ({"external_reference": ""}, "external_reference"),
        ({"external_reference": "x" * 121}, "external_reference"),
        ({"sale_reference": "LK-0"}, "sale_reference"),
    ],
)
def test_a_wrong_line_is_refused_with_the_place(api, mary, larkfield, wrong, field):
    told = refused(api(mary).post(PATH, body(**wrong)), 422, "VALIDATION_ERROR")

    assert told["errors"][0]["loc"] == ["body", field]
    assert AffiliateConversion.objects.count() == 0


@pytest.mark.django_db
def test_a_program_needs_the_scope_and_its_owner_the_role(api, mary, alice, larkfield):
    def post(owner, scope):
        key = api_keys.make_key(user=owner, name="network", scopes=[scope], now=datetime.now(UTC)).key
        return api().post(PATH, body(), headers={"X-API-Key": key})

    refused(post(mary, "catalogue:write"), 403, "SCOPE_MISSING")
    refused(post(alice, "affiliate:write"), 403, "FORBIDDEN")
    refused(api().post(PATH, body()), 401, "NOT_AUTHENTICATED")
    refused(api(alice).post(PATH, body()), 403, "FORBIDDEN")

    assert post(mary, "affiliate:write").status_code == 201
    entry = AuditEntry.objects.filter(action="conversion.recorded").get()
    assert (entry.actor_id, entry.target, entry.details) == (mary.pk, f"programme {larkfield.pk}", {"lines": 1})


@pytest.mark.django_db
def test_a_repeat_with_an_idempotency_key_gets_the_first_answer(api, mary, larkfield):
    first, again = (api(mary).post(PATH, body(), headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)


@pytest.mark.django_db(transaction=True)
def test_one_line_that_comes_in_parallel_is_in_the_ledger_once(larkfield):
    outcomes = in_parallel(lambda: record(larkfield, line(), line("LK-2"))[0], 6)

    assert sum(outcome.is_new for outcome in outcomes) == 1
    assert AffiliateConversion.objects.count() == 2


@pytest.mark.django_db
def test_a_line_is_matched_to_the_click_of_its_own_programme_alone(hat, larkfield):
    other = make_programme("Otterburn", "otter.example")
    sub_id = follow(hat).pk.hex

    outcomes = [
        *record(larkfield, line("1", sub_id=sub_id), line("2", sub_id=sub_id.upper()), line("3", sub_id="f" * 32)),
        *record(larkfield, line("4", sub_id="no id"), line("5")),
        *record(other, line("1", sub_id=sub_id)),
    ]

    assert [outcome.conversion.click_id is not None for outcome in outcomes] == [True, True, False, False, False, False]


@pytest.mark.django_db
def test_a_reversal_may_come_before_its_sale_be_partial_and_come_twice_under_names_of_its_own(hat, larkfield):
    sub_id = follow(hat, placement="deck-side").pk.hex
    record(larkfield, line("R-1", "10", kind=REVERSAL, sale_reference="LK-1", commission=Decimal("0.50")))
    before = report(["placement"])
    record(larkfield, line("LK-1", "42.50", sub_id=sub_id, commission=Decimal("2.13")))
    record(larkfield, line("R-2", "5.25", kind=REVERSAL, sale_reference="LK-1", commission=Decimal("0.26")))

    (after,) = report(["placement"])

    assert [row.words for row in before] == [("",), ("deck-side",)]
    assert (after.words, after.n_clicks) == (("deck-side",), 1)
    assert after.sums["GBP"] == reports.Sums(1, Decimal("42.50"), Decimal("2.13"), 2, Decimal("15.25"), Decimal("0.76"))
    assert after.sums["GBP"].earned == Decimal("1.37")


@pytest.mark.django_db
def test_the_rate_is_that_of_the_nearest_category_on_the_day_of_the_order(make_product, make_category, larkfield):
    clothes = make_category("Clothes")
    hats = make_category("Hats", parent=clothes)
    hat = make_product("Hat", category=hats, affiliate_url="https://shop.example/hat")
    mug = make_product("Mug", affiliate_url="https://shop.example/mug")
    make_rate(larkfield, "1")
    make_rate(larkfield, "5", since="2026-01-01", until="2026-07-01", category=clothes)
    make_rate(larkfield, "7", since="2026-07-01", category=clothes)
    of_hat, of_mug = follow(hat).pk.hex, follow(mug).pk.hex

    def commission(reference, sub_id, day):
        at = datetime.fromisoformat(f"{day}T23:59:59Z")
        (outcome,) = record(larkfield, line(reference, "100", sub_id=sub_id, ordered_at=at))
        return outcome.conversion.commission

    assert commission("1", of_hat, "2026-06-30") == 5
    assert commission("2", of_hat, "2026-07-01") == 7
    assert commission("3", of_mug, "2026-07-01") == 1
    assert commission("4", "", "2026-07-01") == 1
    assert commission("5", of_hat, "2025-12-31") == 0


OVERLAPPING = [("2026-01-01", None), ("2026-03-01", "2026-04-01"), ("2025-01-01", "2026-02-02"), ("2026-06-30", None)]
APART = [("2025-01-01", "2026-02-01"), ("2026-07-01", None)]


@pytest.mark.django_db
@pytest.mark.parametrize("general", [True, False])
def test_two_rates_never_count_on_one_day(larkfield, accessories, general):
    category = None if general else accessories
    make_rate(larkfield, "5", "2026-02-01", "2026-07-01", category)

    for since, until in OVERLAPPING:
        with pytest.raises(programmes.RatesOverlap):
            make_rate(larkfield, "6", since, until, category)
    for since, until in APART:
        make_rate(larkfield, "6", since, until, category)
    make_rate(larkfield, "6", "2026-02-01", None, accessories if general else None)

    assert CommissionRate.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_of_rates_that_come_in_parallel_one_stays(larkfield):
    def attempt():
        try:
            return make_rate(larkfield, "5")
        except programmes.RatesOverlap:
            return None

    made = in_parallel(attempt, 6)

    assert sum(rate is not None for rate in made) == 1 == CommissionRate.objects.count()


@pytest.mark.django_db
def test_rates_and_programmes_out_of_bounds_are_refused(larkfield):
    with pytest.raises(Invalid):
        make_rate(larkfield, "101")
    with pytest.raises(Invalid):
        make_rate(larkfield, "5", "2026-02-01", "2026-02-01")
    for host in (
        "https://shop.example",
        "shop",
        "evil.example/",
        "user@shop.example",
        "shop.example:443",
        "шоп.example",
    ):
        with pytest.raises(Invalid):
            programmes.save_programme(programme=larkfield, hosts=[host], now=NOW, actor_id=None)
    for wrong in (
        {"tags": {"gb": "x"}},
        {"tags": {"GB": "a b"}},
        {"tag_parameter": "a&b"},
        {"sub_id_parameter": "TAG"},
    ):
        programme = AffiliateProgramme(name="O", slug="o", **{"tag_parameter": "tag", **wrong})
        with pytest.raises(Invalid):
            programmes.save_programme(programme=programme, hosts=[], now=NOW, actor_id=None)
    with pytest.raises(programmes.ProgrammeTaken):
        make_programme("Otterburn", "shop.example")


CSV = b"""external_reference,kind,sub_id,ordered_at,amount,commission,currency,notes
LK-1,Sale,,2026-11-20,42.50,2.13,GBP,=1+1
LK-2,sale,,2026-11-20T10:00:00Z,dear,1,GBP,
LK-1,reversal,,2026-11-20,10.00,0.50,GBP,
,sale,,2026-11-20,10.00,0.50,GBP,
LK-1,sale,,2026-11-20,40.00,2.13,GBP,
LK-3,sale,,2126-11-20,10.00,,GBP,
LK-4,sale,,2026-11-20,10.00,,pounds,
"""


def import_csv(programme, content=CSV):
    return files.import_report(
        programme=programme, name="november.csv", file=io.BytesIO(content), now=NOW, actor_id=None
    )


@pytest.mark.django_db
def test_a_file_lands_its_good_lines_and_names_the_bad_ones_and_the_same_again_changes_nothing(larkfield):
    landed = import_csv(larkfield)
    again = import_csv(larkfield)

    assert (landed.n_new, landed.n_known, again.n_new, again.n_known) == (2, 0, 0, 2)
    assert [(error.line, error.column) for error in landed.errors] == [
        (3, "amount"),
        (5, "external_reference"),
        (6, ""),
        (7, "ordered_at"),
        (8, "currency"),
    ]
    assert again.errors == landed.errors
    (row,) = report()
    assert row.sums["GBP"].earned == Decimal("1.63")


@pytest.mark.django_db
def test_the_report_is_cut_by_day_month_and_currency(hat, larkfield):
    follow(hat, now=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    follow(hat, "b", now=datetime(2026, 11, 1, tzinfo=UTC))
    record(
        larkfield,
        line("1", "10", ordered_at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC), commission=Decimal(1)),
        line("2", "20", ordered_at=datetime(2026, 11, 1, tzinfo=UTC), commission=Decimal(2)),
        line("3", "30", ordered_at=datetime(2026, 11, 1, tzinfo=UTC), commission=Decimal(3), currency="EUR"),
    )

    months = [[str(cell) for cell in row] for row in reports.as_table(report(["month"]))]
    november = report([], since=date(2026, 11, 1), until=date(2026, 12, 1))

    assert [row[:5] for row in months] == [
        ["2026-10", "GBP", "1", "1", "10.00"],
        ["2026-11", "EUR", "1", "1", "30.00"],
        ["2026-11", "GBP", "0", "1", "20.00"],
    ]
    assert [(row.n_clicks, sorted(row.sums)) for row in november] == [(1, ["EUR", "GBP"])]


@pytest.mark.django_db
def test_what_is_downloaded_runs_no_formula(hat, larkfield):
    hat.title = "=HYPERLINK(1)"
    hat.save()
    sub_id = follow(hat, policy="@SUM(1)").pk.hex
    record(larkfield, line("R", "5", kind=REVERSAL, sub_id=sub_id, commission=Decimal(1)))
    by = ["policy", "product"]

    lines = list(reports.as_csv_lines(report(by), by=by, now=NOW, actor_id=None))

    assert lines[1] == "'@SUM(1),'=HYPERLINK(1),GBP,1,0,0.00,0.00,1,5.00,1.00,-1.00\r\n"
    assert AuditEntry.objects.filter(action="affiliate.report_exported").count() == 1


def expected_sums(programme_lines):
    """Return what a second, plain reckoning makes of lines, each name counted once."""
    sums = defaultdict(Decimal)
    for one in programme_lines:
        sums[one.currency, one.kind, "amount"] += one.amount
        sums[one.currency, one.kind, "commission"] += one.commission
    return sums


@pytest.mark.django_db
@hypothesis_settings(
    max_examples=2,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_sums_agree_to_the_penny_after_thousands_of_events_in_any_order_with_repeats(hat, larkfield, seed):
    random = Random(seed)
    AffiliateConversion.objects.all().delete()
    AffiliateClick.objects.all().delete()
    moments = [NOW - timedelta(hours=n) for n in range(50)]
    counted = [follow(hat, visitor=str(n), now=moments[n], placement=f"p{n % 3}") for n in range(50)]
    different = [
        line(
            f"LK-{n // 2}",
            str(Decimal(random.randrange(0, 10 ** random.randrange(1, 13))).scaleb(-2)),
            kind=(SALE, REVERSAL)[n % 2],
            currency=("GBP", "EUR", "USD")[n // 2 % 3],
            commission=Decimal(random.randrange(0, 10**9)).scaleb(-2),
            sub_id=counted[n // 2 % 50].pk.hex if random.random() < 0.75 else "",
            ordered_at=moments[n // 2 % 50],
        )
        for n in range(N_EVENTS * 7 // 10)
    ]
    events = different + random.choices(different, k=N_EVENTS - len(different))
    random.shuffle(events)

    start = n_new = 0
    while start < len(events):
        size = random.randrange(1, 400)
        outcomes = record(larkfield, *events[start : start + size])
        assert all(outcome.error is None for outcome in outcomes)
        n_new += sum(outcome.is_new for outcome in outcomes)
        start += size

    (row,) = report()
    expected = expected_sums(different)
    assert n_new == len(different) == AffiliateConversion.objects.count()
    assert row.n_clicks == 50
    for currency, sums in row.sums.items():
        assert sums.revenue == expected[currency, SALE, "amount"]
        assert sums.commission == expected[currency, SALE, "commission"]
        assert sums.reversed_revenue == expected[currency, REVERSAL, "amount"]
        assert sums.reversed_commission == expected[currency, REVERSAL, "commission"]
    by_placement = report(["placement", "product", "policy", "month"])
    for currency, sums in row.sums.items():
        parts = [part.sums[currency].earned for part in by_placement if currency in part.sums]
        assert sum(parts) == sums.earned
