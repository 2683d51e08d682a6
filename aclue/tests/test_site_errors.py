"""What a browser sees when something is wrong."""

import pytest
from django.db import OperationalError
from django.test import Client

from aclue.pages import deck, errors


@pytest.fixture
def unlucky(db):
    """A browser that sees the page for failures instead of the failure."""
    return Client(raise_request_exception=False)


def test_an_unknown_address_gets_a_page_of_ours(client, db):
    page = client.get("/nowhere")

    assert page.status_code == 404
    assert "Nothing here" in page.text


def test_an_unknown_address_of_the_api_gets_the_apis_error_body(client, db):
    assert client.get("/api/v1/nowhere").json()["error_code"] == "NOT_FOUND"


def test_an_unexpected_failure_shows_no_insides(unlucky, monkeypatch):
    monkeypatch.setattr(deck, "visitor_of", lambda request: {}["the secret"])

    page = unlucky.get("/", headers={"X-Request-ID": "ask-me"})

    assert page.status_code == 500
    assert "Something broke" in page.text
    assert "ask-me" in page.text
    assert "the secret" not in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize("name", ["find_session", "visitor_of"])
def test_while_the_database_is_away_the_page_asks_to_come_back(unlucky, alice, monkeypatch, name):
    unlucky.force_login(alice)
    place = "accounts.middleware.find_session" if name == "find_session" else "aclue.pages.deck.visitor_of"

    def away(request):
        raise OperationalError("the database is away")

    monkeypatch.setattr(place, away)

    page = unlucky.get("/")

    assert (page.status_code, page["Retry-After"]) == (503, "2")
    assert "Back in a moment" in page.text


def test_the_error_page_needs_no_query(django_assert_num_queries, rf, db):
    request = rf.get("/")
    request.is_api = False

    with django_assert_num_queries(0):
        page = errors.broken(request)

    assert page.status_code == 500


def test_even_with_broken_templates_a_sentence_comes_out(rf, monkeypatch):
    def torn(*args):
        raise ValueError("Missing staticfiles manifest entry")

    monkeypatch.setattr(errors, "render_to_string", torn)
    request = rf.get("/")
    request.is_api = False

    page = errors.broken(request)

    assert page.status_code == 500
    assert "It has been noted." in page.text


def test_browsers_that_ask_for_the_old_icon_find_the_new_one(client, db):
    assert client.get("/favicon.ico")["Location"] == "/static/site/favicon.svg"
