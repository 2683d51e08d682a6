"""`manage.py demo` fills a shop once, resumes, and can be taken away."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts.models import User
from catalogue.models import Category, Product
from orders.models import Order
from swipes.models import Swipe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_debug_and_aside(settings, tmp_path):
    settings.DEBUG = True
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


def seed(*options):
    call_command("demo", "--products", "40", "--people", "30", *options, verbosity=0)


def state():
    return [model.objects.count() for model in (Product, Category, User, Swipe, Order)]


def test_the_demo_has_products_with_pictures_people_and_what_they_did(settings):
    seed()

    assert Product.objects.count() == 40
    assert Category.objects.filter(parent=None).count() == 12
    assert User.objects.filter(email__endswith="@people.demo.aclue.example").count() == 29
    assert Swipe.objects.count() > 300
    assert Order.objects.count() > 10
    assert Product.objects.order_by("-popularity").first().popularity > 0
    picture = settings.MEDIA_ROOT / Product.objects.first().image
    assert picture.read_bytes()[8:12] == b"WEBP"


def test_one_customer_has_a_year_behind_them_and_another_is_new():
    seed()

    done = {
        name: [model.objects.filter(user__email=f"{name}@demo.aclue.example").exists() for model in (Swipe, Order)]
        for name in ("alice", "bob")
    }
    assert done == {"alice": [True, True], "bob": [False, False]}


def test_seeding_again_changes_nothing():
    seed()
    before = state()

    seed()

    assert state() == before


def test_an_interrupted_seeding_is_taken_up_where_it_stopped(monkeypatch):
    from aclue import seeding

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "store_orders", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            seed()
    n_swipes = Swipe.objects.count()

    seed()

    assert Swipe.objects.count() == n_swipes
    assert Order.objects.count() > 10


def test_a_shop_with_products_of_its_own_is_left_alone(scarf):
    seed("--if-empty")

    assert list(Product.objects.all()) == [scarf]


def test_reset_makes_it_anew():
    seed()
    User.objects.filter(email__startswith="alice@").delete()

    seed("--reset")

    assert User.objects.filter(email="alice@demo.aclue.example").exists()
    assert Product.objects.count() == 40


def test_it_is_taken_away_and_nothing_else_is(settings, scarf, alice):
    settings.DEBUG = False
    with override_settings(DEBUG=True):
        seed()

    call_command("demo", "--remove", verbosity=0)

    assert list(Product.objects.all()) == [scarf]
    assert list(User.objects.all()) == [alice]
    assert (Swipe.objects.count(), Order.objects.count()) == (0, 0)


def test_made_people_cannot_sign_in_and_demo_accounts_share_one_hash():
    seed()

    people = User.objects.filter(email__endswith="@people.demo.aclue.example")
    demo = User.objects.filter(email__endswith="@demo.aclue.example")
    assert not any(user.has_usable_password() for user in people)
    assert demo.count() == 5
    assert demo.values("password").distinct().count() == 1


def test_the_sign_ins_it_writes_down_work(settings, api):
    seed()
    words = (settings.VAR_DIR / "demo-sign-ins.txt").read_text()
    password = re.search(r"password (\S+)\)", words).group(1)

    answer = api().post("/api/v1/auth/login", {"email": "ada@demo.aclue.example", "password": password})

    assert answer.status_code == 200
    assert answer.json()["user"]["roles"] == ["admin", "user"]


def test_outside_debug_there_is_no_demo(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG only"):
        seed()
