"""Looking around without an account, and taking along what one did."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from accounts import services, tokens
from accounts.models import Session, User
from accounts.signals import guest_merged
from common.models import AuditEntry
from common.tests.openapi import as_documented, refused
from common.tests.parallel import in_parallel
from conftest import NOW, PASSWORD, ApiClient, make_person
from recommendations import services as recommendations
from recommendations.answers import Answer, Chosen
from recommendations.ids import RecommendationId
from recommendations.models import Interaction, InteractionType, Pick
from swipes import services as swipes
from swipes.models import BehaviourEvent, Direction, EventType, Impression, SessionType, Swipe, SwipeSession

pytestmark = pytest.mark.django_db

OWN_ROWS = (SwipeSession, Swipe, Impression, BehaviourEvent, Interaction)


def now():
    return datetime.now(UTC)


def guest_at_work(scarf, mug):
    """Return a guest's sign-in after two swipes, an impression, an event, an interaction and stored picks."""
    guest = services.begin_as_guest(now=now())
    user = guest.user
    sitting = swipes.start_session(user=user, session_type=SessionType.DISCOVERY, now=NOW)
    answers = [swipes.Answer(sitting.pk, product.pk, Direction.UP) for product in (scarf, mug)]
    swipes.record_swipes(user=user, answers=answers, now=NOW)
    shown = swipes.Shown(uuid.uuid4(), user.pk, "deck", "popular:plain", [scarf.pk], NOW, sitting.pk)
    swipes.record_impressions(shown=[shown])
    swipes.track_behaviour(user=user, events=[{"event_type": EventType.SEARCH, "query": "silk"}], now=NOW)
    named = RecommendationId(uuid.uuid4(), 1, scarf.pk, "ease:1")
    recommendations.record_interaction(user=user, recommendation=named, interaction_type=InteractionType.CLICK, now=NOW)
    answer = Answer([Chosen(scarf.pk, 1.5, "Liked.", ("ease",))], "ease", "ease:1", "x")
    recommendations.store_pick(user_id=user.pk, answer=answer, now=NOW)
    return guest


def rows_of(user_id):
    return [model.objects.filter(user_id=user_id).count() for model in OWN_ROWS]


@pytest.fixture
def guest(scarf, mug):
    return guest_at_work(scarf, mug)


def test_a_guest_gets_tokens_and_a_profile_without_an_address(api):
    answer = api().post("/api/v1/auth/guest")

    body = as_documented(answer)
    user = body["user"]
    assert (answer.status_code, user["is_guest"], user["email"], user["roles"]) == (201, True, None, ["user"])
    client = ApiClient(body["access_token"])
    assert as_documented(client.get("/api/v1/users/me"))["id"] == user["id"]
    assert api().post("/api/v1/auth/refresh", {"refresh_token": body["refresh_token"]}).status_code == 200


def test_a_guest_browses_swipes_and_is_recommended_to(api, scarf):
    client = ApiClient(api().post("/api/v1/auth/guest").json()["access_token"])

    sitting = client.post("/api/v1/swipes/sessions", {"session_type": "discovery"}).json()["id"]
    answer = {"session_id": sitting, "product_id": str(scarf.pk), "direction": "right"}
    statuses = [
        client.get("/api/v1/products").status_code,
        client.get(f"/api/v1/swipes/sessions/{sitting}/deck").status_code,
        client.post("/api/v1/swipes/interactions", answer).status_code,
        client.get("/api/v1/recommendations").status_code,
        client.get("/api/v1/swipes/analytics").status_code,
        client.get("/api/v1/users/me/export").status_code,
        client.get("/api/v1/auth/sessions").status_code,
    ]

    assert statuses == [200, 200, 201, 200, 200, 200, 200]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "/api/v1/users/me", {"first_name": "Gus"}),
        ("patch", "/api/v1/users/me", {"email": "gus@example.com"}),
        ("patch", "/api/v1/users/me", {"password": "a better horse battery", "current_password": "x"}),
        ("get", "/api/v1/auth/api-keys", None),
        ("post", "/api/v1/auth/api-keys", {"name": "k", "scopes": ["profile:read"]}),
        ("delete", f"/api/v1/auth/api-keys/{uuid.UUID(int=7)}", None),
        ("post", "/api/v1/auth/2fa/setup", None),
        ("post", "/api/v1/auth/2fa/confirm", {"otp": "000000"}),
        ("post", "/api/v1/auth/2fa/disable", {"current_password": "x", "otp": "000000"}),
        ("get", "/api/v1/auth/identities", None),
        ("post", "/api/v1/auth/identities", {"provider": "google", "id_token": "x", "current_password": "x"}),
    ],
)
def test_what_takes_an_account_is_refused_to_a_guest(guest, method, path, body):
    answer = getattr(ApiClient(guest.access_token), method)(path, body)

    refused(answer, 403, "GUEST_NOT_ALLOWED")


def test_a_guest_may_leave(guest):
    answer = ApiClient(guest.access_token).delete("/api/v1/users/me")

    assert answer.status_code == 204
    assert not User.objects.filter(is_guest=True).exists()
    assert rows_of(guest.user.pk) == [0] * len(OWN_ROWS)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("way", ["register", "signup", "login"])
def test_what_a_guest_did_comes_along(api, alice, guest, way, kind):
    asked = {"email": "dora@example.com", "password": PASSWORD, "guest_token": getattr(guest, kind)}
    if way == "login":
        asked["email"] = alice.email
    before = rows_of(guest.user.pk)

    answer = api().post(f"/api/v1/auth/{way}", asked)

    user_id = uuid.UUID(answer.json()["user"]["id"])
    assert before == [1, 2, 1, 1, 1]
    assert rows_of(user_id) == before
    assert not User.objects.filter(is_guest=True).exists()
    assert Pick.objects.count() == 0
    assert ApiClient(guest.access_token).get("/api/v1/users/me").status_code == 401
    assert AuditEntry.objects.get(action="guest.merged").actor_id == user_id


def test_of_two_answers_to_one_product_the_later_counts(api, alice, guest, scarf, deck):
    swipes.record_swipes(
        user=alice, answers=[swipes.Answer(deck.pk, scarf.pk, Direction.LEFT)], now=NOW - timedelta(days=1)
    )
    asked = {"email": alice.email, "password": PASSWORD, "guest_token": guest.access_token}

    api().post("/api/v1/auth/login", asked)

    newest = Swipe.objects.by(alice).filter(product=scarf).order_by("-updated_at").first()
    assert (newest.direction, Swipe.objects.by(alice).count()) == (Direction.UP, 3)


def test_upper_floors_are_told_of_a_merge(alice, guest):
    told = []

    def note(sender, guest_id, user_id, **_):
        told.append((guest_id, user_id))

    guest_merged.connect(note)
    try:
        services.merge_guest(guest_token=guest.access_token, user=alice, now=now())
    finally:
        guest_merged.disconnect(note)

    assert told == [(guest.user.pk, alice.pk)]


def of_another_account(guest):
    bob = make_person("Bob")
    return services.open_session(user=bob, now=now()).access_token


def refresh_of_another_account(guest):
    return services.open_session(user=make_person("Bob"), now=now()).refresh_token


def signed_out(guest):
    services.sign_out(session=guest.session, now=now())
    return guest.access_token


def spent(guest):
    services.refresh(refresh_token=guest.refresh_token, now=now())
    return guest.refresh_token


def of_another_session(guest):
    bobs = services.open_session(user=make_person("Bob"), now=now()).session
    return tokens.issue_access(guest.user, bobs)


def nonsense(guest):
    return "not.a.token"


def run_out(guest):
    Session.objects.filter(pk=guest.session.pk).update(expires_at=now() - timedelta(seconds=1))
    return guest.refresh_token


@pytest.mark.parametrize(
    "token_of",
    [of_another_account, refresh_of_another_account, signed_out, spent, of_another_session, nonsense, run_out],
    ids=lambda token_of: token_of.__name__,
)
def test_any_other_token_moves_nothing_and_fails_no_sign_in(api, alice, guest, token_of):
    before = rows_of(guest.user.pk)
    token = token_of(guest)
    people = User.objects.count()

    answer = api().post("/api/v1/auth/login", {"email": alice.email, "password": PASSWORD, "guest_token": token})

    assert answer.status_code == 200
    assert (rows_of(guest.user.pk), rows_of(alice.pk)) == (before, [0] * len(OWN_ROWS))
    assert User.objects.count() == people


def test_a_wrong_password_moves_nothing(api, alice, guest):
    asked = {"email": alice.email, "password": "wrong horse battery", "guest_token": guest.access_token}

    answer = api().post("/api/v1/auth/login", asked)

    assert answer.status_code == 401
    assert rows_of(guest.user.pk) == [1, 2, 1, 1, 1]


def test_a_network_begins_so_many_guests_an_hour(api, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"guest": "3/hour"}

    answers = [api().post("/api/v1/auth/guest") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [201] * 3 + [429]
    refused(answers[-1], 429, "RATE_LIMITED")


@pytest.mark.django_db(transaction=True)
def test_of_eight_sign_ins_at_once_one_merges_and_nothing_is_lost_or_doubled(scarf, mug):
    alice = make_person("Alice")
    for _ in range(5):
        guest = guest_at_work(scarf, mug)
        before, at_first, networks = rows_of(alice.pk), rows_of(guest.user.pk), iter(range(8))

        def sign_in(token=guest.access_token, networks=networks):
            # A few guesses of one network may be in the making at once; here it is not guesses that are counted.
            given = {"email": alice.email, "password": PASSWORD, "network": f"192.0.2.{next(networks)}"}
            return services.sign_in(**given, guest_token=token, now=now()).user.pk

        signed_in = in_parallel(sign_in, 8)

        assert signed_in == [alice.pk] * 8
        assert rows_of(alice.pk) == [old + new for old, new in zip(before, at_first, strict=True)]
        assert rows_of(guest.user.pk) == [0] * len(OWN_ROWS)
    assert AuditEntry.objects.filter(action="guest.merged").count() == 5
    assert not User.objects.filter(is_guest=True).exists()


@pytest.mark.django_db(transaction=True)
def test_a_guest_who_swipes_while_signing_in_loses_no_acknowledged_swipe(make_product):
    alice = make_person("Alice")
    products = [make_product(f"Gift {n}") for n in range(40)]
    guest = services.begin_as_guest(now=now())
    sitting = swipes.start_session(user=guest.user, session_type=SessionType.DISCOVERY, now=NOW)
    turns = iter(["sign in", *["swipe"] * 3])

    def act(turn):
        if turn == "sign in":
            services.sign_in(email=alice.email, password=PASSWORD, guest_token=guest.access_token, now=now())
            return 0
        taken = 0
        for product in products:
            answer = swipes.Answer(sitting.pk, product.pk, Direction.RIGHT)
            try:
                taken += swipes.record_swipes(user=guest.user, answers=[answer], now=now())[1]
            except swipes.NoSuchSession:
                break
        return taken

    acknowledged = sum(in_parallel(lambda: act(next(turns)), 4))

    assert Swipe.objects.by(alice).count() == Swipe.objects.count() == acknowledged
