"""The newsletter's way out survives a real mail server: the long header arrives in one piece and works."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import NewsletterSubscription, SubscriptionStatus
from accounts.tests.test_mail_server import post  # noqa: F401
from common.tests.working import carry_out

pytestmark = pytest.mark.django_db

LONG_ADDRESS = f"{'d' * 60}@{'e' * 60}.{'f' * 60}.{'g' * 40}.example"


@pytest.mark.parametrize("address", ["dora@example.com", LONG_ADDRESS], ids=["short", "long"])
def test_the_header_for_one_click_arrives_whole_and_unsubscribes(api, post, address):  # noqa: F811
    api().post("/api/v1/newsletter/subscribe", {"email": address})
    carry_out(task="accounts.newsletter_asked_for")

    (_, letter), *more = post.letters
    header = "".join(letter["List-Unsubscribe"].split())
    url = urlsplit(header.strip("<>"))
    answer = Client().post(
        f"{url.path}?{url.query}",
        f"{letter['List-Unsubscribe-Post']}",
        content_type="application/x-www-form-urlencoded",
    )

    assert more == []
    assert (header[0], header[-1], letter["List-Unsubscribe-Post"]) == ("<", ">", "List-Unsubscribe=One-Click")
    assert answer.status_code == 204
    assert NewsletterSubscription.objects.get(address=address).status == SubscriptionStatus.ENDED
