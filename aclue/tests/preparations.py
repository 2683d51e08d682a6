"""What has to be there before an operation's documented example succeeds: made in the transaction of its request."""

import base64
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT
from django.utils import timezone

from accounts import services
from accounts.models import Identity, NewsletterSubscription, Purpose, User
from accounts.services import api_keys, links, newsletter, second_factor
from accounts.tests.factors import code_of, switch_on
from catalogue.models import Product
from conftest import PASSWORD
from orders import services as orders
from orders.models import Order, OrderStatus

# A PNG of one pixel.
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


class Preparations:
    """By operation: what to do beforehand, which returns the values that the request takes."""

    def __init__(self, user, issuer):
        self.user = user
        self.issuer = issuer
        social = {f"auth_social_{name}": self.id_token for name in ("google", "facebook", "apple")}
        factor = dict.fromkeys(("auth_2fa_disable", "create_auth_2fa_recovery_code"), self.factor)
        self.by_operation = (
            social
            | factor
            | {
                "auth_register": lambda: {"email": "dora@example.com"},
                "auth_signup": lambda: {"email": "dora@example.com"},
                "auth_2fa_confirm": self.begun_factor,
                "create_auth_verify_email": lambda: {"token": self.link(Purpose.VERIFY_EMAIL)},
                "create_auth_password_reset": lambda: {"token": self.link(Purpose.RESET_PASSWORD)},
                "create_auth_identity": self.linkable,
                "delete_auth_identity": self.identity,
                "delete_auth_api_key": self.api_key,
                "delete_auth_session": self.session,
                "replace_orders_status": lambda: {"order_id": self.order(), "status": "paid"},
                "get_newsletter_confirm": self.subscription,
                "newsletter_unsubscribe": lambda: {"token": newsletter.unsubscription_token(self.user.email)},
            }
        )

    def __call__(self, operation_id):
        """Return what the request of an operation takes, with everything in place for it."""
        prepare = self.by_operation.get(operation_id)
        return prepare() if prepare else {}

    def id_token(self):
        return {"id_token": self.issuer.token(nonce="drawn"), "nonce": "drawn"}

    def linkable(self):
        User.objects.filter(pk=self.user.pk).update(email_verified_at=timezone.now())
        return self.id_token()

    def identity(self):
        now = timezone.now()
        linked = Identity.objects.create(
            user=self.user, provider="google", subject="7", created_at=now, used_at=now, address=self.user.email
        )
        return {"identity_id": str(linked.pk)}

    def begun_factor(self):
        setup = second_factor.begin_setup(user=self.user, now=timezone.now())
        return {"otp": code_of(setup.secret)}

    def factor(self):
        return {"otp": switch_on(self.user).code(), "password": PASSWORD}

    def link(self, purpose):
        return links.draw_link(user=self.user, purpose=purpose, address=self.user.email, now=timezone.now())

    def api_key(self):
        made = api_keys.make_key(user=self.user, name="till", scopes=["profile:read"], now=timezone.now())
        return {"key_id": str(made.row.pk)}

    def session(self):
        return {"session_id": str(services.open_session(user=self.user, now=timezone.now()).session.pk)}

    def order(self):
        line = orders.LineToImport(Product.objects.all()[0].pk, 1, Decimal(20))
        order = orders.OrderToImport("I2", self.user.pk, timezone.now(), OrderStatus.PENDING, "GBP", [line])
        orders.import_orders(orders=[order])
        return str(Order.objects.get(external_reference="I2").pk)

    def subscription(self):
        asked = NewsletterSubscription.objects.create(
            address="dora@example.com", consent="yes", requested_at=timezone.now()
        )
        return {"token": newsletter.confirmation_token(asked)}


def made_known(value, known):
    """Return a body or parameters with the values that exist in place of drawn ones."""
    if isinstance(value, dict):
        return {key: known.get(key, inner) for key, inner in value.items()}
    return [made_known(inner, known) for inner in value] if isinstance(value, list) else value


def documented_bodies(operation):
    """Return the examples that the document shows of an operation's body."""
    content = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
    return [example["value"] for example in content.get("examples", {}).values()] or [None]


def as_sent(operation, body):
    """Return how Django's client is to send a body of an operation: as JSON, or as the form with a file that it is."""
    if "multipart/form-data" not in operation.get("requestBody", {}).get("content", {}):
        return {"data": body}
    file = SimpleUploadedFile("gifts.csv", content_of(operation, body))
    return {"data": {**body, "file": file}, "content_type": MULTIPART_CONTENT}


def content_of(operation, body):
    """Return the file that an operation's documented form stands for: a picture cannot be written in words."""
    return DOT if operation["operationId"] == "create_products_image" else body["file"].encode()
