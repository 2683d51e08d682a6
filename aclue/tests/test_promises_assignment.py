"""Nobody writes a field that the contract does not give them, and nobody reads one."""

import re
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import models

from accounts import services as accounts
from accounts.models import ApiKey, Authenticator, Purpose, User
from accounts.services import links, newsletter, second_factor
from accounts.tests.factors import code_of, switch_on
from accounts.tests.issuer import running
from aclue.tests.conftest import affiliate_programme
from catalogue.models import AffiliateConversion, Product
from common.tests.openapi import as_documented, document, operations
from conftest import PASSWORD
from orders import services as orders
from orders.models import CartItem, Order
from recommendations.ids import RecommendationId
from recommendations.models import Interaction, Pick
from swipes import services as swipes
from swipes.models import BehaviourEvent, SessionType, Swipe, SwipeSession

pytestmark = pytest.mark.django_db

LONG_AGO = "2001-01-01T00:00:00Z"
POISON_ID = "11111111-1111-4111-8111-111111111111"
APPS = ("accounts", "catalogue", "swipes", "orders", "recommendations", "common")
# Different for two equal requests in any case, so looked at apart: they must not be the sent ones.
OF_ITS_OWN = {
    "id",
    "email",
    "email_verified_at",
    "slug",
    "hint",
    "digest",
    "password",
    "created_at",
    "updated_at",
    "recorded_at",
    "occurred_at",
    "last_login",
    "placed_at",
    "title",
    "session",
    "product",
    "answer_id",
    "recommendation_id",
    "product_id",
    "programme",
}

WRITES = {
    "register": ("post", "/api/v1/auth/register", {"email": "{}@example.com", "password": PASSWORD}, User),
    "signup": ("post", "/api/v1/auth/signup", {"email": "{}@example.com", "password": PASSWORD}, User),
    "login": ("post", "/api/v1/auth/login", {"email": "alice@example.com", "password": PASSWORD}, None),
    "signin": ("post", "/api/v1/auth/signin", {"email": "alice@example.com", "password": PASSWORD}, None),
    "refresh": ("post", "/api/v1/auth/refresh", {"refresh_token": "{token}"}, None),
    "logout": ("post", "/api/v1/auth/logout", {}, None),
    "factor setup": ("post", "/api/v1/auth/2fa/setup", {}, None),
    "factor confirm": ("post", "/api/v1/auth/2fa/confirm", {"otp": "{otp}"}, None),
    "factor disable": ("post", "/api/v1/auth/2fa/disable", {"password": PASSWORD, "otp": "{otp}"}, None),
    "recovery codes": ("post", "/api/v1/auth/2fa/recovery-codes", {"password": PASSWORD, "otp": "{otp}"}, None),
    "api key": ("post", "/api/v1/auth/api-keys", {"name": "Robot", "scopes": ["orders:read"]}, ApiKey),
    "identity": (
        "post",
        "/api/v1/auth/identities",
        {"provider": "google", "id_token": "{alices_id_token}", "current_password": PASSWORD},
        None,
    ),
    "google": ("post", "/api/v1/auth/social/google", {"id_token": "{new_id_token}"}, User),
    "facebook": ("post", "/api/v1/auth/social/facebook", {"id_token": "{new_id_token}"}, User),
    "apple": ("post", "/api/v1/auth/social/apple", {"id_token": "{new_id_token}"}, User),
    "forgot": ("post", "/api/v1/auth/password/forgot", {"email": "alice@example.com"}, None),
    "reset": ("post", "/api/v1/auth/password/reset", {"token": "{reset_link}", "password": PASSWORD}, None),
    "verify": ("post", "/api/v1/auth/verify-email", {"token": "{verification_link}"}, None),
    "resend": ("post", "/api/v1/auth/verify-email/resend", {"email": "alice@example.com"}, None),
    "subscribe": ("post", "/api/v1/newsletter/subscribe", {"email": "alice@example.com"}, None),
    "unsubscribe": ("post", "/api/v1/newsletter/unsubscribe", {"token": "{unsubscription}"}, None),
    "profile": ("patch", "/api/v1/users/me", {"first_name": "Alice"}, None),
    "session": ("post", "/api/v1/swipes/sessions", {"session_type": "gift"}, SwipeSession),
    "swipe": (
        "post",
        "/api/v1/swipes/interactions",
        {"session_id": "{session}", "product_id": "{product}", "direction": "left"},
        Swipe,
    ),
    "event": ("post", "/api/v1/user-behavior/track", {"event_type": "view"}, BehaviourEvent),
    "interaction": (
        "post",
        "/api/v1/recommendations/{recommendation}/interact",
        {"interaction_type": "like"},
        Interaction,
    ),
    "cart item": ("post", "/api/v1/cart/items", {"product_id": "{product}", "quantity": 2}, CartItem),
    "quantity": ("put", "/api/v1/cart/items/{item}", {"quantity": 3}, None),
    "order": ("post", "/api/v1/orders", {"items": [{"product_id": "{product}", "quantity": 1}]}, Order),
    "step": ("put", "/api/v1/orders/{order}/status", {"status": "paid"}, None),
    "product": ("post", "/api/v1/products", {"title": "Lamp {}", "price": 5, "category": "accessories"}, Product),
    "replace": (
        "put",
        "/api/v1/products/{product}",
        {"title": "Lamp", "price": 5, "category": "accessories"},
        Product,
    ),
    "change": ("patch", "/api/v1/products/{product}", {"title": "Lamp"}, Product),
    "conversion": (
        "post",
        "/api/v1/affiliate/conversions",
        {
            "programme": "{programme}",
            "external_reference": "7",
            "ordered_at": "2025-11-20T09:30:00Z",
            "amount": 5,
            "currency": "GBP",
        },
        AffiliateConversion,
    ),
}
WITHOUT_STRANGE_NAMES = ("post", "/api/v1/recommendations/generate")
STAFF_WRITES = {"product", "replace", "change", "step", "conversion"}


def poison_for(field):
    """Return a value that would be seen at once if it were taken."""
    match field:
        case models.UUIDField() | models.ForeignKey():
            return POISON_ID
        case models.DateTimeField():
            return LONG_AGO
        case models.BooleanField():
            return True
        case models.JSONField():
            return ["poison"]
        case models.IntegerField() | models.FloatField() | models.DecimalField() | models.BinaryField():
            return 4242
        case models.ManyToManyField():
            return ["admin"]
    return field.choices[-1][0] if field.choices else "poison"


def every_model_field():
    fields = {
        name: poison_for(field)
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        for name in {field.name, field.attname, field.name.removesuffix("_id")}
    }
    return fields | {
        "roles": ["admin"],
        "groups": ["admin"],
        "user_permissions": ["accounts.change_user"],
        "permissions": ["*"],
        "email_verified": True,
        "pk": POISON_ID,
        "_state": {"adding": True},
        "user": POISON_ID,
        "user_id": POISON_ID,
        "owner": POISON_ID,
    }


def templated(path):
    return re.sub(r"\{(product|recommendation|item|order)\}", r"{\1_id}", path)


def accepted_names(method, path):
    """Return the names that the document gives a route's body."""
    template = templated(path)
    schema = operations()[method, template]["requestBody"]["content"]["application/json"]["schema"]
    found, waiting = set(), [schema]
    while waiting:
        part = waiting.pop()
        if "$ref" in part:
            part = document()["components"]["schemas"][part["$ref"].rpartition("/")[2]]
        found |= set(part.get("properties", {}))
        waiting.extend(part.get("oneOf", []))
        waiting.extend([part["items"]] if "items" in part else [])
    return found


def values_of(row):
    row.refresh_from_db()
    values = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}
    if isinstance(row, User):
        values |= {"roles": row.role_names(), "permissions": sorted(row.get_all_permissions())}
    return values


@pytest.fixture
def issuer():
    """A provider that people sign in with."""
    with running() as local:
        yield local


def links_and_codes(name, sender, nth, issuer):
    """Return what a write of this name needs that is good for once."""
    now = datetime.now(UTC)
    sender.refresh_from_db()
    match name:
        case "factor confirm":
            Authenticator.objects.all().delete()
            return {"otp": code_of(second_factor.begin_setup(user=sender, now=now).secret)}
        case "factor disable" | "recovery codes":
            Authenticator.objects.all().delete()
            return {"otp": switch_on(sender).code()}
        case "identity":
            User.objects.filter(pk=sender.pk).update(email_verified_at=now)
            return {"alices_id_token": issuer.token(sub=f"alice {nth}", email=sender.email)}
        case "google" | "facebook" | "apple":
            return {"new_id_token": issuer.token(sub=nth, email=f"{nth}@example.com")}
        case "reset" | "verify":
            purpose = Purpose.RESET_PASSWORD if name == "reset" else Purpose.VERIFY_EMAIL
            link = links.draw_link(user=sender, purpose=purpose, address=sender.email, now=now)
            return {"reset_link": link, "verification_link": link}
        case "unsubscribe":
            return {"unsubscription": newsletter.unsubscription_token(sender.email)}
    return {}


def filled_in(value, nth, known):
    """Return a body with what is known in place of the names in braces, at every level."""
    if isinstance(value, dict):
        return {key: filled_in(inner, nth, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled_in(inner, nth, known) for inner in value]
    return value.format(nth, **known) if isinstance(value, str) and "{" in value else value


@pytest.fixture
def send(api, alice, mary, make_product, issuer, settings):
    """Send one of the writes as its rightful sender, with more in its body; returns the answer and its row."""
    accounts.write_roles()
    times = iter("abcdefghij")
    settings.OIDC_PROVIDERS = {name: issuer.provider() for name in ("google", "facebook", "apple")}

    def write(name, extra):
        method, path, body, model = WRITES[name]
        sender = mary if name in STAFF_WRITES else alice
        nth = next(times)
        product = make_product(f"Scarf {nth}", occasions=["birthday"], stock=5)
        session = swipes.start_session(user=sender, session_type=SessionType.GIFT, now=datetime.now(UTC))
        signed = accounts.open_session(user=sender, now=datetime.now(UTC))
        shown = RecommendationId(uuid.uuid4(), 1, product.pk, "ease:1").sign(sender.pk)
        item, _ = orders.add_to_cart(
            user=sender, product_id=make_product(f"Bowl {nth}").pk, quantity=1, now=datetime.now(UTC)
        )
        wanted = [orders.Wanted(product.pk, 1)]
        order = orders.place_order(user=sender, items=wanted, gift=orders.Gift(), now=datetime.now(UTC))
        made = {product.pk, session.pk, item.pk, order.pk}
        known = {
            "product": str(product.pk),
            "item": str(item.pk),
            "order": str(order.pk),
            "session": str(session.pk),
            "token": signed.refresh_token,
            "recommendation": shown,
            "programme": affiliate_programme(f"larkfield-{nth}").slug,
            **links_and_codes(name, sender, nth, issuer),
        }
        filled = filled_in(body, nth, known)
        before = set(model.objects.values_list("pk", flat=True)) - made if model else set()
        answer = getattr(api(sender), method)(path.format(**known), {**extra, **filled})
        if model is None:
            return answer, sender
        if model is Product and method != "post":
            return answer, product
        return answer, model.objects.exclude(pk__in=before).exclude(pk__in=made).get()

    return write


@pytest.mark.parametrize("name", WRITES)
def test_a_write_with_every_field_of_every_table_changes_what_the_contract_says_and_no_more(send, name):
    method, path, *_ = WRITES[name]
    poison = {key: value for key, value in every_model_field().items() if key not in accepted_names(method, path)}
    of_staff = {"is_staff", "is_superuser", "roles", "user", "user_id", "id", "created_at", "status"}
    assert of_staff - accepted_names(method, path) <= set(poison)
    plain_answer, plain_row = send(name, {})
    plain = values_of(plain_row)

    answer, row = send(name, poison)

    assert (answer.status_code, plain_answer.status_code) in {(code, code) for code in (200, 201, 202, 204)}
    taken = values_of(row)
    assert {key: taken[key] for key in taken.keys() - OF_ITS_OWN} == {
        key: plain[key] for key in plain.keys() - OF_ITS_OWN
    }
    poisons = {POISON_ID, uuid.UUID(POISON_ID), "poison", 4242, Decimal(4242), datetime.fromisoformat(LONG_AGO)}
    assert [key for key in taken.keys() & OF_ITS_OWN if taken[key] in poisons] == []
    if answer.content:
        assert shape_of(answer.json()) == shape_of(plain_answer.json())
        as_documented(answer)


def shape_of(body):
    """Return the keys of a body, at every level."""
    if isinstance(body, dict):
        return {key: shape_of(value) for key, value in body.items()}
    return [shape_of(value) for value in body] if isinstance(body, list) else None


def test_a_list_that_takes_no_strange_names_refuses_every_field_of_every_table(api, alice):
    method, path = WITHOUT_STRANGE_NAMES
    poison = {key: value for key, value in every_model_field().items() if key not in accepted_names(method, path)}

    answer = api(alice).post(path, poison)

    assert {tuple(error["loc"]) for error in answer.json()["errors"]} == {("body", name) for name in poison}
    assert answer.status_code == 422
    assert Pick.objects.count() == 0


def test_every_route_with_a_body_is_tried():
    tried = {(method, templated(path)) for method, path, _, _ in WRITES.values()} | {WITHOUT_STRANGE_NAMES}

    # Files come as forms, whose fields are tried where uploads are.
    bodies = {
        key: operation["requestBody"]["content"]
        for key, operation in operations().items()
        if "requestBody" in operation
    }
    assert tried == {key for key, content in bodies.items() if "application/json" in content}
    assert bodies.keys() - tried == {
        ("post", "/api/v1/admin/products/bulk-upload"),
        ("post", "/api/v1/products/{product_id}/images"),
    }


def test_price_and_owner_of_what_others_have_stay_theirs(api, alice, bob, scarf, deck):
    bobs = swipes.start_session(user=bob, session_type=SessionType.GIFT, now=datetime.now(UTC))
    client = api(alice)

    answers = [
        client.post(
            "/api/v1/swipes/interactions",
            {"session_id": deck.pk, "product_id": scarf.pk, "direction": "up", "user": bob.pk, "session": bobs.pk},
        ),
        client.patch("/api/v1/users/me", {"id": bob.pk, "first_name": "Mallory"}),
        client.patch(f"/api/v1/products/{scarf.pk}", {"price": 0}),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 403]
    assert Swipe.objects.get().session == deck
    assert {user.email: user.first_name for user in User.objects.all()} == {
        "alice@example.com": "Mallory",
        "bob@example.com": "Bob",
    }
    scarf.refresh_from_db()
    assert scarf.price == Decimal("20.00")


def test_roles_come_from_staff_alone(api):
    Group.objects.get_or_create(name="admin")

    answer = api().post(
        "/api/v1/auth/register",
        {"email": "mallory@example.com", "password": PASSWORD, "roles": ["admin"], "groups": [1], "is_superuser": True},
    )

    assert answer.json()["user"]["roles"] == ["user"]
    mallory = User.objects.get(email="mallory@example.com")
    assert (mallory.is_staff, mallory.is_superuser, mallory.groups.count()) == (False, False, 0)
