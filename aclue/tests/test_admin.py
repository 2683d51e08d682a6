"""The staff screens: every page opens for who may see it, and every change goes through a service."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib import admin as django_admin

from accounts import services as accounts
from accounts.models import ApiKey, Session, SessionKind, Tier, User
from accounts.services import api_keys, second_factor
from accounts.tests.factors import switch_on
from aclue.tests.desk import category_form, page_of, person_form, product_form
from catalogue import services as catalogue
from catalogue.models import Category, Product, Status
from common import outbox
from common.models import AuditEntry, OutboxTask
from conftest import NOW, PASSWORD, make_person
from orders import services as orders
from orders.models import OrderStatus
from recommendations.models import ModelVersion, TrainingRun

pytestmark = pytest.mark.django_db

APPS = {"accounts", "catalogue", "common", "orders", "recommendations", "swipes"}
MODELS = sorted(django_admin.site._registry, key=lambda model: model._meta.label)
READ_ONLY = {
    "accounts.ApiKey",
    "accounts.KnownDevice",
    "accounts.Session",
    "catalogue.AffiliateClick",
    "catalogue.AffiliateConversion",
    "catalogue.BulkUpload",
    "catalogue.Search",
    "common.AuditEntry",
    "common.OutboxTask",
    "common.SystemEvent",
    "django_celery_beat.PeriodicTask",
    "orders.Order",
    "recommendations.Interaction",
    "recommendations.ModelVersion",
    "recommendations.Pick",
    "recommendations.TrainingRun",
    "swipes.BehaviourEvent",
    "swipes.Impression",
    "swipes.Swipe",
    "swipes.SwipeSession",
}
OURS = [model for model in MODELS if model._meta.app_label in APPS]


def audited(action):
    return AuditEntry.objects.filter(action=action)


def test_the_front_page_of_the_desk_lists_every_table(desk):
    answer = desk.get("/admin/")

    assert answer.status_code == 200
    assert [model for model in OURS if page_of(model, "changelist") not in answer.content.decode()] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_table_opens_for_a_superuser_and_for_nobody_plain(desk, client, one_of_everything, model):
    row = model._default_manager.first()
    paths = [page_of(model, "changelist"), page_of(model, "add")] + ([page_of(model, "change", row.pk)] if row else [])

    listed, added, *changed = [desk.get(path).status_code for path in paths]
    desk.force_login(make_person("Charlie"))
    refused = [desk.get(path).status_code for path in paths]
    desk.logout()
    strangers = [desk.get(path).status_code for path in paths]

    # Adding one asks for work, or brings a file.
    asked_for = {"recommendations.TrainingRun", "catalogue.BulkUpload", "catalogue.AffiliateConversion"}
    others = {"accounts.User", "accounts.Identity", "accounts.NewsletterSubscription", "common.Flag"}
    may_not_add = model._meta.label in (READ_ONLY | others) - asked_for
    assert (listed, added) == (200, 403 if may_not_add else 200)
    assert changed == [200] * len(changed)
    assert set(refused) | set(strangers) <= {302, 403}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_table_can_be_searched_and_sorted(desk, one_of_everything, model):
    path = page_of(model, "changelist")
    columns = range(1, len(django_admin.site._registry[model].list_display) + 1)

    answers = [desk.get(path, {"q": "silk"})] + [desk.get(path, {"o": str(column)}) for column in columns]

    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize(
    "model", [model for model in OURS if model._meta.label in READ_ONLY], ids=lambda m: m._meta.label
)
def test_what_services_wrote_nobody_edits_or_deletes(desk, one_of_everything, model):
    row = model._default_manager.first()

    edited = desk.post(page_of(model, "change", row.pk), {"anything": "else"})
    deleted = desk.post(page_of(model, "delete", row.pk), {"post": "yes"})

    assert (edited.status_code, deleted.status_code) == (403, 403)
    assert model._default_manager.filter(pk=row.pk).exists()


def test_a_merchandiser_sees_the_catalogue_and_not_the_people(client, mary, alice, scarf):
    client.force_login(mary)

    products = client.get(page_of(Product, "change", scarf.pk))
    people = client.get(page_of(User, "change", alice.pk))

    assert (products.status_code, people.status_code) == (200, 403)


def test_signing_in_at_the_desk_opens_a_session_of_ours(client, root):
    answer = client.post(
        "/admin/login/?next=/admin/",
        {"username": " Root@Example.com", "password": PASSWORD},
        headers={"User-Agent": "Firefox"},
    )

    session = Session.objects.get(user=root)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert (session.kind, session.device) == (SessionKind.BROWSER, "Firefox")
    assert client.session["account_session"] == str(session.pk)
    assert audited("session.opened").get().target == f"session {session.pk}"


def test_a_wrong_password_and_a_plain_person_get_no_further_than_the_door(client, root, alice):
    wrong = client.post("/admin/login/", {"username": root.email, "password": "wrong horse battery"})
    empty = client.post("/admin/login/", {"username": root.email})
    plain = client.post("/admin/login/?next=/admin/", {"username": alice.email, "password": PASSWORD})

    assert [answer.status_code for answer in (wrong, empty)] == [200, 200]
    assert "E-mail address or password is wrong." in wrong.content.decode()
    assert client.get("/admin/").status_code == 302
    assert plain.status_code in {200, 302}


def test_thirty_tries_a_minute_are_enough_at_the_desk(client, root):
    for _ in range(30):
        client.post("/admin/login/", {"username": root.email, "password": "wrong horse battery"})

    answer = client.post("/admin/login/", {"username": root.email, "password": PASSWORD})

    assert "Too many requests" in answer.content.decode()
    assert not Session.objects.filter(user=root).exists()


def test_signing_out_at_the_desk_ends_the_session(desk, root):
    session = Session.objects.get(user=root)

    desk.post("/admin/logout/")

    session.refresh_from_db()
    assert session.revoked_because == "signed out"
    assert desk.get("/admin/").status_code == 302


def test_a_product_is_added_and_changed_through_the_services(desk, root, accessories):
    added = desk.post(page_of(Product, "add"), product_form(category=accessories.pk))
    lamp = Product.objects.get()
    changed = desk.post(
        page_of(Product, "change", lamp.pk),
        product_form(category=accessories.pk, slug=lamp.slug, price="29.99", tags="paper"),
    )

    assert (added.status_code, changed.status_code) == (302, 302)
    assert (lamp.slug, lamp.tags, lamp.occasions, lamp.external_reference) == (
        "paper-lamp",
        ["paper", "light"],
        ["housewarming"],
        None,
    )
    lamp.refresh_from_db()
    assert (lamp.price, lamp.tags) == (Decimal("29.99"), ["paper"])
    assert audited("product.created").get().actor_id == root.pk
    assert audited("product.changed").get().details == {"fields": ["price", "tags"]}


def test_a_product_of_another_ones_slug_is_refused_on_the_form(desk, accessories, scarf):
    answer = desk.post(page_of(Product, "add"), product_form(category=accessories.pk, slug=scarf.slug))

    assert answer.status_code == 200
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("action", "values", "entry"),
    [
        ("feature", {"is_featured": True}, "product.featured_set"),
        ("unfeature", {"is_featured": False}, "product.featured_set"),
        ("show", {"status": Status.ACTIVE}, "product.status_set"),
        ("hide", {"status": Status.HIDDEN}, "product.status_set"),
        ("delete_selected", {"status": Status.DELETED}, "product.status_set"),
    ],
)
def test_an_action_changes_the_chosen_products_and_is_written_down(desk, root, scarf, mug, action, values, entry):
    asked = {"action": action, "_selected_action": [str(scarf.pk), str(mug.pk)], "post": "yes"}

    answer = desk.post(page_of(Product, "changelist"), asked)

    assert answer.status_code == 302
    assert list(Product.objects.values(*values)) == [values, values]
    assert audited(entry).get().actor_id == root.pk


def test_a_deleted_product_stays_for_orders_and_leaves_the_desk(desk, scarf, alice):
    line = orders.LineToImport(scarf.pk, 2, Decimal(20))
    orders.import_orders(orders=[orders.OrderToImport("INV-7", alice.pk, NOW, OrderStatus.PAID, "GBP", [line])])

    answer = desk.post(page_of(Product, "delete", scarf.pk), {"post": "yes"})

    assert answer.status_code == 302
    assert Product.objects.get().status == Status.DELETED
    assert desk.get(page_of(Product, "change", scarf.pk)).status_code == 302


def test_a_category_is_added_changed_and_taken_away_through_the_services(desk, root):
    desk.post(page_of(Category, "add"), category_form())
    lamps = Category.objects.get()
    desk.post(
        page_of(Category, "change", lamps.pk), category_form(name="Lights", image="https://images.example/l.webp")
    )
    listed = desk.get(page_of(Category, "changelist")).content.decode()
    desk.post(page_of(Category, "delete", lamps.pk), {"post": "yes"})

    assert "Lights" in listed
    assert "https://images.example/l.webp" in listed
    assert not Category.objects.exists()
    assert [audited(f"category.{what}").get().actor_id for what in ("created", "changed", "deleted")] == [root.pk] * 3


def test_a_category_cannot_stand_inside_itself(desk, make_category):
    outer = make_category("Outer")
    inner = make_category("Inner", parent=outer)

    answer = desk.post(page_of(Category, "change", outer.pk), category_form(slug="outer", parent=inner.pk))

    assert answer.status_code == 200
    assert "A category cannot stand inside itself." in answer.content.decode()


def test_a_category_in_use_stays_and_staff_are_told(desk, accessories, scarf, make_category):
    empty = make_category("Empty")
    asked = {"action": "delete_selected", "_selected_action": [str(accessories.pk), str(empty.pk)], "post": "yes"}

    answer = desk.post(page_of(Category, "changelist"), asked, follow=True)

    assert answer.status_code == 200
    assert Category.objects.filter(pk=accessories.pk).exists()


def test_a_person_is_given_a_tier_roles_and_a_password(desk, root, alice):
    accounts.write_roles()
    form = person_form(subscription_tier="PLUS", roles=["support"], new_password="a better horse battery")

    answer = desk.post(page_of(User, "change", alice.pk), form)

    alice = User.objects.get(pk=alice.pk)
    assert answer.status_code == 302
    assert (alice.subscription_tier, alice.role_names(), alice.is_staff) == (Tier.PLUS, ["support", "user"], True)
    assert alice.check_password("a better horse battery")
    entries = [audited(f"account.{what}").get() for what in ("tier_set", "roles_set", "password_set")]
    assert [(entry.actor_id, entry.target) for entry in entries] == [(root.pk, f"user {alice.pk}")] * 3


def test_a_person_is_shut_out_and_let_in_again(desk, alice):
    desk.post(page_of(User, "change", alice.pk), {k: v for k, v in person_form().items() if k != "is_active"})
    out = User.objects.get(pk=alice.pk).is_active
    desk.post(page_of(User, "change", alice.pk), person_form())

    assert (out, User.objects.get(pk=alice.pk).is_active) == (False, True)
    assert [audited(f"account.{what}").count() for what in ("deactivated", "activated")] == [1, 1]


def test_a_weak_password_is_refused_on_the_form(desk, alice):
    answer = desk.post(page_of(User, "change", alice.pk), person_form(new_password="password"))

    assert answer.status_code == 200
    assert "too common" in answer.content.decode()
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_nobody_deactivates_themselves_with_the_others(desk, root, alice, bob):
    asked = {"action": "deactivate", "_selected_action": [str(user.pk) for user in (root, alice, bob)]}

    answer = desk.post(page_of(User, "changelist"), asked)

    assert answer.status_code == 302
    assert set(User.objects.filter(is_active=True)) == {root}


def test_support_sends_people_a_link_for_a_new_password_and_never_sees_it(client, alice, bob):
    ruth = make_person("Ruth", roles=("support",))
    client.force_login(ruth)
    accounts.set_active(user=bob, active=False, now=NOW, actor_id=None)

    asked = {"action": "send_reset_link", "_selected_action": [str(user.pk) for user in (alice, bob)]}
    answer = client.post(page_of(User, "changelist"), asked, follow=True)

    assert "1 will get a mail with a link." in answer.content.decode()
    sent = OutboxTask.objects.filter(task="accounts.send_reset")
    assert [row.arguments for row in sent] == [{"address": alice.email}]
    assert audited("account.reset_sent").count() == 1


@pytest.mark.parametrize(("state", "n_rows"), [("open", 1), ("done", 1), ("dead", 1), ("", 3)])
def test_work_is_listed_by_its_state(desk, state, n_rows):
    for values in ({}, {"done_at": NOW}, {"dead_at": NOW}):
        OutboxTask.objects.create(task="accounts.welcome", created_at=NOW, due_at=NOW, **values)

    answer = desk.get(page_of(OutboxTask, "changelist"), {"state": state} if state else {})

    assert answer.context["cl"].result_count == n_rows


def test_given_up_work_is_tried_again_by_those_who_may(desk, client, root):
    dead = OutboxTask.objects.create(
        task="accounts.welcome", created_at=NOW, due_at=NOW, attempts=10, dead_at=datetime.now(UTC)
    )
    asked = {"action": "try_again", "_selected_action": [str(dead.pk)]}

    answer = desk.post(page_of(OutboxTask, "changelist"), asked, follow=True)

    dead.refresh_from_db()
    assert "1 will be tried again." in answer.content.decode()
    assert (dead.dead_at, dead.attempts) == (None, 0)
    assert outbox.claim_due(now=datetime.now(UTC), resend_after=NOW - NOW)


def test_one_who_may_look_at_work_may_not_retry_it(client):
    accounts.write_roles()
    nina = make_person("Nina", roles=("analyst",))
    client.force_login(nina)

    answers = [client.get(page_of(model, "changelist")) for model in (AuditEntry, OutboxTask)]

    assert [answer.status_code for answer in answers] == [200, 403]


def test_a_category_with_a_shelf_inside_is_kept(make_category, accessories):
    make_category("Scarves", parent=accessories)

    with pytest.raises(catalogue.CategoryInUse):
        catalogue.delete_category(category=accessories, now=NOW, actor_id=None)


def test_staff_ask_for_a_training_and_cancel_it(desk, root):
    asked = desk.post(page_of(TrainingRun, "add"), {"model_type": "als", "parameters": '{"factors": 8}'})
    run = TrainingRun.objects.get()
    shown = desk.get(page_of(TrainingRun, "changelist")).content.decode()

    desk.post(page_of(TrainingRun, "changelist"), {"action": "cancel", "_selected_action": [run.pk]})

    assert asked.status_code == 302
    assert (run.model_type, run.parameters, run.requested_by) == ("als", {"factors": 8}, root.pk)
    assert "under way" in shown
    assert "<progress" in shown
    assert TrainingRun.objects.get().status == "CANCELLED"
    assert audited("model.training_requested").count() == audited("model.training_cancelled").count() == 1


def test_a_training_with_a_wrong_parameter_is_refused_with_a_sentence(desk):
    answer = desk.post(page_of(TrainingRun, "add"), {"model_type": "als", "parameters": '{"factors": -1}'}, follow=True)

    assert "factors has to be between" in answer.content.decode()
    assert not TrainingRun.objects.exists()


def test_the_page_of_a_training_tells_all_that_is_known_of_it(desk, root):
    run = TrainingRun.objects.create(
        model_type="all",
        status="FAILED",
        progress=0.5,
        stage="als: fitting",
        error="NotVerified: first line\nsecond <line>",
        metrics={"ease": {"ndcg@20": 0.1234, "gate_people": 191.0, "gate": "NDCG@20 is fine."}},
        requested_by=root.pk,
        requested_at=NOW,
        started_at=NOW,
        finished_at=NOW,
    )
    version = ModelVersion.objects.create(
        model_type="ease", number=3, status="ACTIVE", run=run, data_until=NOW, folder="ease-3", created_at=NOW
    )

    page = desk.get(page_of(TrainingRun, "change", run.pk)).content.decode()

    told = ["failed", 'value="0.5"', "als: fitting", "NotVerified: first line<br>second &lt;line&gt;", root.email]
    told += ["NDCG@20 is fine.", "191</td>", page_of(ModelVersion, "change", version.pk), "ease:3", "0 s"]
    assert [words for words in told if words not in page] == []
    assert "_save" not in page


def test_a_training_is_offered_for_all_types(desk):
    form = desk.get(page_of(TrainingRun, "add"))

    assert form.context["adminform"].form.initial["model_type"] == "all"
    assert "`" not in str(form.context["adminform"].form)


@pytest.mark.parametrize(
    ("query", "words"), [({}, "There are no training runs yet."), ({"status__exact": "FAILED"}, "Nothing matches.")]
)
def test_a_table_without_rows_says_whether_there_are_none_or_none_found(desk, query, words):
    assert words in desk.get(page_of(TrainingRun, "changelist"), query).content.decode()


def test_staff_change_which_version_serves_and_go_back(desk):
    former, newer = (
        ModelVersion.objects.create(
            model_type="ease", number=number, status=status, data_until=NOW, folder=f"ease-{number}", created_at=NOW
        )
        for number, status in ((1, "ACTIVE"), (2, "READY"))
    )
    changelist = page_of(ModelVersion, "changelist")

    desk.post(changelist, {"action": "activate", "_selected_action": [newer.pk]})
    activated = dict(ModelVersion.objects.values_list("number", "status"))
    ModelVersion.objects.filter(pk=former.pk).update(activated_at=NOW)
    desk.post(changelist, {"action": "roll_back", "_selected_action": [newer.pk]})

    assert activated == {1: "RETIRED", 2: "ACTIVE"}
    assert dict(ModelVersion.objects.values_list("number", "status")) == {1: "ACTIVE", 2: "READY"}


def test_an_analyst_looks_at_the_models_and_changes_nothing(client):
    client.force_login(make_person("Nina", roles=("analyst",)))
    version = ModelVersion.objects.create(
        model_type="ease", number=1, status="READY", data_until=NOW, folder="ease-1", created_at=NOW
    )

    seen = client.get(page_of(ModelVersion, "changelist"))
    adding = client.get(page_of(TrainingRun, "add"))
    client.post(page_of(ModelVersion, "changelist"), {"action": "activate", "_selected_action": [version.pk]})

    assert (seen.status_code, adding.status_code) == (200, 403)
    assert ModelVersion.objects.get().status == "READY"


def test_staff_see_who_has_a_second_factor_and_take_it_away_when_the_phone_is_lost(desk, root, alice, bob):
    switch_on(alice)
    people = page_of(User, "changelist")

    listed = desk.get(people).content.decode()
    desk.post(people, {"action": "remove_second_factor", "_selected_action": [alice.pk, bob.pk]})

    assert "Second factor" in listed
    assert not second_factor.has_factor(alice)
    entry = audited("second_factor.removed").get()
    assert (entry.actor_id, entry.target) == (root.pk, f"user {alice.pk}")
    assert OutboxTask.objects.get(task="accounts.second_factor_off").arguments["by_staff"] is True


def test_whoever_may_only_look_at_people_takes_no_factor_away(client, alice):
    client.force_login(make_person("Sam", roles=("support",)))
    switch_on(alice)

    client.post(page_of(User, "changelist"), {"action": "remove_second_factor", "_selected_action": [alice.pk]})

    assert second_factor.has_factor(alice)


def test_staff_see_keys_without_their_digest_and_revoke_them(desk, root, alice):
    row = api_keys.make_key(user=alice, name="Robot", scopes=["orders:read"], now=NOW).row

    shown = desk.get(page_of(ApiKey, "change", row.pk)).content.decode()
    desk.post(page_of(ApiKey, "changelist"), {"action": "revoke", "_selected_action": [row.pk]})

    assert row.hint in shown
    assert row.digest not in shown
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert audited("api_key.revoked").get().actor_id == root.pk
