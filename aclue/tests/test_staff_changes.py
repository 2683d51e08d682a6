"""Whatever staff change or take out at the desk is written down, with who did it and to what.

The table below says how each thing is done; a screen that offers something the table does not know fails the suite.
"""

import json

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from accounts.models import ApiKey, Identity, NewsletterSubscription, Session
from accounts.tests.factors import switch_on
from aclue.tests.desk import (
    category_form,
    page_of,
    person_form,
    product_form,
    programme_form,
    rate_form,
    report_form,
    upload_form,
)
from catalogue.models import AffiliateConversion, AffiliateProgramme, BulkUpload, CommissionRate
from common.models import AuditEntry, Flag, OutboxTask
from conftest import NOW
from orders.models import Order
from recommendations.models import ModelVersion, Pick, TrainingRun

pytestmark = pytest.mark.django_db

# Screen and action: what is written down.
ACTIONS = {
    ("accounts.ApiKey", "revoke"): "api_key.revoked",
    ("accounts.NewsletterSubscription", "export"): "newsletter.exported",
    ("accounts.Identity", "unlink"): "identity.unlinked",
    ("accounts.Session", "end"): "session.closed",
    ("accounts.User", "deactivate"): "account.deactivated",
    ("accounts.User", "lift_lockout"): "account.unlocked",
    ("accounts.User", "remove_second_factor"): "second_factor.removed",
    ("accounts.User", "send_reset_link"): "account.reset_sent",
    ("catalogue.BulkUpload", "carry_out"): "product.upload_requested",
    ("catalogue.Category", "delete_selected"): "category.deleted",
    ("catalogue.CommissionRate", "delete_selected"): "rate.deleted",
    ("catalogue.Product", "delete_selected"): "product.status_set",
    ("catalogue.Product", "export_csv"): "product.exported",
    ("catalogue.Product", "export_xlsx"): "product.exported",
    ("catalogue.Product", "feature"): "product.featured_set",
    ("catalogue.Product", "hide"): "product.status_set",
    ("catalogue.Product", "show"): "product.status_set",
    ("catalogue.Product", "unfeature"): "product.featured_set",
    ("common.AuditEntry", "export"): "audit_log.exported",
    ("common.Flag", "as_the_environment_says"): "flag.switched",
    ("common.Flag", "switch_off"): "flag.switched",
    ("common.Flag", "switch_on"): "flag.switched",
    ("common.OutboxTask", "try_again"): "work.retried",
    ("django_celery_beat.PeriodicTask", "switch_off"): "schedule.switched",
    ("django_celery_beat.PeriodicTask", "switch_on"): "schedule.switched",
    ("orders.Order", "cancel"): "order.status_set",
    ("orders.Order", "mark_delivered"): "order.status_set",
    ("orders.Order", "mark_paid"): "order.status_set",
    ("orders.Order", "mark_shipped"): "order.status_set",
    ("orders.Order", "refund"): "order.status_set",
    ("recommendations.ModelVersion", "activate"): "model.activated",
    ("recommendations.ModelVersion", "prune"): "model.pruned",
    ("recommendations.ModelVersion", "roll_back"): "model.activated",
    ("recommendations.Pick", "pick_again"): "picks.refreshed",
    ("recommendations.TrainingRun", "cancel"): "model.training_cancelled",
}
# Where an order has to stand for a step.
BEFORE_STEP = {
    "cancel": "PAID",
    "mark_delivered": "SHIPPED",
    "mark_paid": "PENDING",
    "mark_shipped": "PAID",
    "refund": "DELIVERED",
}
FORMS = {
    ("accounts.User", "change"): {
        "account.tier_set",
        "account.roles_set",
        "account.password_set",
        "api_key.all_revoked",
    },
    ("catalogue.AffiliateConversion", "add"): {"conversion.recorded"},
    ("catalogue.AffiliateProgramme", "add"): {"programme.created"},
    ("catalogue.AffiliateProgramme", "change"): {"programme.changed"},
    ("catalogue.CommissionRate", "add"): {"rate.created"},
    ("catalogue.CommissionRate", "change"): {"rate.changed"},
    ("catalogue.CommissionRate", "delete"): {"rate.deleted"},
    ("catalogue.BulkUpload", "add"): {"product.upload_requested"},
    ("catalogue.Category", "add"): {"category.created"},
    ("catalogue.Category", "change"): {"category.changed"},
    ("catalogue.Category", "delete"): {"category.deleted"},
    ("catalogue.Product", "add"): {"product.created"},
    ("catalogue.Product", "change"): {"product.changed"},
    ("catalogue.Product", "delete"): {"product.status_set"},
    ("recommendations.TrainingRun", "add"): {"model.training_requested"},
}


def offered(root):
    """Return what the desk offers a superuser: the actions of its lists, and the forms."""
    request = RequestFactory().get("/")
    request.user = root
    actions, forms = set(), set()
    for model, screen in admin.site._registry.items():
        label = model._meta.label
        actions |= {(label, action) for action in screen.get_actions(request)}
        forms |= {
            (label, verb) for verb in ("add", "change", "delete") if getattr(screen, f"has_{verb}_permission")(request)
        }
    return actions, forms


@pytest.fixture
def rows(one_of_everything, alice, scarf, make_category):
    """By screen: a row to which each of its actions has something to do."""
    switch_on(alice)
    OutboxTask.objects.create(task="accounts.welcome", created_at=NOW, due_at=NOW, attempts=10, dead_at=NOW)
    NewsletterSubscription.objects.create(address="dora@example.com", consent="yes", requested_at=NOW)
    hourly = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.create(name="hourly", task="common.tidy", interval=hourly)
    ModelVersion.objects.filter(number=1).update(status="RETIRED", activated_at=NOW)
    for number, status in ((2, "ACTIVE"), (3, "READY")):
        ModelVersion.objects.create(
            model_type="ease", number=number, status=status, data_until=NOW, folder=f"ease-{number}", created_at=NOW
        )
    for number in range(4, 12):
        ModelVersion.objects.create(
            model_type="als", number=number, status="RETIRED", data_until=NOW, folder=f"als-{number}", created_at=NOW
        )
    BulkUpload.objects.update(is_dry_run=True, status="SUCCEEDED")
    return {
        "accounts.ApiKey": ApiKey.objects.get(),
        "accounts.NewsletterSubscription": NewsletterSubscription.objects.get(),
        "accounts.Identity": Identity.objects.get(),
        "accounts.Session": Session.objects.active(timezone.now()).filter(user=alice)[0],
        "accounts.User": alice,
        "catalogue.AffiliateConversion": AffiliateConversion.objects.get(),
        "catalogue.AffiliateProgramme": AffiliateProgramme.objects.get(),
        "catalogue.BulkUpload": BulkUpload.objects.get(),
        "catalogue.Category": make_category("Empty"),
        "catalogue.CommissionRate": CommissionRate.objects.get(),
        "catalogue.Product": scarf,
        "common.AuditEntry": AuditEntry.objects.first(),
        "common.Flag": Flag.objects.first(),
        "common.OutboxTask": OutboxTask.objects.dead().get(),
        "django_celery_beat.PeriodicTask": PeriodicTask.objects.get(name="hourly"),
        "orders.Order": Order.objects.get(),
        "recommendations.ModelVersion": ModelVersion.objects.get(number=3),
        "recommendations.Pick": Pick.objects.get(),
        "recommendations.TrainingRun": TrainingRun.objects.get(),
    }


@pytest.fixture
def before(rows):
    """What was written down before the test does anything."""
    return set(AuditEntry.objects.values_list("pk", flat=True))


def written_by(root, before):
    return list(AuditEntry.objects.exclude(pk__in=before).filter(actor_id=root.pk))


def test_everything_that_the_desk_offers_is_in_the_table(root):
    assert offered(root) == (set(ACTIONS), set(FORMS))


@pytest.mark.parametrize(("screen", "action"), ACTIONS, ids="-".join)
def test_an_action_of_staff_is_written_down(desk, root, rows, before, screen, action):
    row = rows[screen]
    if action == "switch_on" and isinstance(row, PeriodicTask):
        PeriodicTask.objects.update(enabled=False)
    if action in BEFORE_STEP:
        Order.objects.update(status=BEFORE_STEP[action])
    asked = {"action": action, "_selected_action": [str(row.pk)], "post": "yes"}

    answer = desk.post(page_of(type(row), "changelist"), asked)
    if answer.streaming:
        assert len(list(answer)) >= 2

    entries = written_by(root, before)
    assert answer.status_code in {200, 302}
    assert {entry.action for entry in entries} == {ACTIONS[screen, action]}
    assert [entry for entry in entries if not entry.target and not entry.details] == []


@pytest.mark.parametrize(("screen", "verb"), FORMS, ids="-".join)
def test_a_form_of_staff_is_written_down(desk, root, rows, before, accessories, screen, verb):
    row = rows[screen]
    filled_in = {
        ("accounts.User", "change"): person_form(
            subscription_tier="PLUS", roles=["support"], new_password="a better horse battery"
        ),
        ("catalogue.AffiliateConversion", "add"): report_form(rows["catalogue.AffiliateProgramme"]),
        ("catalogue.AffiliateProgramme", "add"): programme_form(),
        ("catalogue.AffiliateProgramme", "change"): programme_form(slug="other"),
        ("catalogue.CommissionRate", "add"): rate_form(rows["catalogue.AffiliateProgramme"], category=accessories.pk),
        ("catalogue.CommissionRate", "change"): rate_form(rows["catalogue.AffiliateProgramme"], percent="6"),
        ("catalogue.BulkUpload", "add"): upload_form(),
        ("catalogue.Category", "add"): category_form(),
        ("catalogue.Category", "change"): category_form(slug="other"),
        ("catalogue.Product", "add"): product_form(category=accessories.pk),
        ("catalogue.Product", "change"): product_form(category=accessories.pk, slug="silk-scarf"),
        ("recommendations.TrainingRun", "add"): {"model_type": "als", "parameters": json.dumps({"factors": 8})},
    }
    if (screen, verb) == ("recommendations.TrainingRun", "add"):
        TrainingRun.objects.update(status="CANCELLED")  # one is open, and one at a time is enough
    place = page_of(type(row), verb, *([] if verb == "add" else [row.pk]))

    answer = desk.post(place, filled_in.get((screen, verb), {"post": "yes"}))

    entries = written_by(root, before)
    assert answer.status_code == 302
    assert {entry.action for entry in entries} == FORMS[screen, verb]
    assert [entry for entry in entries if not entry.target and not entry.details] == []


def test_an_entry_of_the_schedule_that_is_switched_off_is_done_no_more(desk, rows):
    entry = rows["django_celery_beat.PeriodicTask"]
    before_switching = timezone.now()

    answer = desk.post(
        page_of(PeriodicTask, "changelist"), {"action": "switch_off", "_selected_action": [entry.pk]}, follow=True
    )

    entry.refresh_from_db()
    assert entry.enabled is False
    assert "1 switched off." in answer.text
    # What beat looks at every few seconds.
    assert PeriodicTasks.last_change() > before_switching
