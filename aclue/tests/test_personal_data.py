"""What is kept about a person is shown to them, and goes with them: out of every table and every file."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as CookieSession
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client

from accounts import services as accounts
from accounts.models import (
    ApiKey,
    Authenticator,
    Identity,
    KnownDevice,
    NewsletterSubscription,
    OneTimeLink,
    RecoveryCode,
    Session,
    User,
)
from accounts.sealing import seal
from catalogue.models import BulkUpload, Product
from common import audit, audit_chain, outbox, personal
from common.checks import people_in
from common.models import AuditEntry, AuditPayload, Flag, IdempotencyKey, OutboxTask, RateCount
from common.tests.openapi import as_documented
from conftest import NOW, PASSWORD, ApiClient
from orders import services as orders
from orders.models import Order, OrderLine, OrderStatus
from recommendations import services as recommendations
from recommendations.answers import Answer, Chosen
from recommendations.ids import RecommendationId
from recommendations.models import Interaction, InteractionType, ModelVersion, Pick, TrainingRun
from swipes import services as swipes
from swipes.models import BehaviourEvent, Direction, EventType, Impression, SessionType, Swipe, SwipeSession

pytestmark = pytest.mark.django_db(transaction=True)

# Tables that hold a person's id or address in a column that no rule finds.
BEYOND_THE_RULE = {
    "accounts.NewsletterSubscription": "address",
    "admin.LogEntry": "object_id",
    "common.OutboxTask": "arguments",
    "common.RateCount": "key",
}


@pytest.fixture
def person(scarf, mug, bob):
    """Somebody with a row in every table that keeps something about people, under words found nowhere else."""
    word = uuid.uuid4().hex[:12]
    email, name = f"vera.{word}@example.com", f"Vera{word}"
    user = accounts.register(email=email, password=PASSWORD, first_name=name, last_name=f"van {name}", now=NOW)
    # Whose address is proved: of another nobody can say whose newsletter it gets.
    User.objects.filter(pk=user.pk).update(email_verified_at=NOW)
    user.words = (email, name, str(user.pk), user.pk.hex)
    ModelVersion.objects.create(
        model_type="ease", number=1, status="ACTIVE", data_until=NOW, folder="ease-1", created_at=NOW
    )
    _account(user, bob)
    _ground_floor(user)
    _taste(user, scarf, mug)
    line = orders.LineToImport(scarf.pk, 2, Decimal(20))
    orders.import_orders(orders=[orders.OrderToImport("INV-7", user.pk, NOW, OrderStatus.PENDING, "GBP", [line])])
    order = Order.objects.get()
    Order.objects.update(delivery={"name": user.first_name}, gift_for=user.first_name, gift_message=f"From {name}")
    orders.set_order_status(order_id=order.pk, status=OrderStatus.PAID, now=NOW, actor_id=user.pk)
    OutboxTask.objects.filter(task__startswith="orders.").delete()
    orders.add_to_cart(user=user, product_id=mug.pk, quantity=1, now=NOW)
    return user


def _account(user, bob):
    kept = {"user": user, "created_at": NOW}
    accounts.write_roles()
    accounts.set_roles(user=user, roles=["analyst"], now=NOW, actor_id=bob.pk)
    user.user_permissions.add(Permission.objects.first())
    accounts.sign_in(email=user.email, password=PASSWORD, now=datetime.now(UTC), device=f"{user.first_name}'s phone")
    Client().force_login(user)
    OneTimeLink.objects.create(**kept, purpose="VERIFY_EMAIL", address=user.email, digest="1", expires_at=NOW)
    Authenticator.objects.create(**kept, sealed_secret=seal("S", purpose="test"))
    RecoveryCode.objects.create(**kept, digest="2")
    Identity.objects.create(**kept, provider="google", subject="7", address=user.email, used_at=NOW)
    ApiKey.objects.create(**kept, name=f"{user.first_name}'s key", hint="ak_1", digest="3")
    NewsletterSubscription.objects.create(address=user.email, consent="News, please.", requested_at=NOW)
    kind = ContentType.objects.get_for_model(User)
    noted = {"content_type": kind, "object_repr": user.email, "action_flag": CHANGE, "action_time": NOW}
    LogEntry.objects.create(**noted, user=bob, object_id=str(user.pk))
    LogEntry.objects.create(**noted, user=user, object_id=str(bob.pk))


def _ground_floor(user):
    with transaction.atomic():
        outbox.put("accounts.tell_old_address", {"user_id": str(user.pk), "address": user.email})
        outbox.put("newsletter.confirm", {"address": user.email})
    IdempotencyKey.objects.create(principal=str(user.pk), route="POST /x", key="k", digest="4", created_at=NOW)
    RateCount.objects.create(key=f"read/user:{user.pk}", ends_at=NOW)
    Flag.objects.create(name="tests", is_on=True, changed_at=NOW, changed_by=user.pk)
    TrainingRun.objects.create(model_type="als", requested_by=user.pk, requested_at=NOW)
    BulkUpload.objects.create(file_name="a.csv", kind="CSV", size_bytes=1, requested_by=user.pk, requested_at=NOW)
    audit.record(action="session.refused", target=audit.address_target(user.email), network="192.0.2.7", now=NOW)


def _taste(user, scarf, mug):
    sitting = swipes.start_session(user=user, session_type=SessionType.DISCOVERY, now=NOW)
    answers = [swipes.Answer(sitting.pk, product.pk, Direction.UP) for product in (scarf, mug)]
    swipes.record_swipes(user=user, answers=answers, now=NOW)
    swipes.record_impressions(
        shown=[swipes.Shown(uuid.uuid4(), user.pk, "deck", "popular:plain", [scarf.pk], NOW, sitting.pk)]
    )
    looked_for = {"event_type": EventType.SEARCH, "query": f"a gift from {user.first_name}"}
    swipes.track_behaviour(user=user, events=[looked_for], now=NOW)
    named = RecommendationId(uuid.uuid4(), 1, scarf.pk, "ease:1")
    recommendations.record_interaction(user=user, recommendation=named, interaction_type=InteractionType.CLICK, now=NOW)
    chosen = Chosen(scarf.pk, 1.5, "Because you liked Silk scarf.", ("ease",))
    recommendations.store_pick(user_id=user.pk, answer=Answer([chosen], "ease", "ease:1", "x"), now=NOW)


def columns_that_name_people():
    """Return (table, column) for every column that can hold somebody's id or address."""
    found = {
        (model, column)
        for model in apps.get_models(include_auto_created=True)
        for column in people_in(model)
        if model not in (User, AuditEntry)  # an entry knows people under pseudonyms
    }
    for label, column in BEYOND_THE_RULE.items():
        found.add((apps.get_model(label), column))
    return found | {(User, "id")}


def names(model, column, words):
    """Return whether any row of a table says one of the words in a column."""
    values = model._default_manager.values_list(
        column.removesuffix("_id") if column == "user_id" else column, flat=True
    )
    return any(word in str(value) for value in values for word in words)


def occurrences(words):
    """Return where in the whole database one of the words stands: every table, every column, cookies unpacked."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    if any(word in text for word in words):
                        found.append(f"{table}.{column}")
    cookies = [json.dumps(cookie.get_decoded()) for cookie in CookieSession.objects.all()]
    return found + ["cookie" for cookie in cookies if any(word in cookie for word in words)]


def files_with(words):
    """Return the files of a deployment in which one of the words stands, the embedded database's among them."""
    found = []
    for folder in {Path(settings.VAR_DIR), Path(settings.MODEL_DIR), Path(settings.MEDIA_ROOT)}:
        files = [path for path in folder.rglob("*") if path.is_file()]
        found += [str(path) for path in files if any(word.encode() in path.read_bytes() for word in words)]
    return found


def test_every_column_that_can_name_a_person_is_looked_at_below(person):
    unseen = [
        f"{model._meta.label}.{column}"
        for model, column in columns_that_name_people()
        if not names(model, column, person.words)
    ]

    assert unseen == [], "give the person of these tests a row there, and see that a provider erases it"


def test_every_personal_table_is_erased_by_a_provider_and_has_a_row_here(person):
    rows = {label: personal.rows_of(apps.get_model(label), person.pk).count() for label in personal.PERSONAL_TABLES}

    assert [label for label, n_rows in rows.items() if not n_rows] == []


def test_erasing_a_person_leaves_no_word_of_them_in_any_table_or_file(person):
    before = occurrences(person.words)

    accounts.erase_person(user_id=person.pk, now=NOW)

    assert len(before) > 30
    assert occurrences(person.words) == []
    assert files_with(person.words) == []


def test_what_is_counted_survives_the_person(person, scarf):
    recommendations.refresh_popularity(now=NOW)
    before = list(Product.objects.order_by("pk").values_list("pk", "popularity", "stock"))
    models_before = list(ModelVersion.objects.values())

    accounts.erase_person(user_id=person.pk, now=NOW)

    assert list(Product.objects.order_by("pk").values_list("pk", "popularity", "stock")) == before
    (order,) = Order.objects.all()
    assert (order.user_id, order.external_reference) == (None, "INV-7")
    assert OrderLine.objects.get(order=order).quantity == 2
    assert list(ModelVersion.objects.values()) == models_before


def test_others_lose_nothing_when_somebody_is_erased(person, bob, deck, scarf):
    swipes.record_swipes(user=deck.user, answers=[swipes.Answer(deck.pk, scarf.pk, Direction.UP)], now=NOW)
    kept = AuditPayload.objects.filter(actor_id=bob.pk).exclude(target=f"user {person.pk}").count()

    accounts.erase_person(user_id=person.pk, now=NOW)

    assert set(User.objects.all()) == {bob, deck.user}
    assert (Swipe.objects.count(), SwipeSession.objects.count()) == (1, 1)
    assert AuditPayload.objects.filter(actor_id=bob.pk).count() == kept


def test_the_audit_log_stays_whole_when_somebody_is_erased(person, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    audit_chain.seal(now=NOW)
    accounts.erase_person(user_id=person.pk, now=NOW)
    audit_chain.seal(now=NOW)

    call_command("verify_audit")

    closed = AuditEntry.objects.get(action="account.closed")
    assert (closed.actor, closed.actor_id, closed.target) == (audit.pseudonym(person.pk), None, None)


def test_erasing_twice_is_erasing_once(person):
    erased = [accounts.erase_person(user_id=person.pk, now=NOW) for _ in range(2)]

    assert erased == [True, False]
    assert AuditEntry.objects.filter(action="account.closed").count() == 1


def test_a_person_sees_everything_that_is_kept_about_them_and_no_secret(person):
    token = accounts.open_session(user=person, now=datetime.now(UTC)).access_token

    answer = ApiClient(token).get("/api/v1/users/me/export")

    body = json.loads(answer.getvalue())
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert [name for name, rows in body["data"].items() if not rows] == []
    assert body["data"]["profile"][0]["email"] == person.email
    assert {row["product_id"] for row in body["data"]["swipes"]} == {str(one.pk) for one in Product.objects.all()}
    assert body["data"]["order_lines"][0]["quantity"] == 2
    keys = {key for rows in body["data"].values() for row in rows for key in row}
    assert keys & personal.SECRETS == set()
    secrets = [person.password, *Session.objects.values_list("refresh_digest", flat=True)]
    secrets += [*Session.objects.exclude(cookie="").values_list("cookie", flat=True)]
    text = json.dumps(body)
    assert [secret for secret in secrets if secret and secret in text] == []


def test_the_export_shows_as_many_rows_as_there_are(person):
    shown = {name: len(list(rows)) for name, rows in personal.export(person.pk).items()}
    tables = {table: model for one in personal.providers() for table, model in getattr(one, "tables", {}).items()}

    counted = {name: personal.rows_of(model, person.pk).count() for name, model in tables.items()}
    assert {name: shown[name] for name in counted} == counted
    assert {Swipe, SwipeSession, Impression, BehaviourEvent, Order, Pick, Interaction, KnownDevice} <= set(
        tables.values()
    )


def test_the_export_holds_nothing_of_anybody_else(person, bob):
    token = accounts.open_session(user=person, now=datetime.now(UTC)).access_token

    text = ApiClient(token).get("/api/v1/users/me/export").getvalue().decode()

    assert bob.email not in text
    assert [row for row in json.loads(text)["data"]["audit_log"] if str(bob.pk) in json.dumps(row)] == []


def test_an_export_of_thousands_of_rows_is_whole_and_read_piece_by_piece(person):
    now = datetime.now(UTC)
    BehaviourEvent.objects.bulk_create(
        BehaviourEvent(user=person, event_type="VIEW", query=f"gift {n}", occurred_at=now, recorded_at=now)
        for n in range(5001)
    )
    token = accounts.open_session(user=person, now=now).access_token

    answer = ApiClient(token).get("/api/v1/users/me/export")

    pieces = list(answer.streaming_content)
    assert len(pieces) > 25
    assert len(json.loads(b"".join(pieces))["data"]["behaviour"]) == 5002


def test_the_export_is_as_documented(person):
    token = accounts.open_session(user=person, now=datetime.now(UTC)).access_token

    answer = ApiClient(token).get("/api/v1/users/me/export")

    whole = HttpResponse(answer.getvalue(), status=answer.status_code, content_type=answer["Content-Type"])
    whole.request, whole.json = answer.request, lambda: json.loads(whole.content)
    assert set(as_documented(whole)) == {"exported_at", "user_id", "data"}


def test_the_command_writes_the_export_into_a_file_of_its_own(person, tmp_path, capsys):
    out = tmp_path / "vera.json"

    call_command("export_user", person.email.upper(), "--out", str(out))

    assert json.loads(out.read_text())["user_id"] == str(person.pk)
    assert out.stat().st_mode & 0o077 == 0
    assert AuditEntry.objects.get(action="account.exported").target == f"user {person.pk}"
    with pytest.raises(CommandError, match="File exists"):
        call_command("export_user", str(person.pk), "--out", str(out))


def test_the_command_erases_after_it_was_confirmed(person, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_user", person.email)
    there = User.objects.filter(pk=person.pk).exists()

    call_command("erase_user", str(person.pk), "--yes")

    said = capsys.readouterr().out
    assert there
    assert "2 swipes" in said
    assert occurrences(person.words) == []


@pytest.mark.parametrize("command", ["export_user", "erase_user"])
def test_the_commands_know_nobody_by_a_wrong_name(db, command):
    with pytest.raises(CommandError, match="There is nobody"):
        call_command(command, "nobody@example.com")


def test_leaving_over_the_api_erases_the_same(person):
    token = accounts.open_session(user=person, now=datetime.now(UTC)).access_token

    answer = ApiClient(token).delete("/api/v1/users/me")

    assert answer.status_code == 204
    assert occurrences(person.words) == []
    assert ApiClient(token).get("/api/v1/users/me").status_code == 401


def test_an_idle_guest_is_erased_and_one_at_work_stays(db):
    now = datetime.now(UTC)
    idle, fresh, busy = (accounts.begin_as_guest(now=now - timedelta(days=days)) for days in (31, 29, 31))
    Session.objects.filter(pk=busy.session.pk).update(used_at=now - timedelta(days=1))

    n_erased = accounts.erase_idle_guests(now=now)

    assert n_erased == 1
    assert set(User.objects.all()) == {fresh.user, busy.user}
    assert occurrences((str(idle.user.pk), idle.user.pk.hex)) == []


def test_work_that_waits_for_somebody_erased_is_dropped_and_others_work_is_not(person, bob):
    waiting = OutboxTask.objects.filter(done_at=None).count()
    of_bob = outbox.about(user_id=str(bob.pk)).count() + outbox.about(address=bob.email).count()

    accounts.erase_person(user_id=person.pk, now=NOW)

    assert waiting > of_bob > 0
    assert OutboxTask.objects.filter(done_at=None).count() == of_bob


def test_no_json_column_but_the_known_ones_could_name_a_person():
    known = {
        ("common.AuditPayload", "details"),
        ("common.OutboxTask", "arguments"),
        ("common.SystemEvent", "details"),
        ("accounts.ApiKey", "scopes"),
        ("orders.Order", "delivery"),
        ("swipes.Impression", "products"),
        ("swipes.Impression", "propensities"),
        ("swipes.BehaviourEvent", "metadata"),
        ("recommendations.Pick", "products"),
        ("recommendations.TrainingRun", "parameters"),
        ("recommendations.TrainingRun", "metrics"),
        ("recommendations.ModelVersion", "parameters"),
        ("recommendations.ModelVersion", "metrics"),
        ("catalogue.AffiliateProgramme", "tags"),
        ("catalogue.Product", "tags"),
        ("catalogue.Product", "images"),
        ("catalogue.Product", "occasions"),
    }

    found = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, models.JSONField)
    }

    assert found - known == set(), "does it hold something about people? then a provider has to erase it"
