"""A device that somebody has signed in on is known by a token of its own; a new one is told to the owner."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from accounts import services, tasks
from accounts.models import KnownDevice, Session, SessionKind
from accounts.services import devices
from accounts.tests.letters import letters_to, subjects_to
from common.models import AuditEntry, OutboxTask
from common.tests.parallel import in_parallel
from conftest import PASSWORD, make_person

LOGIN = "/api/v1/auth/login"
NEWS = "A new sign-in to your aclue account"


def now():
    return datetime.now(UTC)


def login(api, person, *, agent="Gifts/1.0 (Android 16)", **more):
    asked = {"email": person.email, "password": PASSWORD, **more}
    return api().post(LOGIN, asked, headers={"User-Agent": agent})


def sign_in(browser, person, page="/sign-in", agent="Mozilla/5.0"):
    fields = {"username": person.email, "password": PASSWORD}
    return browser.post(page, fields, headers={"User-Agent": agent})


@pytest.mark.django_db
def test_a_sign_in_answers_with_a_token_by_which_the_device_is_known(api, alice):
    first = login(api, alice).json()["device_token"]

    again = login(api, alice, device_token=first).json()["device_token"]

    assert again == first
    assert services.is_known(email=" Alice@Example.com ", device_token=first)
    device = KnownDevice.objects.get(user=alice)
    assert (device.label, first in device.digest) == ("Gifts/1.0 (Android 16)", False)
    assert list(Session.objects.filter(user=alice).values_list("known_device", flat=True)) == [device.pk] * 2


@pytest.mark.django_db
def test_registering_makes_the_device_known_and_a_refresh_leaves_it_be(api):
    made = api().post("/api/v1/auth/register", {"email": "dora@example.com", "password": PASSWORD}).json()

    renewed = api().post("/api/v1/auth/refresh", {"refresh_token": made["refresh_token"]}).json()

    assert "device_token" not in renewed
    assert services.is_known(email="dora@example.com", device_token=made["device_token"])


@pytest.mark.django_db
def test_a_token_makes_a_device_known_for_its_owner_alone(api, alice, bob):
    token = login(api, alice).json()["device_token"]

    assert not services.is_known(email=bob.email, device_token=token)
    assert not services.is_known(email="nobody@example.com", device_token=token)
    assert not any(services.is_known(email=alice.email, device_token=odd) for odd in ("", "x", ".", "..." * 90))


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["x", "é" * 40, "a.b.c.d.e.f", "." * 50])
def test_a_token_of_nobodys_is_no_obstacle_and_is_not_taken_over(api, alice, given):
    answer = login(api, alice, device_token=given)

    assert answer.status_code == 200
    assert answer.json()["device_token"] != given
    assert not services.is_known(email=alice.email, device_token=given)


@pytest.mark.django_db
def test_a_wrong_password_makes_no_device_known(api, alice):
    answer = api().post(LOGIN, {"email": alice.email, "password": "wrong horse battery"})

    assert answer.status_code == 401
    assert not KnownDevice.objects.exists()


@pytest.mark.django_db
def test_the_owner_is_told_once_of_a_device_that_was_not_seen_before(api, alice):
    phone = login(api, alice).json()["device_token"]
    login(api, alice, device_token=phone)
    assert NEWS not in subjects_to(alice.email)

    login(api, alice, agent="Thief/6.6 <b>")
    row = OutboxTask.objects.open().get(task="accounts.tell_of_new_device")
    subjects_to(alice.email)
    tasks.tell_of_new_device(str(row.pk))

    (letter,) = [letter for letter in mail.outbox if letter.subject == NEWS]
    assert "Thief/6.6 <b>" in letter.body
    assert "Thief/6.6 &lt;b&gt;" in letter.alternatives[0].content
    assert f"{now():%-d %B %Y}" in letter.body
    assert "https://gifts.example/forgot-password" in letter.body
    assert AuditEntry.objects.filter(action="mail.new_device").count() == 1


@pytest.mark.django_db
def test_the_first_device_of_an_account_is_no_news(api, alice):
    login(api, alice)

    assert NEWS not in subjects_to(alice.email)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/sign-in", "/admin/login/"])
def test_a_browser_keeps_its_token_in_a_cookie_that_scripts_cannot_read(client, admin, page, settings):
    settings.SESSION_COOKIE_SECURE = True

    answer = sign_in(client, admin, page)

    cookie = answer.cookies["device"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["max-age"] == timedelta(days=365).total_seconds()
    assert services.is_known(email=admin.email, device_token=cookie.value)
    assert Session.objects.get(user=admin, kind=SessionKind.BROWSER).known_device is not None


@pytest.mark.django_db
def test_a_browser_is_known_again_at_both_of_its_doors(client, admin):
    sign_in(client, admin)
    client.post("/sign-out")

    sign_in(client, admin, "/admin/login/")

    assert KnownDevice.objects.filter(user=admin).count() == 1
    assert NEWS not in subjects_to(admin.email)


@pytest.mark.django_db
def test_signing_up_on_the_site_makes_the_browser_known(client):
    client.post("/sign-up", {"full_name": "Dora", "email": "dora@example.com", "password": PASSWORD})

    assert services.is_known(email="dora@example.com", device_token=client.cookies["device"].value)


@pytest.mark.django_db
def test_two_who_share_a_browser_are_both_known_on_it(client, alice, bob):
    for person in (alice, bob, alice, bob):
        sign_in(client, person)
        client.post("/sign-out")

    assert KnownDevice.objects.count() == 2
    assert NEWS not in subjects_to(alice.email) + subjects_to(bob.email)
    assert all(services.is_known(email=who.email, device_token=client.cookies["device"].value) for who in (alice, bob))


@pytest.mark.django_db
def test_a_sign_in_in_another_browser_is_told_by_mail(client, alice):
    sign_in(client, alice)

    sign_in(Client(), alice, agent="Elsewhere/2.0")

    assert subjects_to(alice.email).count(NEWS) == 1
    assert "Elsewhere/2.0" in letters_to(alice.email)[-1].body


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["é", "x" * 5000, "....", '"; drop'])
def test_a_cookie_that_somebody_has_tampered_with_is_no_obstacle(client, alice, value):
    client.cookies["device"] = value

    answer = sign_in(client, alice)

    assert answer.status_code == 302
    assert services.is_known(email=alice.email, device_token=answer.cookies["device"].value)
    assert len(answer.cookies["device"].value) < 4000


@pytest.mark.django_db
def test_a_new_password_forgets_the_other_devices(api, alice):
    here, there = login(api, alice).json(), login(api, alice).json()
    bearer = {"Authorization": f"Bearer {here['access_token']}"}

    changed = api().patch(
        "/api/v1/users/me", {"password": "a better horse battery", "current_password": PASSWORD}, headers=bearer
    )

    assert changed.status_code == 200
    known = [services.is_known(email=alice.email, device_token=one["device_token"]) for one in (here, there)]
    assert known == [True, False]


@pytest.mark.django_db
def test_staff_who_set_a_password_have_every_device_forgotten(api, alice):
    login(api, alice)

    services.set_password(user=alice, password="a better horse battery", now=now(), actor_id=None)

    assert not KnownDevice.objects.exists()


@pytest.mark.django_db
def test_devices_unseen_for_a_year_are_forgotten_unless_somebody_is_signed_in_on_them(api, alice):
    old, used, recent = (login(api, alice).json()["device_token"] for _ in range(3))
    by_token = {token: KnownDevice.objects.get(digest=devices.digest_of(token)) for token in (old, used, recent)}
    long_ago = now() - timedelta(days=366)
    KnownDevice.objects.filter(pk__in=[by_token[old].pk, by_token[used].pk]).update(last_seen_at=long_ago)
    Session.objects.filter(known_device=by_token[old]).update(revoked_at=now())

    tasks.tidy()

    assert set(KnownDevice.objects.all()) == {by_token[used], by_token[recent]}


@pytest.mark.django_db(transaction=True)
def test_one_device_that_signs_in_eight_times_at_once_stays_one():
    alice = make_person("Alice")
    token = services.let_in(user=alice, now=now(), device="phone").device_token

    tokens = in_parallel(lambda: services.let_in(user=alice, now=now(), device_token=token).device_token, 8)

    assert set(tokens) == {token}
    assert KnownDevice.objects.filter(user=alice).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["password", "activity"])
def test_whoever_was_let_in_by_what_has_changed_meanwhile_stays_out(alice, what):
    person = services.check_credentials(email=alice.email, password=PASSWORD)
    if what == "password":
        services.set_password(user=alice, password="a better horse battery", now=now(), actor_id=None)
    else:
        services.set_active(user=alice, active=False, now=now(), actor_id=None)

    with pytest.raises(services.InvalidCredentials):
        services.let_in(user=person, now=now())

    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_session_outlives_a_new_password_that_was_set_while_it_was_opened():
    def sign_in_or_not(person):
        try:
            services.sign_in(email=person.email, password=PASSWORD, now=now())
        except services.InvalidCredentials:
            return "refused"
        return "in"

    def set_password(person):
        services.set_password(user=person, password="a better horse battery", now=now(), actor_id=None)

    for n in range(10):
        # Somebody new each time: whoever comes too late five times in a row is locked out.
        person = make_person(f"Person{n}")
        steps = iter([sign_in_or_not, set_password])
        in_parallel(lambda steps=steps, person=person: next(steps)(person), 2)

        assert not Session.objects.active(now()).filter(user=person).exists()
