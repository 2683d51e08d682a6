"""The demo's shop in small: 240 products, 300 people and their year, with all models trained on it, made once.

Each test runs once with every type that may serve. What a test changes is taken back when it ends; what is here is
taken back after the last of this folder.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction

from aclue import seeding
from aclue.demo.products import draw_products
from catalogue import reads, shelves
from conftest import NOW
from recommendations import leases, publishing, services
from recommendations.models import ModelType, ModelVersion, VersionStatus
from recommendations.registry import registry
from recommendations.scoring import MAIN, Scorer
from recommendations.shop import shop
from recommendations.taste import all_people, events_of_many

N_PRODUCTS, N_PEOPLE = 240, 300


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one process, which then seeds once; first, as xdist reads the groups when it is its turn."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.xdist_group("seeded"))


@pytest.fixture(scope="package")
def seeded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The shop, its people and its models; returns the models' folder."""
    folder = tmp_path_factory.mktemp("seeded")
    with (
        # One and the same year in every run: what is drawn depends on the season that it ends in.
        time_machine.travel(NOW, tick=True),
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr(settings, "MEDIA_ROOT", folder / "media")
        patch.setattr(settings, "MODEL_DIR", folder / "models")
        # The thread that renews a lease has its own connection, which cannot see what is not committed.
        patch.setattr(leases, "RENEW_SECONDS", 3600.0)
        patch.setattr(publishing, "_verify", lambda aside: None)
        patch.setattr(seeding, "store_sign_ins", lambda now: None)
        _pretend_pictures(folder / "media" / "demo")
        reads.forget()
        shelves.forget()
        seeding.seed_demo(now=NOW, n_products=N_PRODUCTS, n_people=N_PEOPLE, say=lambda words: None)
        for model_type in (*MAIN, ModelType.CONTENT):
            _train(model_type, NOW + timedelta(seconds=1))
        # Every test ends with a check of all that is still to be checked, which would be the whole year each time.
        connection.check_constraints()
        yield folder / "models"
        transaction.set_rollback(True)


def _pretend_pictures(folder: Path) -> None:
    folder.mkdir(parents=True)
    for product in draw_products(seeding.SEED, N_PRODUCTS):
        (folder / f"{product.slug}.webp").touch()


def _train(model_type: str, now: Any) -> None:
    run = services.request_training(model_type=model_type, parameters={}, now=now, is_sent=False)
    services.train(run_id=run.pk, clock=lambda: now)
    # Whatever the gate says: 300 people may teach less than what is popular.
    services.activate_model(version=ModelVersion.objects.get(run=run), now=now)


@pytest.fixture(autouse=True)
def model_dir(seeded: Path, settings: Any) -> Path:
    """The folder of the models that were trained once."""
    settings.MODEL_DIR = seeded
    return seeded


@pytest.fixture(autouse=True)
def same_day(seeded: Path) -> Iterator[None]:
    """The day on which that year ends: what is old counts less, so on another day the lists would be others."""
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        yield


@pytest.fixture(params=MAIN, autouse=True)
def served(request: pytest.FixtureRequest, model_dir: Path, db: None) -> str:
    """The one type that serves in this test, as the gate might choose any of them."""
    others = [model_type for model_type in MAIN if model_type != request.param]
    ModelVersion.objects.filter(model_type__in=others).update(status=VersionStatus.RETIRED)
    return str(request.param)


@pytest.fixture
def scorer(served: str) -> Scorer:
    """The models over the shop."""
    return Scorer(shop(), registry())


@pytest.fixture(scope="package")
def histories(seeded: Path, django_db_blocker: Any) -> dict[Any, Any]:
    """What everybody did, by person; read once, so not to be changed.

    In the order in which they came, which a draw with a seed needs: their ids are others in each run.
    """
    with django_db_blocker.unblock():
        read = events_of_many(all_people())
    return dict(sorted(read.items(), key=lambda item: min(event.occurred_at for event in item[1])))
