"""Every product has a picture of its own, small enough to send six hundred of them."""

from io import BytesIO

import pytest
from PIL import Image

from aclue.demo.canvas import Canvas
from aclue.demo.ink import ink
from aclue.demo.motifs import MOTIFS
from aclue.demo.pictures import draw_picture
from aclue.demo.products import DrawnProduct


def test_a_picture_is_a_square_webp_of_modest_size(products: list[DrawnProduct]) -> None:
    file = draw_picture(products[0])

    picture = Image.open(BytesIO(file))
    assert (picture.format, picture.size, picture.mode) == ("WEBP", (640, 640), "RGB")
    assert len(file) < 25_000


def test_the_same_product_is_drawn_the_same_way(products: list[DrawnProduct]) -> None:
    first, second = draw_picture(products[3]), draw_picture(products[3])

    assert first == second


def test_products_of_one_kind_are_told_apart(products: list[DrawnProduct]) -> None:
    mugs = [product for product in products if product.motif == "mug"]

    files = {draw_picture(mug, size=160) for mug in mugs}

    assert len(files) == len(mugs) > 5


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_a_motif_fills_the_middle_of_its_square_and_never_touches_the_edge(motif: str) -> None:
    colours = ink((88, 140, 176), (238, 134, 112))

    for variant in range(12):
        canvas = Canvas(size=100)
        MOTIFS[motif](canvas, colours, variant)

        left, top, right, bottom = canvas.image.getbbox() or (0, 0, 0, 0)
        assert min(left, top) > 0
        assert max(right, bottom) < canvas.image.width
        assert max(right - left, bottom - top) > canvas.image.width / 2


def test_the_shop_has_a_motif_for_nearly_every_kind(products: list[DrawnProduct]) -> None:
    drawn = {product.motif for product in products}

    assert drawn == set(MOTIFS)
    assert len(drawn) >= 25
