"""The affiliate ledger at the staff's desk: programmes and rates are kept, reports sent in, sums looked at."""

import pytest

from aclue.tests.conftest import affiliate_programme
from aclue.tests.desk import page_of, programme_form, rate_form, report_form
from catalogue.affiliate import clicks
from catalogue.models import AffiliateConversion, AffiliateProgramme, CommissionRate
from common.models import AuditEntry
from conftest import NOW, make_person

pytestmark = pytest.mark.django_db

ADD = "/admin/catalogue/affiliateconversion/add/"
REPORT = "/admin/catalogue/affiliateconversion/report"
YEARS = {"since": "2026-01-01", "until": "2030-01-01", "by": ["programme", "placement"]}
LINES = b"external_reference,ordered_at,amount,currency,commission\n"


@pytest.fixture
def browser(client, mary):
    """The browser of Mary, who looks after the shop."""
    client.force_login(mary)
    return client


def test_a_programme_is_written_down_line_by_line_and_read_back_so(browser):
    answer = browser.post(page_of(AffiliateProgramme, "add"), programme_form())

    programme = AffiliateProgramme.objects.get()
    form = browser.get(page_of(AffiliateProgramme, "change", programme.pk)).context["adminform"].form
    assert answer.status_code == 302
    assert programme.tags == {"GB": "otter-21", "US": "otter-20"}
    assert form.initial["hosts"] == "otterburn.example\nwww.otterburn.example"
    assert form.initial["tags"] == "GB otter-21\nUS otter-20"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hosts": "https://evil.example/"}, "is no host"),
        ({"hosts": "larkfield.example"}, "Another programme has this name, slug or host already."),
        ({"tags": "GB"}, "takes a country and its tag"),
        ({"tags": "GBR otter-21"}, "is no country"),
        ({"tag_parameter": "a=b"}, "is no name of a parameter"),
    ],
    ids=str,
)
def test_what_cannot_be_a_programme_gets_a_sentence(browser, wrong, words):
    affiliate_programme()

    page = browser.post(page_of(AffiliateProgramme, "add"), programme_form(**wrong), follow=True).text

    assert words in page
    assert AffiliateProgramme.objects.count() == 1


def test_a_rate_that_overlaps_another_gets_a_sentence(browser):
    programme = affiliate_programme()
    first, second = (
        browser.post(page_of(CommissionRate, "add"), rate_form(programme, since_on=day), follow=True).text
        for day in ("2026-01-01", "2026-02-01")
    )

    assert "counts on some of these days" not in first
    assert "counts on some of these days" in second
    assert CommissionRate.objects.count() == 1


def test_a_report_is_sent_in_and_its_bad_lines_are_named(browser, mary):
    programme = affiliate_programme()
    content = LINES + b"A-1,2026-11-20,20.00,GBP,1\nA-2,2026-11-20,<b>dear</b>,GBP,1\n"

    page = browser.post(ADD, report_form(programme, content))

    assert page.status_code == 200
    assert "1 new lines, 0 that were there already." in page.text
    assert [(error.line, error.column) for error in page.context["errors"]] == [(3, "amount")]
    assert AffiliateConversion.objects.get().external_reference == "A-1"
    assert AuditEntry.objects.get(action="conversion.recorded").actor_id == mary.pk


def test_the_same_report_again_says_that_all_was_there(browser):
    programme = affiliate_programme()
    first, again = (browser.post(ADD, report_form(programme), follow=True).text for _ in range(2))

    assert "1 new lines, 0 that were there already." in first
    assert "0 new lines, 1 that were there already." in again


@pytest.mark.parametrize("content", [b"amount\n1\n", b"\xff\xfe", b""], ids=["columns", "bytes", "nothing"])
def test_a_file_that_is_no_report_gets_a_sentence(browser, content):
    page = browser.post(ADD, report_form(affiliate_programme(), content), follow=True)

    assert page.status_code == 200
    assert any(words in page.text for words in ("is missing", "UTF-8", "empty"))
    assert AffiliateConversion.objects.count() == 0


def test_the_report_is_shown_and_downloaded(browser, make_product):
    programme = affiliate_programme()
    hat = make_product("Hat", affiliate_url="https://larkfield.example/hat")
    source = clicks.Source(placement="=1+1")
    clicks.follow_link(product_id=hat.pk, visitor="a", country="", source=source, now=NOW)
    browser.post(ADD, report_form(programme, LINES + b"A-1,2026-11-20,20.00,GBP,1.20\n"))

    page = browser.get(REPORT, YEARS)
    file = browser.get(f"{REPORT}.csv", YEARS)
    lines = b"".join(file.streaming_content).decode().splitlines()

    assert "What links to merchants bring in" in page.text
    assert [[str(cell) for cell in row][:6] for row in page.context["rows"]] == [
        ["Larkfield", "", "GBP", "0", "1", "20.00"],
        ["Larkfield", "=1+1", "", "1", "0", ""],
    ]
    assert lines[1:] == ["Larkfield,,GBP,0,1,20.00,1.20,0,0.00,0.00,1.20", "Larkfield,'=1+1,,1,0,,,0,,,"]
    assert AuditEntry.objects.filter(action="affiliate.report_exported").count() == 1
    assert browser.get(REPORT).status_code == 200
    assert browser.get(REPORT, {"since": "x"}).status_code == 200
    assert browser.get(f"{REPORT}.csv", {"since": "x"}).status_code == 302


def test_who_may_only_look_sends_nothing(client, alice):
    programme = affiliate_programme()
    client.force_login(make_person("Anna", roles=("analyst",)))
    seen, sent = client.get(REPORT, YEARS).status_code, client.post(ADD, report_form(programme)).status_code
    client.force_login(make_person("Susan", roles=("support",)))
    unseen = [client.get(page, YEARS).status_code for page in (REPORT, f"{REPORT}.csv")]
    client.force_login(alice)

    assert (seen, sent, unseen) == (200, 403, [403, 403])
    assert client.get(REPORT).status_code == 302
    assert AffiliateConversion.objects.count() == 0
