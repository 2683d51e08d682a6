"""What stands on the shelves: departments, titles, prices, words and occasions."""

from decimal import Decimal

import pytest

from aclue.demo.categories import draw_categories
from aclue.demo.colours import BACKGROUNDS, COLOURS, COMPANIONS
from aclue.demo.kinds import KINDS
from aclue.demo.motifs import MOTIFS
from aclue.demo.occasions import OCCASIONS
from aclue.demo.products import DrawnProduct, draw_products
from aclue.demo.seasons import SEASONS
from aclue.demo.styles import STYLES


def test_the_shop_has_twelve_departments_and_some_have_shelves_of_their_own() -> None:
    categories = draw_categories()

    departments = [category.slug for category in categories if category.parent_slug is None]
    assert len(departments) == 12
    assert len({category.slug for category in categories}) == len(categories) > 12
    assert {category.parent_slug for category in categories} - {None} <= set(departments)
    assert set(departments) == set(BACKGROUNDS)


def test_every_shelf_holds_products(products: list[DrawnProduct]) -> None:
    slugs = {category.slug for category in draw_categories()}

    filled = {product.category_slug for product in products}

    assert filled == slugs


def test_no_two_products_share_a_title_an_address_a_key_or_a_description(products: list[DrawnProduct]) -> None:
    for name in ("title", "slug", "key", "description"):
        values = {getattr(product, name) for product in products}

        assert len(values) == len(products) == 600, name


def test_descriptions_are_a_few_finished_sentences(products: list[DrawnProduct]) -> None:
    for product in products:
        n_sentences = sum(product.description.count(end) for end in (". ", "? ")) + 1

        assert 2 <= n_sentences <= 4, product.description
        assert product.description.endswith(".")
        assert "{" not in product.title + product.description


def test_prices_look_like_prices(products: list[DrawnProduct]) -> None:
    prices = sorted(product.price for product in products)

    assert Decimal(4) <= prices[0] < Decimal(12)
    assert Decimal(150) < prices[-1] < Decimal(500)
    assert Decimal(20) < prices[len(prices) // 2] < Decimal(50)
    assert {str(price)[-3:] for price in prices} == {".00", ".50", ".95", ".99"}


def test_every_occasion_is_one_of_ours_and_every_occasion_has_presents(products: list[DrawnProduct]) -> None:
    served = {occasion for product in products for occasion in product.occasions}

    assert served == set(OCCASIONS)


def test_only_new_products_lack_a_rating(products: list[DrawnProduct]) -> None:
    unrated = [product for product in products if product.rating is None]
    rated = [product.rating for product in products if product.rating is not None]

    assert 0 < len(unrated) < 40
    assert all(product.created_days_ago <= 24 and product.review_count == 0 for product in unrated)
    assert all(Decimal(1) <= rating <= Decimal(5) and rating.as_tuple().exponent == -1 for rating in rated)


def test_two_products_a_department_are_featured_and_in_stock(products: list[DrawnProduct]) -> None:
    featured = [product for product in products if product.is_featured]

    assert len(featured) == 24
    assert len({product.department for product in featured}) == 12
    assert all(product.stock > 0 for product in featured)


def test_every_kind_uses_words_that_exist_elsewhere() -> None:
    for kind in KINDS:
        assert kind.motif in MOTIFS
        assert kind.season in SEASONS
        assert set(kind.styles) <= set(STYLES)
        assert set(kind.occasions) <= set(OCCASIONS)
        assert set(kind.colours) <= set(COLOURS)
        assert len(kind.shapes) in (0, len(kind.things))
    assert all(set(others) <= set(COLOURS) - {colour} for colour, others in COMPANIONS.items())


def test_a_shop_too_large_for_its_words_says_so() -> None:
    with pytest.raises(ValueError, match="titles"):
        draw_products(n=20_000)
