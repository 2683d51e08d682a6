"""A world with one of everything, for tests that ask every operation of the API."""

import uuid

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.tests.issuer import running
from aclue.tests.preparations import Preparations
from catalogue import services as catalogue
from conftest import NOW, PASSWORD, make_person
from orders import services as orders
from orders.models import Order, OrderStatus
from recommendations.ids import RecommendationId
from swipes import services as swipes
from swipes.models import Direction, EventType, SessionType


@pytest.fixture
def provider(settings):
    """A sign-in provider that stands for all of them."""
    with running() as issuer:
        settings.OIDC_PROVIDERS = {name: issuer.provider() for name in settings.OIDC_PROVIDERS}
        yield issuer


@pytest.fixture
def world(make_product, provider):
    """Return a person with one of everything, their token, and the values by which requests find it."""

    def make(*roles):
        user = make_person("Ada", roles=roles)
        scarf = make_product("Silk scarf", is_featured=True, occasions=["birthday"], external_reference="R1")
        session = swipes.start_session(user=user, session_type=SessionType.GIFT, now=NOW)
        (swipe,), _ = swipes.record_swipes(
            user=user, answers=[swipes.Answer(session.pk, make_product("Mug").pk, Direction.RIGHT)], now=NOW
        )
        swipes.track_behaviour(user=user, events=[{"event_type": EventType.VIEW, "product_id": scarf.pk}], now=NOW)
        line = orders.LineToImport(scarf.pk, 1, scarf.price)
        orders.import_orders(orders=[orders.OrderToImport("I1", user.pk, NOW, OrderStatus.PAID, "GBP", [line])])
        catalogue.save_category(category=scarf.category, now=NOW, actor_id=None)
        signed_in = accounts.open_session(user=user, now=timezone.now())
        known = {
            "product_id": str(scarf.pk),
            "session_id": str(session.pk),
            "swipe_id": str(swipe.pk),
            "order_id": str(Order.objects.get().pk),
            "recommendation_id": RecommendationId(uuid.uuid4(), 1, scarf.pk, "popular").sign(user.pk),
            "slug_or_id": "accessories",
            "category": "accessories",
            "email": user.email,
            "current_password": PASSWORD,
            "refresh_token": signed_in.refresh_token,
            "recipient_id": None,
            "ids": [str(scarf.pk)],
        }
        return signed_in.access_token, known, Preparations(user, provider)

    return make
