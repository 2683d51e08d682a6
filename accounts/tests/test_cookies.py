"""A browser's session is kept under a digest, and otherwise lives as Django's own does."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as CookieSession
from django.utils import timezone

from accounts.cookies import SessionStore, stored_key
from accounts.models import Session
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    """A session with something in it, as it is in the table."""
    store = SessionStore()
    store["mug"] = "blue"
    store.create()
    return store.session_key


def test_what_the_cookie_says_opens_it_and_what_the_table_says_does_not(kept):
    (row,) = CookieSession.objects.all()

    assert SessionStore(kept)["mug"] == "blue"
    assert row.session_key == stored_key(kept) != kept
    assert SessionStore(row.session_key).get("mug") is None


def test_a_key_that_is_not_there_opens_nothing_and_is_not_kept(db):
    store = SessionStore("a" * 32)

    assert store.get("mug") is None
    assert store.session_key is None


def test_one_that_has_run_out_opens_nothing(kept):
    CookieSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert SessionStore(kept).get("mug") is None


def test_it_is_changed_drawn_anew_and_deleted(kept):
    store = SessionStore(kept)
    store["mug"] = "red"
    store.save()
    assert SessionStore(kept)["mug"] == "red"

    store.cycle_key()
    assert store.session_key != kept
    assert (SessionStore(kept).get("mug"), SessionStore(store.session_key)["mug"]) == (None, "red")
    assert (store.exists(store.session_key), store.exists(kept)) == (True, False)

    SessionStore(store.session_key).flush()
    assert not CookieSession.objects.exists()


def test_deleting_what_is_not_there_is_no_error(kept):
    SessionStore().delete()
    SessionStore().delete("b" * 32)

    assert CookieSession.objects.count() == 1


def test_a_sign_in_knows_its_cookie_by_the_digest_alone(client, alice):
    client.post("/sign-in", {"username": alice.email, "password": PASSWORD})

    (cookie,) = Session.objects.values_list("cookie", flat=True)
    assert cookie == stored_key(client.cookies["sessionid"].value)
    assert CookieSession.objects.filter(session_key=cookie).exists()
