"""What nobody needs any more is deleted on a schedule."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as CookieSession
from django.utils import timezone

from accounts import services, tasks
from accounts.models import OneTimeLink, Purpose, Session
from accounts.services.links import draw_link

pytestmark = pytest.mark.django_db


def test_sessions_are_kept_for_three_months_after_their_end(alice):
    now = timezone.now()
    old, recent, living = (services.open_session(user=alice, now=now).session for _ in range(3))
    Session.objects.filter(pk=old.pk).update(revoked_at=now - timedelta(days=91))
    Session.objects.filter(pk=recent.pk).update(revoked_at=now - timedelta(days=89))

    tasks.tidy()

    assert set(Session.objects.all()) == {recent, living}


def test_links_that_have_run_out_are_deleted_and_others_are_not(alice, bob):
    now = timezone.now()
    draw_link(user=alice, purpose=Purpose.RESET_PASSWORD, address=alice.email, now=now - timedelta(minutes=61))
    draw_link(user=bob, purpose=Purpose.RESET_PASSWORD, address=bob.email, now=now - timedelta(minutes=59))

    tasks.tidy()

    assert OneTimeLink.objects.get().user == bob


def test_cookies_that_have_run_out_are_forgotten(db):
    CookieSession.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))

    tasks.tidy()

    assert CookieSession.objects.count() == 0
