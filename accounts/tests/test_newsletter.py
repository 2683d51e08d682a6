"""The newsletter: nobody gets it who did not confirm, everybody gets out by one click, no answer tells who is in."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tasks
from accounts.models import NewsletterSubscription, SubscriptionStatus, User
from accounts.services import newsletter
from common.models import AuditEntry, OutboxTask
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel

pytestmark = pytest.mark.django_db

SUBSCRIBE, CONFIRM, UNSUBSCRIBE = (f"/api/v1/newsletter/{way}" for way in ("subscribe", "confirm", "unsubscribe"))
ONE_CLICK = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}


def now():
    return datetime.now(UTC)


def work(name="newsletter_asked_for"):
    """Carry open rows of a task out, as the worker does."""
    for row in OutboxTask.objects.open().filter(task=f"accounts.{name}").order_by("created_at"):
        getattr(tasks, name)(str(row.pk))


def subscribe(api, address="dora@example.com", **more):
    answer = api().post(SUBSCRIBE, {"email": address, **more})
    work()
    return answer


def token_in(letter):
    return parse_qs(urlsplit(re.search(r"http\S+/newsletter/confirm\?\S+", letter.body).group()).query)["token"][0]


def way_out(letter):
    """Return what a mail program's button posts to, as a path."""
    url = urlsplit(letter.extra_headers["List-Unsubscribe"].strip("<>"))
    return f"{url.path}?{url.query}"


def subscribed(api, address="dora@example.com"):
    subscribe(api, address)
    api().get(CONFIRM, {"token": token_in(mail.outbox[-1])})
    return NewsletterSubscription.objects.get(address=address)


def status():
    return NewsletterSubscription.objects.get().status


@pytest.mark.parametrize("slash", ["", "/"])
def test_asking_answers_202_and_a_mail_asks_to_confirm(api, slash):
    answer = api().post(SUBSCRIBE + slash, {"email": "Dora@Example.com", "source": "footer"})
    work()

    assert (answer.status_code, as_documented(answer)) == (202, None)
    row = NewsletterSubscription.objects.get()
    assert (row.address, row.status, row.source, row.network) == ("dora@example.com", "PENDING", "footer", "127.0.0.1")
    assert "news and gift ideas from aclue" in row.consent
    (letter,) = mail.outbox
    assert letter.to == ["dora@example.com"]
    assert row.consent in letter.body
    assert row.consent in letter.alternatives[0].content


def test_the_link_leads_to_the_configured_site_whatever_host_was_asked(api, settings):
    settings.SITE_URL = "https://gifts.example"

    api().post(SUBSCRIBE, {"email": "dora@example.com"}, headers={"Host": "localhost"})
    work()

    assert re.findall(r"https?://[^/\s]+", mail.outbox[0].body) == ["https://gifts.example"] * 2


def test_following_the_link_confirms_and_may_be_repeated(api):
    subscribe(api)
    token = token_in(mail.outbox[0])

    answers = [api().get(CONFIRM, {"token": token}) for _ in range(3)]

    assert [(answer.status_code, as_documented(answer)) for answer in answers] == [
        (200, {"message": "You are subscribed."})
    ] * 3
    assert status() == SubscriptionStatus.CONFIRMED
    work("newsletter_welcome")
    assert [letter.subject for letter in mail.outbox[1:]] == ["You are subscribed to news from aclue"]
    assert AuditEntry.objects.filter(action="newsletter.confirmed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_confirmations_at_once_one_counts(api):
    subscribe(api)
    token = token_in(mail.outbox[0])

    statuses = in_parallel(lambda: api().get(CONFIRM, {"token": token}).status_code, 8)

    assert statuses == [200] * 8
    assert OutboxTask.objects.filter(task="accounts.newsletter_welcome").count() == 1


def test_a_link_works_for_seven_days(api):
    subscribe(api)
    token = token_in(mail.outbox[0])

    with pytest.raises(newsletter.InvalidLink):
        newsletter.confirm(token=token, now=now() + timedelta(days=7, seconds=1))
    newsletter.confirm(token=token, now=now() + timedelta(days=6, hours=23))


@pytest.mark.parametrize("token", ["x", "a.b", "é", "x" * 800, "eyJpZCI6Ing6In0:abc", "gAAAAABm"])
def test_a_made_up_link_is_422_either_way(api, token):
    refused(api().get(CONFIRM, {"token": token}), 422, "INVALID_LINK")
    refused(api().post(UNSUBSCRIBE, {"token": token}), 422, "INVALID_LINK")


def test_one_links_token_is_not_the_others(api):
    subscribe(api)
    row = NewsletterSubscription.objects.get()

    refused(api().get(CONFIRM, {"token": newsletter.unsubscription_token(row.address)}), 422, "INVALID_LINK")
    refused(api().post(UNSUBSCRIBE, {"token": newsletter.confirmation_token(row)}), 422, "INVALID_LINK")


def test_no_answer_tells_whether_an_address_is_known(api):
    subscribed(api, "known@example.com")
    subscribe(api, "pending@example.com")

    answers = [api().post(SUBSCRIBE, {"email": f"{who}@example.com"}) for who in ("known", "pending", "unknown")]

    seen = {
        (answer.status_code, answer.content, tuple(sorted(set(answer.headers) - {"X-Request-ID"})))
        for answer in answers
    }
    assert len(seen) == 1


def test_asking_costs_the_same_statements_whether_or_not_an_address_is_known(api):
    subscribed(api, "known@example.com")
    statements = []
    for address in ("known@example.com", "unknown@example.com"):
        with CaptureQueriesContext(connection) as seen:
            api().post(SUBSCRIBE, {"email": address})
        statements.append([query["sql"].split()[0] for query in seen.captured_queries])

    assert statements[0] == statements[1]
    assert OutboxTask.objects.open().filter(task="accounts.newsletter_asked_for").count() == 2


def test_who_is_subscribed_gets_no_second_mail_and_who_presses_twice_gets_one(api):
    subscribed(api)
    subscribe(api)
    assert len(mail.outbox) == 1

    subscribe(api, "edna@example.com")
    subscribe(api, "edna@example.com")

    assert [letter.to for letter in mail.outbox[1:]] == [["edna@example.com"]]


def test_asking_again_later_makes_the_older_link_void(api):
    subscribe(api)
    NewsletterSubscription.objects.update(requested_at=now() - timedelta(hours=1))
    former = newsletter.confirmation_token(NewsletterSubscription.objects.get())
    subscribe(api)

    refused(api().get(CONFIRM, {"token": former}), 422, "INVALID_LINK")
    assert api().get(CONFIRM, {"token": token_in(mail.outbox[-1])}).status_code == 200


def test_a_mail_programs_button_unsubscribes_without_signing_in(api):
    row = subscribed(api)
    work("newsletter_welcome")
    letter = mail.outbox[-1]

    answer = Client().post(way_out(letter), **ONE_CLICK)

    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (answer.status_code, answer.content) == (204, b"")
    row.refresh_from_db()
    assert (row.status, bool(row.ended_at)) == (SubscriptionStatus.ENDED, True)


def test_every_newsletter_mail_carries_the_way_out(api):
    subscribed(api)
    work("newsletter_welcome")

    for letter in mail.outbox:
        assert letter.extra_headers["List-Unsubscribe"].startswith("<http")
        assert "/newsletter/unsubscribe?token=" in letter.body
        assert "/newsletter/unsubscribe?token=" in letter.alternatives[0].content


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_token_may_stand_in_the_address_in_json_or_in_a_form(api, slash):
    token = newsletter.unsubscription_token("dora@example.com")
    form = {"data": f"token={token}", "content_type": "application/x-www-form-urlencoded"}

    answers = [
        api().post(f"{UNSUBSCRIBE}{slash}?token={token}"),
        api().post(f"{UNSUBSCRIBE}{slash}", {"token": token}),
        Client().post(f"{UNSUBSCRIBE}{slash}", **form),
    ]

    assert [answer.status_code for answer in answers] == [204] * 3


def test_unsubscribing_needs_the_mails_own_token_and_reads_no_long_form(api):
    refused(api().post(UNSUBSCRIBE), 422, "VALIDATION_ERROR")
    refused(Client().post(UNSUBSCRIBE, **ONE_CLICK), 422, "VALIDATION_ERROR")
    long_form = {"data": "token=" + "x" * 5000, "content_type": "application/x-www-form-urlencoded"}
    refused(Client().post(UNSUBSCRIBE, **long_form), 413, "PAYLOAD_TOO_LARGE")
    many = {"data": "a&" * 2000, "content_type": "application/x-www-form-urlencoded"}
    assert Client().post(UNSUBSCRIBE, **many).status_code in {413, 422}


def test_unsubscribing_answers_alike_whether_or_not_there_was_a_subscription(api):
    row = subscribed(api)

    answers = [
        api().post(UNSUBSCRIBE, {"token": newsletter.unsubscription_token(address)})
        for address in (row.address, row.address, "nobody@example.com")
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}


def test_a_link_to_confirm_does_not_undo_leaving(api):
    row = subscribed(api)
    newsletter.unsubscribe(token=newsletter.unsubscription_token(row.address), now=now())

    refused(api().get(CONFIRM, {"token": newsletter.confirmation_token(row)}), 422, "INVALID_LINK")


def test_who_left_may_come_back_and_the_former_mails_still_lead_out(api):
    row = subscribed(api)
    old_way_out = way_out(mail.outbox[0])
    newsletter.unsubscribe(token=newsletter.unsubscription_token(row.address), now=now())
    subscribed(api)
    assert status() == SubscriptionStatus.CONFIRMED

    Client().post(old_way_out, **ONE_CLICK)

    assert status() == SubscriptionStatus.ENDED


def test_what_is_not_confirmed_goes_after_a_week_and_what_has_ended_after_a_month(api):
    for n, (state, age) in enumerate(
        [("PENDING", 6), ("PENDING", 8), ("ENDED", 29), ("ENDED", 31), ("CONFIRMED", 999)]
    ):
        moment = now() - timedelta(days=age)
        NewsletterSubscription.objects.create(
            address=f"p{n}@example.com", status=state, consent="x", requested_at=moment, ended_at=moment
        )

    tasks.tidy()

    left = NewsletterSubscription.objects.order_by("address").values_list("address", flat=True)
    assert list(left) == ["p0@example.com", "p2@example.com", "p4@example.com"]


def test_erasing_an_account_erases_its_addresss_subscription(api, alice):
    User.objects.filter(pk=alice.pk).update(email_verified_at=now())
    subscribed(api, alice.email)

    api(alice).delete("/api/v1/users/me")

    assert NewsletterSubscription.objects.count() == 0


def test_a_network_and_an_address_ask_for_so_many_mails_and_no_more(api, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail": "3/hour", "mail_address": "2/hour"}

    same = [api().post(SUBSCRIBE, {"email": "dora@example.com"}).status_code for _ in range(3)]
    other = api().post(SUBSCRIBE, {"email": "edna@example.com"}).status_code

    assert (same, other) == ([202, 202, 429], 429)


@pytest.mark.parametrize(
    "asked", [{}, {"email": ""}, {"email": "no address"}, {"email": 7}, {"email": "a@b.org", "source": "x" * 101}]
)
def test_what_is_no_address_is_422(api, asked):
    refused(api().post(SUBSCRIBE, asked), 422, "VALIDATION_ERROR")


def test_the_site_subscribes_confirms_and_unsubscribes_by_buttons(api, client):
    asked = client.post("/newsletter", {"email": "dora@example.com"})
    work()
    token = token_in(mail.outbox[0])

    shown = client.get("/newsletter/confirm", {"token": token})
    assert status() == SubscriptionStatus.PENDING  # a scanner that opens links confirms nothing
    confirmed = client.post("/newsletter/confirm", {"token": token})
    assert status() == SubscriptionStatus.CONFIRMED
    leaving = client.get("/newsletter/unsubscribe", {"token": newsletter.unsubscription_token("dora@example.com")})
    left = client.post("/newsletter/unsubscribe", {"token": newsletter.unsubscription_token("dora@example.com")})

    assert [page.status_code for page in (asked, shown, confirmed, leaving, left)] == [200] * 5
    assert "dora@example.com" in asked.text
    assert status() == SubscriptionStatus.ENDED
    assert "does not work any more" in client.post("/newsletter/confirm", {"token": token}).text
    assert "does not work any more" in client.post("/newsletter/unsubscribe", {"token": "made up"}).text


def test_staff_see_filter_and_export_subscriptions_and_no_cell_is_a_formula(client, admin, api):
    NewsletterSubscription.objects.create(
        address="dora@example.com",
        source='=HYPERLINK("https://evil.example")',
        consent="+1",
        requested_at=timezone.now(),
    )
    client.force_login(admin)
    listed = client.get("/admin/accounts/newslettersubscription/?status__exact=PENDING")
    chosen = {"action": "export", "_selected_action": [str(NewsletterSubscription.objects.get().pk)]}

    answer = client.post("/admin/accounts/newslettersubscription/", chosen)

    assert "dora@example.com" in listed.text
    text = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\"'=HYPERLINK(" in text
    assert ",'+1," in text
