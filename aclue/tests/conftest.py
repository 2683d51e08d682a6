"""A world with one of everything, for tests that ask every operation of the API or open every screen of the desk."""

import io
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Identity
from accounts.services import api_keys
from accounts.tests.issuer import running
from aclue.tests.preparations import Preparations
from catalogue import services as catalogue
from catalogue import uploads
from catalogue.affiliate import clicks, conversions, programmes
from catalogue.models import AffiliateProgramme, CommissionRate, UploadMode
from catalogue.search import log
from common import audit
from conftest import NOW, PASSWORD, make_person
from orders import services as orders
from orders.models import Order, OrderStatus
from recommendations import services as recommendations
from recommendations.answers import Answer, Chosen
from recommendations.ids import RecommendationId
from recommendations.models import InteractionType, ModelVersion
from swipes import services as swipes
from swipes.models import Direction, EventType, SessionType


def upload_file(**options):
    """Put a file of products down for the worker."""
    file = io.BytesIO(b"external_reference,title,price,category\nA1,Silk hat,20,accessories\nA2,Cap,dear,accessories\n")
    return uploads.request_upload(
        name="gifts.csv", file=file, mode=UploadMode.UPSERT, now=NOW, actor_id=None, **options
    )


def affiliate_programme(slug="larkfield"):
    """Store a programme that covers the host of its own name."""
    programme = AffiliateProgramme(
        name=slug.title(), slug=slug, tag_parameter="tag", sub_id_parameter="sub", tags={"GB": "aclue-21"}
    )
    hosts = [f"{slug}.example"]
    return programmes.save_programme(programme=programme, hosts=hosts, now=NOW, actor_id=None)


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
        scarf = make_product(
            "Silk scarf",
            is_featured=True,
            occasions=["birthday"],
            external_reference="R1",
            affiliate_url="https://larkfield.example/scarf",
        )
        affiliate_programme()
        session = swipes.start_session(user=user, session_type=SessionType.GIFT, now=NOW)
        (swipe,), _ = swipes.record_swipes(
            user=user, answers=[swipes.Answer(session.pk, make_product("Mug").pk, Direction.RIGHT)], now=NOW
        )
        swipes.track_behaviour(user=user, events=[{"event_type": EventType.VIEW, "product_id": scarf.pk}], now=NOW)
        line = orders.LineToImport(scarf.pk, 1, scarf.price)
        orders.import_orders(orders=[orders.OrderToImport("I1", user.pk, NOW, OrderStatus.PAID, "GBP", [line])])
        catalogue.save_category(category=scarf.category, now=NOW, actor_id=None)
        signed_in = accounts.open_session(user=user, now=timezone.now())
        item, _ = orders.add_to_cart(user=user, product_id=scarf.pk, quantity=1, now=NOW)
        known = {
            "product_id": str(scarf.pk),
            "session_id": str(session.pk),
            "swipe_id": str(swipe.pk),
            "order_id": str(Order.objects.get().pk),
            "item_id": str(item.pk),
            "recommendation_id": RecommendationId(uuid.uuid4(), 1, scarf.pk, "popular").sign(user.pk),
            "upload_id": str(upload_file().pk),
            "slug_or_id": "accessories",
            "category": "accessories",
            "email": user.email,
            "current_password": PASSWORD,
            "refresh_token": signed_in.refresh_token,
            "recipient_id": None,
            "ids": [str(scarf.pk)],
            "q": "silk",
        }
        return signed_in.access_token, known, Preparations(user, provider)

    return make


@pytest.fixture
def root(db):
    user, _ = accounts.make_superuser(email="root@example.com", password=PASSWORD, now=NOW)
    return user


@pytest.fixture
def desk(client, root):
    """A browser at which the superuser sits."""
    client.force_login(root)
    return client


@pytest.fixture
def one_of_everything(alice, scarf, mug, deck, make_product):
    """At least one row of every model that staff look at."""
    make_product("Vase", image="https://images.example/vase.webp", tags=["clay"], stock=None)
    log.note_search(query="silk", n_found=1, is_loose=False, now=NOW)
    swipes.record_swipes(user=alice, answers=[swipes.Answer(deck.pk, scarf.pk, Direction.UP)], now=NOW)
    shown = swipes.Shown(uuid.uuid4(), alice.pk, "deck", "popular:plain", [scarf.pk], NOW)
    swipes.record_impressions(shown=[shown])
    swipes.track_behaviour(user=alice, events=[{"event_type": EventType.SEARCH, "query": "silk"}], now=NOW)
    line = orders.LineToImport(scarf.pk, 2, Decimal(20))
    orders.import_orders(orders=[orders.OrderToImport("INV-7", alice.pk, NOW, OrderStatus.PAID, "GBP", [line])])
    accounts.let_in(user=alice, now=NOW, device="phone")
    Identity.objects.create(user=alice, provider="google", subject="7", created_at=NOW, used_at=NOW)
    api_keys.make_key(user=alice, name="Robot", scopes=["orders:read"], now=NOW)
    ModelVersion.objects.create(
        model_type="ease", number=1, status="ACTIVE", data_until=NOW, folder="ease-1", created_at=NOW
    )
    recommendations.request_training(model_type="als", parameters={"factors": 8}, now=NOW)
    upload_file()
    programme = affiliate_programme()
    hat = make_product("Silk hat", affiliate_url="https://larkfield.example/hat")
    clicks.follow_link(product_id=hat.pk, visitor="a", country="", source=clicks.Source(policy="ease:1"), now=NOW)
    rate = CommissionRate(programme=programme, percent=Decimal(5), since_on=NOW.date())
    programmes.save_rate(rate=rate, now=NOW, actor_id=None)
    sale = conversions.ReportLine("LK-1", NOW, Decimal("42.50"), "GBP")
    conversions.record_conversion(programme=programme, line=sale, now=NOW, actor_id=None)
    recommendations.record_interaction(
        user=alice,
        recommendation=RecommendationId(uuid.uuid4(), 1, scarf.pk, "ease:1"),
        interaction_type=InteractionType.CLICK,
        now=NOW,
    )
    chosen = Chosen(scarf.pk, 1.5, "Because you liked Silk scarf.", ("ease",))
    recommendations.store_pick(user_id=alice.pk, answer=Answer([chosen], "ease", "ease:1", "x"), now=NOW)
    audit.report(name="shop.seeded", now=NOW, message="600 products")
