"""A change writes what it changes and nothing else, however old the copy it works on."""

from decimal import Decimal

import pytest
from django.utils import timezone

from catalogue import services
from catalogue.models import Product, Status
from common.errors import NotFound

pytestmark = pytest.mark.django_db


def change(product, **values):
    return services.update_product(product=product, values=values, now=timezone.now(), actor_id=None)


def test_a_new_price_leaves_the_stock_as_it_is_by_now(scarf):
    stale = Product.objects.get(pk=scarf.pk)
    change(scarf, stock=1)

    changed = change(stale, price=Decimal("9.50"))

    assert (changed.stock, changed.price) == (1, Decimal("9.50"))


def test_a_deleted_product_is_not_brought_back_by_a_late_change(scarf):
    stale = Product.objects.get(pk=scarf.pk)
    services.delete_product(product=scarf, now=timezone.now(), actor_id=None)

    with pytest.raises(NotFound):
        change(stale, price=Decimal("9.50"))

    assert Product.objects.get(pk=scarf.pk).status == Status.DELETED


def test_an_import_writes_the_columns_that_a_row_names(make_product, accessories):
    plain = make_product("Plain hat", external_reference="A1", stock=3)
    make_product("Fine hat", external_reference="A2", stock=3)
    rows = [
        {"external_reference": "A1", "title": "Plain hat", "price": Decimal(5), "category": accessories},
        {"external_reference": "A2", "title": "Fine hat", "price": Decimal(6), "category": accessories, "stock": 9},
    ]

    services.upsert_products(rows=rows, now=timezone.now(), actor_id=None)

    plain.refresh_from_db()
    assert (plain.price, plain.stock) == (Decimal(5), 3)
    assert Product.objects.get(external_reference="A2").stock == 9
