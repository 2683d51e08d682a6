"""Terms, privacy and consent: there to be read, and honest about what nobody has filled in."""

import pytest

pytestmark = pytest.mark.django_db

PAGES = ("/terms", "/privacy", "/consent")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_nobody_has_filled_says_so(client, page):
    assert "This page is a template." in client.get(page).text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_who_runs_the_site(client, page, settings):
    settings.LEGAL_ENTITY_NAME, settings.LEGAL_CONTACT = "Gifts & Sons Ltd", "hello@gifts.example"

    text = client.get(page).text

    assert "This page is a template." not in text
    assert page == "/consent" or ("Gifts &amp; Sons Ltd" in text and "hello@gifts.example" in text)


def test_every_page_leads_to_them(client):
    text = client.get("/sign-in").text

    for page in (*PAGES, "/newsletter"):
        assert f'href="{page}"' in text


def test_the_consent_page_quotes_what_a_subscriber_agrees_to(client):
    text = client.get("/consent").text

    assert "news and gift ideas from aclue by e-mail" in text
