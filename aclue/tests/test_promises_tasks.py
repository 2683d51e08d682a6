"""Every task that there is, carried out twice and four times at once, has its effect once."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from celery import current_app
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import NewsletterSubscription, Session, SubscriptionStatus
from accounts.services import api_keys
from catalogue import uploads
from catalogue.models import (
    AffiliateClick,
    AffiliateProgramme,
    AffiliateVisit,
    BulkUpload,
    BulkUploadError,
    BulkUploadPiece,
    Product,
    Search,
    SearchDocument,
    SearchWord,
    UploadMode,
)
from catalogue.search import log
from common import outbox
from common.models import AuditEntry, IdempotencyKey, OutboxTask
from common.tests.parallel import in_parallel
from conftest import NOW, make_person
from orders import services as orders
from recommendations import publishing
from recommendations import services as recommendations
from recommendations.models import ModelVersion, Pick, TrainingLease, TrainingRun
from recommendations.tests.shops import fill_shop

pytestmark = pytest.mark.django_db(transaction=True)


class Case(NamedTuple):
    """What to put down before a task (returning what it is given), what to look at, and what is to be seen."""

    arrange: Callable[[], dict[str, Any]]
    effect: Callable[[], Any]
    expected: Any


def sent(task, **arguments):
    with transaction.atomic():
        return {"outbox_id": str(outbox.put(task, arguments).pk)}


def mails_of(name):
    return lambda: (
        [letter.to[0] for letter in mail.outbox],
        AuditEntry.objects.filter(action__startswith="mail.").count(),
        OutboxTask.objects.filter(task__endswith=f".{name}").exclude(done_at=None).count(),
    )


def welcome():
    return {"outbox_id": str(OutboxTask.objects.get(arguments__user_id=str(make_person("Alice").pk)).pk)}


def old_address():
    user = make_person("Alice")
    return sent("accounts.tell_old_address", user_id=str(user.pk), address="before@example.com")


def reuse():
    return sent("accounts.warn_of_reuse", user_id=str(make_person("Alice").pk), device="phone")


def address_to_prove():
    return sent("accounts.send_verification", address=make_person("Alice").email)


def address_to_come():
    user = make_person("Alice")
    return sent("accounts.send_address_change", user_id=str(user.pk), address="after@example.com")


def address_asked_for():
    user = make_person("Alice")
    return sent("accounts.warn_of_address_change", user_id=str(user.pk), address=user.email)


def an_order():
    alice, now = make_person("Alice"), timezone.now()
    fill_shop(now=NOW, n_people=0, n_products=3)
    wanted = [orders.Wanted(Product.objects.all()[0].pk, 1)]
    order = orders.place_order(user=alice, items=wanted, gift=orders.Gift(), now=now)
    OutboxTask.objects.exclude(task="orders.confirm").delete()
    return order, {"outbox_id": str(OutboxTask.objects.get().pk)}


def a_step():
    order, _ = an_order()
    OutboxTask.objects.all().delete()
    return sent("orders.tell_of_step", order_id=str(order.pk), status="PAID")


def forgotten_password():
    return sent("accounts.send_reset", address=make_person("Alice").email)


def new_password():
    user = make_person("Alice")
    return sent("accounts.tell_of_new_password", user_id=str(user.pk), address=user.email)


def new_device():
    user = make_person("Alice")
    return sent("accounts.tell_of_new_device", user_id=str(user.pk), device="phone", at=NOW.isoformat())


def of_alice(task, **arguments):
    """Return how to put down a task about Alice."""
    return lambda: sent(task, user_id=str(make_person("Alice").pk), **arguments)


def new_key():
    user = make_person("Alice")
    made = api_keys.make_key(user=user, name="robot", scopes=["profile:read"], now=timezone.now())
    OutboxTask.objects.filter(task="accounts.api_key_made").delete()
    return sent("accounts.api_key_made", user_id=str(user.pk), key_id=str(made.row.pk))


def wish_for_news():
    return sent(
        "accounts.newsletter_asked_for",
        address="alice@example.com",
        source="",
        network="",
        consent="Yes, please.",
        asked_at=timezone.now().isoformat(),
    )


def new_reader():
    reader = NewsletterSubscription.objects.create(
        address="alice@example.com",
        status=SubscriptionStatus.CONFIRMED,
        consent="Yes, please.",
        requested_at=NOW,
        confirmed_at=NOW,
    )
    return sent("accounts.newsletter_welcome", subscription_id=str(reader.pk))


def old_and_living_sessions():
    user, now = make_person("Alice"), timezone.now()
    for days in (91, 89):
        session = accounts.open_session(user=user, now=now).session
        Session.objects.filter(pk=session.pk).update(revoked_at=now - timedelta(days=days))
    return {}


def old_and_new_rows():
    now = timezone.now()
    for days in (6, 8):
        row = OutboxTask.objects.create(task="old", created_at=now, due_at=now)
        OutboxTask.objects.filter(pk=row.pk).update(done_at=now - timedelta(days=days))
        IdempotencyKey.objects.create(
            principal=f"{days}", route="x", key="x", digest="x", created_at=now - timedelta(days=days - 6, hours=1)
        )
    return {}


def a_shop():
    fill_shop(now=NOW, n_people=3, n_products=3)
    Product.objects.update(popularity=7)
    return {}


def a_run():
    fill_shop(now=NOW)
    run = recommendations.request_training(model_type="ease", parameters={}, now=NOW)
    return {"outbox_id": str(OutboxTask.objects.get(arguments__run_id=str(run.pk)).pk)}


def a_learnt_shop():
    fill_shop(now=NOW)
    run = recommendations.request_training(model_type="ease", parameters={}, now=NOW, is_sent=False)
    recommendations.train(run_id=run.pk, clock=timezone.now)
    return sent("recommendations.refresh_picks")


def trained():
    return (
        list(ModelVersion.objects.values_list("model_type", "number", "status")),
        list(TrainingRun.objects.values_list("status", flat=True)),
        list(TrainingLease.objects.values_list("model_type", "fence")),
        OutboxTask.objects.open().count(),
    )


def products_put_in_past_the_services():
    fill_shop(now=NOW, n_people=0, n_products=3)
    return {}


def searched_for():
    return (
        SearchDocument.objects.count(),
        list(SearchWord.objects.order_by("word").values_list("word", "n_products")),
    )


def an_upload():
    fill_shop(now=NOW, n_people=0, n_products=1)
    category = Product.objects.get().category.slug
    Product.objects.all().delete()
    lines = [f"A{n},Scarf {n},20,{category}" for n in range(700)]
    file = io.BytesIO("\n".join(["external_reference,title,price,category", *lines, "A700,Hat,dear,x"]).encode())
    with transaction.atomic():
        uploads.request_upload(name="a.csv", file=file, mode=UploadMode.UPSERT, now=NOW, actor_id=None)
    return {"outbox_id": str(OutboxTask.objects.get(task=uploads.TASK).pk)}


def uploaded():
    # Whoever finds another at work comes back a little later.
    OutboxTask.objects.open().update(done_at=NOW)
    counts = BulkUpload.objects.values_list("status", "n_made", "n_changed", "n_refused")
    return list(counts), Product.objects.count(), BulkUploadError.objects.values_list("line", flat=True).get()


def old_uploads_searches_and_visits():
    now = timezone.now()
    fill_shop(now=NOW, n_people=0, n_products=1)
    product = Product.objects.get()
    programme = AffiliateProgramme.objects.create(name="Larkfield", slug="larkfield", created_at=now, updated_at=now)
    for hours in (23, 25):
        click = AffiliateClick.objects.create(programme=programme, product=product, country="GB", clicked_at=now)
        visited_at = now - timedelta(hours=hours)
        AffiliateVisit.objects.create(visitor=str(hours), product=product, click=click, counted_at=visited_at)
    for days in (89, 91):
        log.note_search(query="lamp", n_found=1, is_loose=False, now=now - timedelta(days=days))
    for days in (6, 8, 91):
        BulkUpload.objects.create(
            file_name="a.csv",
            kind="CSV",
            size_bytes=1,
            requested_at=now - timedelta(days=days),
            finished_at=now - timedelta(days=days),
        )
    BulkUploadPiece.objects.bulk_create(
        BulkUploadPiece(upload=upload, position=0, content=b"x") for upload in BulkUpload.objects.all()
    )
    return {}


CASES = {
    "accounts.welcome": Case(welcome, mails_of("welcome"), (["alice@example.com"], 1, 1)),
    "accounts.tell_old_address": Case(old_address, mails_of("tell_old_address"), (["before@example.com"], 1, 1)),
    "accounts.warn_of_reuse": Case(reuse, mails_of("warn_of_reuse"), (["alice@example.com"], 1, 1)),
    "accounts.send_verification": Case(address_to_prove, mails_of("send_verification"), (["alice@example.com"], 1, 1)),
    "accounts.send_address_change": Case(
        address_to_come, mails_of("send_address_change"), (["after@example.com"], 1, 1)
    ),
    "accounts.warn_of_address_change": Case(
        address_asked_for, mails_of("warn_of_address_change"), (["alice@example.com"], 1, 1)
    ),
    "accounts.send_reset": Case(forgotten_password, mails_of("send_reset"), (["alice@example.com"], 1, 1)),
    "accounts.tell_of_new_password": Case(
        new_password, mails_of("tell_of_new_password"), (["alice@example.com"], 1, 1)
    ),
    "accounts.tell_of_new_device": Case(new_device, mails_of("tell_of_new_device"), (["alice@example.com"], 1, 1)),
    "accounts.second_factor_on": Case(
        of_alice("accounts.second_factor_on"), mails_of("second_factor_on"), (["alice@example.com"], 1, 1)
    ),
    "accounts.second_factor_off": Case(
        of_alice("accounts.second_factor_off", by_staff=False),
        mails_of("second_factor_off"),
        (["alice@example.com"], 1, 1),
    ),
    "accounts.recovery_code_used": Case(
        of_alice("accounts.recovery_code_used", left=9), mails_of("recovery_code_used"), (["alice@example.com"], 1, 1)
    ),
    "accounts.tell_of_link": Case(
        of_alice("accounts.tell_of_link", provider="google"), mails_of("tell_of_link"), (["alice@example.com"], 1, 1)
    ),
    "accounts.api_key_made": Case(new_key, mails_of("api_key_made"), (["alice@example.com"], 1, 1)),
    "accounts.newsletter_asked_for": Case(
        wish_for_news, mails_of("newsletter_asked_for"), (["alice@example.com"], 1, 1)
    ),
    "accounts.newsletter_welcome": Case(new_reader, mails_of("newsletter_welcome"), (["alice@example.com"], 1, 1)),
    "accounts.tidy": Case(old_and_living_sessions, Session.objects.count, 1),
    "catalogue.carry_out_upload": Case(an_upload, uploaded, ([("SUCCEEDED", 700, 0, 1)], 700, 702)),
    "catalogue.tidy": Case(
        old_uploads_searches_and_visits,
        lambda: tuple(
            table.objects.count() for table in (BulkUpload, BulkUploadPiece, Search, AffiliateVisit, AffiliateClick)
        ),
        (2, 1, 1, 1, 2),
    ),
    "orders.confirm": Case(lambda: an_order()[1], mails_of("confirm"), (["alice@example.com"], 1, 1)),
    "orders.tell_of_step": Case(a_step, mails_of("tell_of_step"), (["alice@example.com"], 1, 1)),
    "catalogue.refresh_search": Case(
        products_put_in_past_the_services,
        searched_for,
        (3, [("00", 1), ("01", 1), ("02", 1), ("azure", 1), ("crimson", 2), ("cup", 3)]),
    ),
    "common.tidy": Case(old_and_new_rows, lambda: (OutboxTask.objects.count(), IdempotencyKey.objects.count()), (1, 1)),
    # A purchase weighs 3 and half as much every 30 days. Thing 0 was bought on the newest day, thing 1 four days
    # before it, 3 / 2 ** (4 / 30) = 2.74, thing 2 eight and 22 days, 3 / 2 ** (8 / 30) + 3 / 2 ** (22 / 30) = 4.3.
    "recommendations.refresh_popularity": Case(
        a_shop, lambda: [round(one.popularity, 2) for one in Product.objects.order_by("pk")], [3, 2.74, 4.3]
    ),
    "recommendations.request_picks": Case(
        dict, lambda: OutboxTask.objects.open().filter(task="recommendations.refresh_picks").exists(), True
    ),
    "recommendations.refresh_picks": Case(
        a_learnt_shop, lambda: (Pick.objects.count(), OutboxTask.objects.open().count()), (40, 0)
    ),
    "recommendations.train_model": Case(a_run, trained, ([("ease", 1, "ACTIVE")], ["SUCCEEDED"], [("ease", 1)], 0)),
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch, settings, tmp_path):
    current_app.loader.import_default_modules()
    settings.MODEL_DIR = tmp_path / "models"
    monkeypatch.setattr(publishing, "_verify", lambda folder: None)


def test_every_task_of_ours_is_tried_here():
    ours = {config.name for config in apps.get_app_configs() if "." not in config.name}
    names = {name for name in current_app.tasks if name.partition(".")[0] in ours}

    assert names == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_task_that_is_carried_out_twice_has_its_effect_once(name):
    case = CASES[name]
    given = case.arrange()

    effects = []
    for _ in range(2):
        current_app.tasks[name](**given)
        effects.append(case.effect())

    assert effects == [case.expected, case.expected]


@pytest.mark.parametrize("name", CASES)
def test_a_task_that_is_carried_out_four_times_at_once_has_its_effect_once(name):
    case = CASES[name]
    given = case.arrange()

    in_parallel(lambda: current_app.tasks[name](**given), 4)

    assert case.effect() == case.expected
