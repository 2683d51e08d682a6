"""A folder for models, a shop with known tastes, and training without the second process that verifies."""

from decimal import Decimal

import pytest

from catalogue import services as catalogue
from conftest import NOW
from recommendations import leases, publishing, services
from recommendations.tests.handmade import serve_likes
from recommendations.tests.shops import fill_shop, request


@pytest.fixture(autouse=True)
def model_dir(settings, tmp_path):
    """A folder of the test's own; returns where it will be."""
    settings.MODEL_DIR = tmp_path / "models"
    return settings.MODEL_DIR


@pytest.fixture(autouse=True)
def _no_renewal(monkeypatch):
    """Leave leases alone while a test's own transaction is open: a thread beside it cannot see them."""
    monkeypatch.setattr(leases, "RENEW_SECONDS", 3600.0)


@pytest.fixture
def unverified(monkeypatch):
    """Trust what was written: starting the process that verifies takes most of a small training."""
    monkeypatch.setattr(publishing, "_verify", lambda folder: None)


@pytest.fixture
def cups(db):
    """A shop of 24 cups and 40 people of two tastes."""
    fill_shop(now=NOW)


@pytest.fixture
def train(unverified):
    """Train a type now, or a moment later, with these parameters; returns the run."""

    def carry_out(model_type, *, now=NOW, **parameters):
        run = request(model_type, now=now, **parameters)
        return services.train(run_id=run.pk, clock=lambda: now)

    return carry_out


@pytest.fixture
def gifts(make_category, make_product, accessories):
    """Six gifts on three shelves, the ball sold out: a scarf is liked best, then a mug; prices 10, 20, … 60."""
    scarves, garden = make_category("Scarves", parent=accessories), make_category("Garden")
    shelves = {"silk": scarves, "wool": scarves, "gloves": accessories, "mug": garden, "spade": garden, "ball": garden}
    made = {
        name: make_product(
            name.title(),
            category=category,
            price=Decimal(10 * number),
            stock=0 if name == "ball" else 5,
            occasions=["birthday"] if name in {"silk", "spade"} else [],
        )
        for number, (name, category) in enumerate(shelves.items(), start=1)
    }
    catalogue.set_popularity(popularity={made["silk"].pk: 9.0, made["mug"].pk: 8.0, made["wool"].pk: 1.0})
    return made


@pytest.fixture
def learnt(gifts):
    """A model by which whoever likes silk likes spades most, then wool, and whoever likes the mug gloves."""
    effects = {
        (gifts["silk"], gifts["spade"]): 1.0,
        (gifts["silk"], gifts["wool"]): 0.5,
        (gifts["mug"], gifts["gloves"]): 1.0,
    }
    return serve_likes(effects, list(gifts.values()), now=NOW)


@pytest.fixture
def swiping(api, deck):
    """Return a function by which Alice answers a card over HTTP; returns the answer."""

    def swipe(product, direction="right", query="", **more):
        asked = {"session_id": deck.pk, "product_id": product.pk, "direction": direction, **more}
        return api(deck.user).post(f"/api/v1/swipes/interactions{query}", asked)

    return swipe
