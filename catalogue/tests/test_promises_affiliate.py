"""The affiliate ledger: links lead only where they may, a visitor counts once, and sums agree to the penny."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from catalogue.affiliate import clicks, programmes
from catalogue.models import AffiliateClick, AffiliateProgramme, AffiliateVisit, Product
from common import flags
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from conftest import NOW

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MERCHANT = "https://shop.example/scarf?size=m&tag=theirs-21&colour=a%20b"
# What would lead elsewhere, be it by a trick or plainly; none of them may ever come out of a click.
ELSEWHERE = {
    "no scheme": "//shop.example/scarf",
    "another host": "https://evil.example/scarf",
    "http": "http://shop.example/scarf",
    "a script": "javascript:alert(1)//shop.example",
    "data": "data:text/html,<script>alert(1)</script>",
    "a user before the host": "https://shop.example@evil.example/",
    "a user and a password": "https://shop.example:443@evil.example/",
    "the host after a user": "https://evil.example@shop.example/",
    "a port": "https://shop.example:8443/scarf",
    "the usual port": "https://shop.example:443/scarf",
    "a backslash": "https://shop.example\\@evil.example/",
    "backslashes for slashes": "https:\\\\evil.example/",
    "three slashes": "https:///evil.example/",
    "one slash": "https:/evil.example/",
    "a line break": "https://shop.example/\r\nSet-Cookie: a=b",
    "a line break in the scheme": "ht\ntps://shop.example/",
    "a tab in the host": "https://shop.example\t.evil.example/",
    "a space": "https://shop.example /scarf",
    "NUL": "https://shop.example\x7f/",
    "a letter of another alphabet": "https://ѕhop.example/",
    "a letter that small ones are made of": "https://\u212ahop.example/",
    "a full stop of another script": "https://shop\u3002example/",
    "a slash of another script": "https://shop.example\uff0fevil.example/",
    "a turn of the writing": "https://shop.example/\u202egpj.exe",
    "a longer host": "https://shop.example.evil.example/",
    "a host that ends so": "https://evilshop.example/",
    "a host below": "https://www.shop.example/",
    "a dot at the end": "https://shop.example./scarf",
    "an address of a machine": "https://127.0.0.1/",
    "an address as a number": "https://2130706433/",
    "an address in brackets": "https://[::1]/",
    "a bracket that is open": "https://[shop.example/",
    "nothing behind the scheme": "https://",
    "a percent sign in the host": "https://shop%2eexample/",
    "blanks before": " https://shop.example/scarf",
    "two at once": "https://evil.example;@shop.example/",
}


@pytest.fixture
def larkfield(db):
    programme = AffiliateProgramme(
        name="Larkfield",
        slug="larkfield",
        tag_parameter="tag",
        sub_id_parameter="sub",
        tags={"GB": "aclue-21", "US": "aclue-20"},
    )
    return programmes.save_programme(programme=programme, hosts=["shop.example"], now=NOW, actor_id=None)


@pytest.fixture
def hat(make_product):
    """Something that a merchant elsewhere sells."""
    return make_product("Silk hat", affiliate_url=MERCHANT, stock=None)


def click(product, browser=FIREFOX, method="get", address="192.0.2.7", headers=None, **asked):
    named = {"User-Agent": browser} if browser else {}
    ask = getattr(Client(REMOTE_ADDR=address), method)
    return ask(f"/api/v1/affiliate/click/{product.pk}", asked, headers=named | (headers or {}))


def asked_of_merchant(answer):
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


@pytest.mark.django_db
def test_a_click_leads_to_the_merchant_with_our_tag_and_is_counted_with_its_source(hat, larkfield):
    answer = click(hat, recommendation_id="REC-1", session="S-1", placement="deck-side", policy="ease:12", country="us")

    counted = AffiliateClick.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"https://shop.example/scarf?size=m&colour=a%20b&tag=aclue-20&sub={counted.pk.hex}"
    source = (counted.recommendation_id, counted.session, counted.placement, counted.policy)
    assert source == ("REC-1", "S-1", "deck-side", "ease:12")
    assert (counted.product, counted.programme, counted.country, counted.tag) == (hat, larkfield, "US", "aclue-20")


@pytest.mark.django_db
def test_nobody_keeps_a_click_or_gets_a_cookie_and_the_merchant_learns_the_shop_alone(hat, larkfield):
    answer = click(hat)

    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "strict-origin")
    assert not answer.cookies
    assert "192.0.2.7" not in str([*AffiliateClick.objects.values(), *AffiliateVisit.objects.values()])
    assert FIREFOX not in str([*AffiliateClick.objects.values(), *AffiliateVisit.objects.values()])


@pytest.mark.django_db
@pytest.mark.parametrize(("country", "tag"), [("", "aclue-21"), ("gb", "aclue-21"), ("US", "aclue-20")])
def test_a_link_carries_the_tag_of_its_country(hat, larkfield, country, tag):
    assert asked_of_merchant(click(hat, **({"country": country} if country else {})))["tag"] == tag


@pytest.mark.django_db
def test_where_the_shop_has_no_tag_a_link_carries_that_of_its_own_country(hat, larkfield, settings):
    there = asked_of_merchant(click(hat, country="FR"))["tag"]
    settings.AFFILIATE_COUNTRY = "DE"
    nowhere = asked_of_merchant(click(hat, country="FR"))

    assert (there, "tag" in nowhere) == ("aclue-21", False)


@pytest.mark.django_db
@pytest.mark.parametrize("url", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_click_leads_nowhere_but_to_plain_https_addresses_of_known_hosts(hat, larkfield, url):
    Product.objects.filter(pk=hat.pk).update(affiliate_url=url)

    answer = click(hat)

    refused(answer, 409, "TARGET_NOT_ALLOWED")
    assert "Location" not in answer
    assert AffiliateClick.objects.count() == 0


@pytest.mark.django_db
def test_nothing_that_a_request_says_changes_where_it_leads(hat, larkfield):
    asked = [
        {"url": "https://evil.example/"},
        {"next": "//evil.example", "affiliate_url": "https://evil.example/"},
        {"recommendation_id": "x\r\nLocation: https://evil.example/"},
        {"placement": "&tag=evil#", "policy": "https://evil.example/"},
    ]

    places = [click(hat, **one, headers={"X-Forwarded-Host": "evil.example"}) for one in asked]

    assert {place.status_code for place in places} == {302}
    assert {place["Location"].partition("sub=")[0] for place in places} == {
        "https://shop.example/scarf?size=m&colour=a%20b&tag=aclue-21&"
    }


@pytest.mark.django_db
def test_an_altered_id_leads_nowhere(hat, larkfield, client):
    altered = str(hat.pk)[:-1] + ("0" if str(hat.pk)[-1] != "0" else "1")
    paths = [altered, f"{hat.pk}%0d%0a", f"{hat.pk}/..//evil.example", "https://evil.example", "x", str(hat.pk)[:-1]]

    for path in paths:
        refused(client.get(f"/api/v1/affiliate/click/{path}"), 404, "NOT_FOUND")


@pytest.mark.django_db
def test_what_is_not_on_show_or_has_no_merchant_is_not_found(hat, scarf, larkfield):
    refused(click(scarf), 404, "NOT_FOUND")
    Product.objects.filter(pk=hat.pk).update(status="HIDDEN")
    refused(click(hat), 404, "NOT_FOUND")


@pytest.mark.django_db
def test_a_programme_that_is_switched_off_sends_nobody_on(hat, larkfield):
    larkfield.is_active = False
    programmes.save_programme(programme=larkfield, hosts=["shop.example"], now=NOW, actor_id=None)
    programmes.forget()

    refused(click(hat), 409, "TARGET_NOT_ALLOWED")


@pytest.mark.django_db
@pytest.mark.parametrize("is_on", [True, False])
def test_links_are_tagged_and_counted_as_the_flag_says(hat, larkfield, is_on):
    flags.switch(name="ENABLE_AFFILIATE_TRACKING", is_on=is_on, now=NOW, actor_id=None)

    answer = click(hat)

    assert answer.status_code == 302
    if is_on:
        assert asked_of_merchant(answer).keys() == {"size", "colour", "tag", "sub"}
    else:
        assert answer["Location"] == "https://shop.example/scarf?size=m&colour=a%20b"
    assert (AffiliateClick.objects.count(), AffiliateVisit.objects.count()) == (int(is_on), int(is_on))


ROBOTS = {
    "a search engine": {"browser": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    "a crawler": {"browser": "Mozilla/5.0 (compatible; YandexCrawler/1.0)"},
    "a preview of a chat": {"browser": "facebookexternalhit/1.1"},
    "a program": {"browser": "python-requests/2.32"},
    "curl": {"browser": "curl/8.5.0"},
    "a browser without a screen": {"browser": FIREFOX.replace("Firefox", "HeadlessChrome")},
    "nobody": {"browser": ""},
    "blanks": {"browser": "  "},
    "HEAD": {"method": "head"},
    "a prefetch": {"headers": {"Sec-Purpose": "prefetch"}},
    "a prerendering": {"headers": {"Sec-Purpose": "prefetch;prerender"}},
    "an old prefetch": {"headers": {"Purpose": "prefetch"}},
    "Firefox's old prefetch": {"headers": {"X-Moz": "prefetch"}},
    "Safari's preview": {"headers": {"X-Purpose": "preview"}},
}


@pytest.mark.django_db
@pytest.mark.parametrize("robot", ROBOTS.values(), ids=ROBOTS)
def test_robots_are_sent_on_and_not_counted(hat, larkfield, robot):
    answer = click(hat, **robot)

    assert answer.status_code == 302
    assert answer["Location"] == "https://shop.example/scarf?size=m&colour=a%20b&tag=aclue-21"
    assert AffiliateClick.objects.count() == 0


PEOPLE = [
    FIREFOX,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; CUBOT X90) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
]


@pytest.mark.django_db
def test_people_are_counted_whatever_they_browse_with(hat, larkfield):
    for browser in PEOPLE:
        click(hat, browser=browser)

    assert AffiliateClick.objects.count() == len(PEOPLE)


@pytest.mark.django_db
def test_a_visitor_counts_once_in_ten_minutes_and_product(hat, larkfield, make_product):
    vase = make_product("Vase", affiliate_url="https://shop.example/vase")

    def follow(product, minutes, visitor="a"):
        clicks.follow_link(
            product_id=product.pk,
            visitor=visitor,
            country="",
            source=clicks.Source(),
            now=NOW + timedelta(minutes=minutes),
        )
        return AffiliateClick.objects.count()

    counts = [
        follow(hat, 0),
        follow(hat, 9.99),
        follow(hat, 0, visitor="b"),
        follow(vase, 1),
        follow(hat, 10),
        follow(hat, 19.99),
        follow(hat, 20),
    ]

    assert counts == [1, 1, 2, 3, 4, 4, 5]


@pytest.mark.django_db
def test_a_repeat_leads_on_under_the_click_that_was_counted(hat, larkfield):
    first, again = click(hat), click(hat)
    neighbour = click(hat, address="192.0.2.8")

    assert first["Location"] == again["Location"] != neighbour["Location"]
    assert AffiliateClick.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("came_before", [False, True], ids=["for the first time", "after ten minutes"])
def test_one_visitor_who_clicks_in_parallel_counts_once(hat, larkfield, came_before):
    if came_before:
        click(hat)
        AffiliateVisit.objects.update(counted_at=NOW)
    n_before = AffiliateClick.objects.count()

    answers = in_parallel(lambda: click(hat), 8)

    assert {answer.status_code for answer in answers} == {302}
    assert AffiliateClick.objects.count() == n_before + 1
    assert len({answer["Location"] for answer in answers}) == 1


@pytest.mark.django_db
def test_a_click_costs_few_statements(hat, larkfield, django_assert_max_num_queries):
    click(hat, address="192.0.2.9")

    with django_assert_max_num_queries(6):  # the product; a savepoint, the visit, the look at it, the click, the end
        click(hat)
    with django_assert_max_num_queries(5):
        click(hat)


@pytest.mark.django_db
def test_visits_go_after_a_day_and_clicks_stay(hat, larkfield):
    clicks.follow_link(product_id=hat.pk, visitor="a", country="", source=clicks.Source(), now=NOW)

    left = [(clicks.tidy(now=NOW + timedelta(hours=hours)), AffiliateClick.objects.count()) for hours in (24, 25)]

    assert left == [(0, 1), (1, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked", [{"country": "GBR"}, {"country": "1a"}, {"policy": "x" * 61}, {"session": "a\x00b"}], ids=str
)
def test_a_source_that_is_out_of_bounds_is_refused(hat, larkfield, asked):
    refused(click(hat, **asked), 422, "VALIDATION_ERROR")


@pytest.mark.django_db
def test_a_click_is_as_documented(hat, larkfield):
    assert as_documented(click(hat)) is None
