"""Every route has a reviewed audience and keeps to it; nobody reads or changes what is somebody else's."""

import json
import re
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts import services as accounts
from accounts.models import Identity, NewsletterSubscription, Session, User
from accounts.roles import ROLES, matches
from accounts.scopes import SCOPES
from accounts.services import api_keys, guests
from aclue import audience
from aclue.audience import DOOR, FORBIDDEN, IN, STAFF, UNKNOWN
from common.models import AuditEntry
from common.staff import ReadOnlyAdmin
from common.tests.openapi import operations
from conftest import NOW, PASSWORD, ApiClient, make_person
from orders import services as orders
from orders.models import Order, OrderStatus
from recommendations.ids import RecommendationId
from swipes import services as swipes
from swipes.models import Direction, SessionType, Swipe, SwipeSession

pytestmark = pytest.mark.django_db

ROUTES = audience.routes()
OPERATIONS = [route for route in ROUTES if not route.is_page]
PAGES = [route for route in ROUTES if route.is_page]
SOME_ID = "00000000-0000-4000-8000-000000000000"
# How the audience says no; any other 401 or 403 (a wrong password, closed registration) is an answer from inside.
NO = {
    "NOT_AUTHENTICATED": UNKNOWN,
    "FORBIDDEN": FORBIDDEN,
    "GUEST_NOT_ALLOWED": FORBIDDEN,
    "API_KEY_NOT_ACCEPTED": FORBIDDEN,
    "SCOPE_MISSING": FORBIDDEN,
}
DOORS = {"/sign-in", "/admin/login/"}


def named(route):
    return f"{route.method} {route.path}"


class KeyClient(ApiClient):
    """A program that holds an API key."""

    def __init__(self, key):
        super().__init__()
        self.headers = {"X-API-Key": key}


class Zanzibar:
    """The owner of one row of everything, whose name and ids nobody else may ever read."""

    def __init__(self, scarf):
        self.user = accounts.register(
            email="zanzibar@example.com", password=PASSWORD, first_name="Zanzibar", full_name="Zanzibar Quill", now=NOW
        )
        self.scarf = scarf
        self.sitting = swipes.start_session(user=self.user, session_type=SessionType.GIFT, now=NOW)
        swipes.record_swipes(user=self.user, answers=[swipes.Answer(self.sitting.pk, scarf.pk, Direction.UP)], now=NOW)
        line = orders.LineToImport(scarf.pk, 1, Decimal(20))
        orders.import_orders(orders=[orders.OrderToImport("Z-1", self.user.pk, NOW, OrderStatus.PAID, "GBP", [line])])
        self.item, _ = orders.add_to_cart(user=self.user, product_id=scarf.pk, quantity=1, now=NOW)
        self.key = api_keys.make_key(user=self.user, name="Zanzibar's robot", scopes=list(SCOPES), now=NOW).row
        self.phone = accounts.open_session(user=self.user, now=datetime.now(UTC), device="Zanzibar's phone").session
        self.google = Identity.objects.create(
            user=self.user, provider="google", subject="zanzibar-17", created_at=NOW, used_at=NOW
        )
        self.recommendation = RecommendationId(uuid.uuid4(), 1, scarf.pk, "ease:1").sign(self.user.pk)

    def ids(self, path):
        """Return what stands in a path for each name in braces; a name that is not known here is a KeyError."""
        signed_in = "/auth/" in path or "/account/" in path
        return {
            "product_id": self.scarf.pk,
            "slug_or_id": "accessories",
            "session_id": self.phone.pk if signed_in else self.sitting.pk,
            "swipe_id": Swipe.objects.get(session=self.sitting).pk if "{swipe_id}" in path else "",
            "order_id": Order.objects.filter(user=self.user).values_list("pk", flat=True).first(),
            "recommendation_id": self.recommendation,
            "item_id": self.item.pk,
            "key_id": self.key.pk,
            "identity_id": self.google.pk,
            "upload_id": SOME_ID,
            "path": "no-such-picture.webp",
            "app_label": "accounts",
            "url": "nothing/",
            "content_type_id": 1,
            "object_id": SOME_ID,
        }

    def path(self, template):
        ids = self.ids(template)
        return re.sub(r"\{(\w+)\}", lambda found: str(ids[found[1]]), template)

    def body(self, route):
        """Return the document's example of a body, about the owner's rows where it names any."""
        if route.method in {"get", "delete"}:
            return None
        operation = operations().get((route.method, route.path), {})
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        examples = content.get("examples", {})
        body = next(iter(examples.values()))["value"] if examples else content.get("example", {})
        text = json.dumps(body)
        filled = json.loads(text)
        if isinstance(filled, dict):
            filled |= {"session_id": str(self.sitting.pk)} if "session_id" in filled else {}
            filled |= {"product_id": str(self.scarf.pk)} if "product_id" in filled else {}
        return filled

    def secrets(self):
        """Return the words by which an answer would give the owner away."""
        own = [self.sitting.pk, self.item.pk, self.key.pk, self.phone.pk, self.google.pk, self.user.pk]
        orders_ = Order.objects.filter(user=self.user).values_list("pk", flat=True)
        return ["anzibar", "Quill", *(str(pk) for pk in [*own, *orders_])]

    def rows(self):
        """Return every row that belongs to the owner, in every table that has owners."""
        found = {"accounts.User": list(User.objects.filter(pk=self.user.pk).values())}
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.ForeignKey) and field.related_model is User:
                    found[model._meta.label] = list(model._default_manager.filter(**{field.name: self.user}).values())
        found["swipes.Swipe"] = list(Swipe.objects.filter(session__user=self.user).values())
        return found


@pytest.fixture
def zanzibar(db, scarf):
    accounts.write_roles()
    return Zanzibar(scarf)


@pytest.fixture
def people(db):
    """One person of each kind, none of whom is Zanzibar."""
    return {"user": make_person("Bob")} | {role: make_person(role.title(), roles=(role,)) for role in STAFF}


@pytest.fixture
def callers(api, people):
    """Their ways to the API."""
    guest = guests.begin_as_guest(now=datetime.now(UTC))
    key = api_keys.make_key(user=people["admin"], name="Robot", scopes=list(SCOPES), now=NOW).key
    # The key before its owner, who may be about to erase themselves.
    ways = {"anonymous": api(), "guest": ApiClient(guest.access_token), "key": KeyClient(key)}
    return ways | {name: api(person) for name, person in people.items()}


def outcome(answer):
    """Return what became of a caller: in, or turned away, and how."""
    if answer.status_code in {401, 403}:
        return NO.get(answer.json()["error_code"], IN)
    return IN


def is_sent_to_sign_in(answer):
    """Return whether a browser is led to a door, to come back afterwards."""
    to = urlsplit(answer.get("Location", ""))
    return answer.status_code == 302 and to.path in DOORS and "next=" in to.query


def text_of(answer):
    return answer.getvalue().decode("utf-8", "replace")


def test_the_reviewed_page_is_what_the_code_does():
    page = (settings.BASE_DIR / "docs" / "audience.md").read_text(encoding="utf-8")

    assert page == audience.as_markdown(), (
        "Routes or their audiences differ from docs/audience.md. Run `.venv/bin/python manage.py audience`, look at "
        "each line that `git diff docs/audience.md` shows, and commit it when it is what was meant."
    )


def test_every_operation_of_the_document_is_on_the_page_and_the_other_way_round():
    documented = set(operations())

    on_the_page = {(route.method, route.path) for route in OPERATIONS}

    # The readers of the document are pages, though DRF draws them.
    assert on_the_page - documented <= {("get", "/docs"), ("get", "/redoc")} | {
        key for key in on_the_page if key[1].endswith("openapi.json")
    }
    assert documented <= on_the_page


def test_a_view_with_a_rule_that_nobody_declared_is_an_error():
    from rest_framework.permissions import IsAdminUser
    from rest_framework.views import APIView

    class Odd(APIView):
        permission_classes = (IsAdminUser,)

    with pytest.raises(audience.UnknownAudience, match="IsAdminUser"):
        audience._rule_of("GET", Odd)


@pytest.mark.parametrize("route", OPERATIONS, ids=named)
def test_an_operation_answers_each_caller_as_declared_and_gives_nobody_elses_rows_away(zanzibar, callers, route):
    before, path, body = zanzibar.rows(), zanzibar.path(route.path), zanzibar.body(route)
    secrets = zanzibar.secrets()

    answers = {name: getattr(client, route.method)(path, body) for name, client in callers.items()}

    assert {name: outcome(answer) for name, answer in answers.items()} == route.outcomes
    assert max(answer.status_code for answer in answers.values()) < 500
    inside = [answer for name, answer in answers.items() if route.outcomes[name] == IN]
    if route.is_own:
        assert {answer.status_code for answer in inside} == {404}
    told = [(name, word) for name, answer in answers.items() for word in secrets if word in text_of(answer)]
    assert [leak for leak in told if not route.rule.startswith("staff:")] == []
    assert zanzibar.rows() == before


@pytest.mark.parametrize("route", [route for route in OPERATIONS if route.is_own], ids=named)
def test_what_answers_others_404_is_there_for_its_owner(zanzibar, api, route):
    answer = getattr(api(zanzibar.user), route.method)(zanzibar.path(route.path), zanzibar.body(route))

    assert answer.status_code < 300, answer.content


@pytest.mark.parametrize("route", PAGES, ids=named)
def test_a_page_answers_each_caller_as_declared_and_gives_nobody_elses_rows_away(zanzibar, people, route):
    before, path, secrets = zanzibar.rows(), zanzibar.path(route.path), zanzibar.secrets()
    for name, person in {"anonymous": None, **people}.items():
        browser = Client(raise_request_exception=True)
        if person:
            browser.force_login(person)

        answer = getattr(browser, route.method)(path)

        led = is_sent_to_sign_in(answer)
        assert (DOOR if led else IN) == route.outcomes[name], name
        assert answer.status_code < 500
        if route.is_own and not led:
            assert answer.status_code == 404, name
        if not led and route.rule != "page: staff":
            text = text_of(answer)
            assert [word for word in secrets if word in text] == []
    assert zanzibar.rows() == before


def test_an_array_with_one_of_somebody_elses_is_refused_whole(zanzibar, callers, people, scarf, mug):
    bobs = swipes.start_session(user=people["user"], session_type=SessionType.GIFT, now=NOW)
    before = zanzibar.rows()
    answers = [
        {"session_id": str(session), "product_id": str(product), "direction": "left"}
        for session, product in ((bobs.pk, scarf.pk), (zanzibar.sitting.pk, mug.pk))
    ]

    answer = callers["user"].post("/api/v1/swipes/interactions", answers)
    single = callers["user"].post("/api/v1/swipes/interactions?recommend=5", answers[1])

    assert (answer.status_code, single.status_code) == (404, 404)
    assert not Swipe.objects.filter(session=bobs).exists()
    assert zanzibar.rows() == before


def test_a_refresh_token_in_a_body_ends_no_session_but_ones_own(zanzibar, callers):
    signed_in = accounts.open_session(user=zanzibar.user, now=datetime.now(UTC))

    answer = callers["user"].post("/api/v1/auth/logout", {"refresh_token": signed_in.refresh_token})

    assert answer.status_code < 500
    assert Session.objects.active(datetime.now(UTC)).filter(pk=signed_in.session.pk).exists()


def test_ones_own_lists_hold_ones_own_rows_alone(zanzibar, callers, people):
    bobs = swipes.start_session(user=people["user"], session_type=SessionType.GIFT, now=NOW)

    sittings = callers["user"].get("/api/v1/swipes/sessions").json()
    bought = callers["user"].get("/api/v1/orders").json()

    assert [item["id"] for item in sittings["items"]] == [str(bobs.pk)]
    assert (bought["total"], SwipeSession.objects.count()) == (0, 2)


MODELS = sorted(django_admin.site._registry, key=lambda model: model._meta.label)
SCREENS = audience.screens()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_admins_screens_answer_each_role_as_declared(people, model):
    rights, stem = SCREENS[f"{model._meta.app_label}.{model._meta.object_name}"], model._meta
    some_id = SOME_ID if isinstance(stem.pk, models.UUIDField) else 1
    address = {
        name: reverse(f"admin:{stem.app_label}_{stem.model_name}_{name}", args=args)
        for name, args in {"changelist": (), "add": (), "change": (some_id,), "delete": (some_id,)}.items()
    }
    for role in STAFF:
        browser = Client()
        browser.force_login(people[role])

        refused = {
            "view": browser.get(address["changelist"]).status_code == 403,
            "add": browser.get(address["add"]).status_code == 403,
            "change": browser.post(address["change"], {}).status_code == 403,
            "delete": browser.post(address["delete"], {"post": "yes"}).status_code == 403,
        }

        assert [right for right, no in refused.items() if not no] == rights[role], role


ACTIONS = {(action.table, action.name): action for action in audience.actions()}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_admins_actions_obey_each_role_as_declared(people, model, monkeypatch):
    screen, meta = django_admin.site._registry[model], model._meta
    offered, carried_out = screen.get_actions, []

    def recorded(request):
        return {
            name: (lambda screen, request, rows, name=name: carried_out.append(name), name, description)
            for name, (_, name, description) in offered(request).items()
        }

    monkeypatch.setattr(screen, "get_actions", recorded)
    key = getattr(meta.pk, "target_field", meta.pk)
    table, chosen = f"{meta.app_label}.{meta.object_name}", SOME_ID if isinstance(key, models.UUIDField) else "1"
    names = [name for _, name, _ in screen._get_base_actions()]
    for role in STAFF:
        browser = Client()
        browser.force_login(people[role])
        carried_out.clear()
        for name in names:
            asked = {"action": name, "_selected_action": [chosen]}
            browser.post(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), asked)

        declared = [name for name in names if (table, name) in ACTIONS and role in ACTIONS[table, name].roles]
        assert carried_out == declared, role


def test_an_action_that_does_not_say_whom_it_is_for_is_an_error():
    class Odd(ReadOnlyAdmin):
        actions = ("shout",)

        def shout(self, request, queryset):
            """Do what anybody may who sees the table."""

    with pytest.raises(audience.UndeclaredAction, match="shout of"):
        list(audience._actions_of(Odd(Swipe, django_admin.site)))


def test_who_only_looks_at_newsletter_subscriptions_downloads_none(people):
    browser = Client()
    browser.force_login(people["support"])
    subscription = NewsletterSubscription.objects.create(address="dora@example.com", consent="yes", requested_at=NOW)

    answer = browser.post(
        "/admin/accounts/newslettersubscription/", {"action": "export", "_selected_action": [subscription.pk]}
    )

    assert not answer["Content-Type"].startswith("text/csv")
    assert not AuditEntry.objects.filter(action="newsletter.exported").exists()


@pytest.mark.parametrize("path", sorted({route.path for route in PAGES}))
def test_a_page_has_the_methods_that_it_is_listed_with_and_no_others(zanzibar, people, path):
    answers = {}
    for method in audience.METHODS:
        browser = Client()
        if path not in {"/sign-in", "/sign-up"}:  # which send on who is signed in
            browser.force_login(people["admin"])
        answers[method] = getattr(browser, method)(zanzibar.path(path)).status_code

    listed = {route.method for route in PAGES if route.path == path}
    assert {method for method, status in answers.items() if status != 405} == listed


def test_each_role_holds_what_its_line_says_and_nothing_else(people):
    every = {
        f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related("content_type")
    }

    for role, person in people.items():
        held = User.objects.get(pk=person.pk).get_all_permissions()
        assert held == {name for name in every if any(matches(pattern, name) for pattern in ROLES[role])}, role


@pytest.mark.parametrize("route", [one for one in OPERATIONS if one.rule.startswith("staff: ")], ids=named)
def test_api_and_admin_let_the_same_roles_in(route):
    app, _, codename = route.rule.removeprefix("staff: ").strip("`").partition(".")
    right, _, name = codename.partition("_")
    (rights,) = [held for label, held in SCREENS.items() if label.lower() == f"{app}.{name}"]

    model = apps.get_model(app, name)
    by_action = getattr(django_admin.site._registry[model], "actions_need", "") == f"{app}.{codename}"
    held = {role for role in STAFF if any(matches(pattern, f"{app}.{codename}") for pattern in ROLES[role])}

    at_the_desk = {role for role in STAFF if right in rights[role] or (by_action and role in held)}

    assert {role for role in STAFF if route.outcomes[role] == IN} == at_the_desk


def test_each_role_of_the_contract_is_there_and_merchandisers_see_no_people():
    assert set(ROLES) == {"admin", "merchandiser", "analyst", "ml_engineer", "support", "user"}
    people = [label for label in SCREENS if label.startswith("accounts.")]
    assert {label: SCREENS[label]["merchandiser"] for label in people} == {label: [] for label in people}
