"""Draw a product's picture: its motif, with a soft shadow, on its department's background."""

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from aclue.demo.canvas import OVERSAMPLING, Canvas, Colour
from aclue.demo.colours import BACKGROUNDS, COLOURS
from aclue.demo.ink import ink, mix, shade, tint
from aclue.demo.motifs import MOTIFS
from aclue.demo.products import DrawnProduct

QUALITY = 82
SHADOW_STRENGTH = 0.30
SHADOW_COLOUR: Colour = (70, 50, 60)
BLURRED_AT = 4  # a shadow is blurred at a quarter of its size, where the blur costs a sixteenth


def draw_picture(product: DrawnProduct, size: int = 640) -> bytes:
    """Return the product's picture as a WebP file, `size` pixels wide and high."""
    canvas = Canvas(size)
    MOTIFS[product.motif](canvas, ink(COLOURS[product.colour], COLOURS[product.accent]), product.variant)
    motif = canvas.image.reduce(OVERSAMPLING)

    picture = _background(product.department, product.variant % 4, product.accent, size)
    picture.paste(SHADOW_COLOUR, (0, 0), _shadow(motif))
    picture.paste(motif, (0, 0), motif)

    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=2)
    return file.getvalue()


def _background(department: str, scene: int, accent: str, size: int) -> Image.Image:
    """Return an RGB wall, lit from above, with one large soft form behind where the motif will stand."""
    top, foot = BACKGROUNDS[department]
    wall = _wall(department, size).copy()
    colour = mix(tint(top, 0.5), COLOURS[accent], 0.14) if scene < 2 else shade(mix(foot, COLOURS[accent], 0.12), 0.05)
    wall.paste(colour, (0, 0), _form(scene, size))
    return wall


@lru_cache
def _wall(department: str, size: int) -> Image.Image:
    top, foot = (np.array(colour) for colour in BACKGROUNDS[department])
    column = top + (foot - top) * np.linspace(0, 1, size)[:, None]
    return Image.fromarray(np.repeat(column[:, None, :], size, axis=1).round().astype(np.uint8))


@lru_cache
def _form(scene: int, size: int) -> Image.Image:
    """Return the mask of a disc, an arch, a table top or a hill."""
    form = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(form)
    unit = size / 100
    if scene == 0:
        pen.ellipse((14 * unit, 14 * unit, 86 * unit, 86 * unit), fill=255)
    elif scene == 1:
        pen.rounded_rectangle((18 * unit, 10 * unit, 82 * unit, 130 * unit), radius=32 * unit, fill=255)
    elif scene == 2:
        pen.rectangle((0, 70 * unit, size, size), fill=255)
    else:
        pen.ellipse((-20 * unit, 40 * unit, 120 * unit, 150 * unit), fill=255)
    return form.filter(ImageFilter.GaussianBlur(1))


def _shadow(motif: Image.Image) -> Image.Image:
    """Return the mask of a shadow that falls a little below and to the right of the motif."""
    width, height = motif.size
    mask = motif.getchannel("A").reduce(BLURRED_AT)
    fallen = Image.new("L", mask.size, 0)
    fallen.paste(mask, (round(mask.width * 0.012), round(mask.height * 0.03)))
    soft = fallen.filter(ImageFilter.GaussianBlur(mask.width / 40)).point(lambda value: round(value * SHADOW_STRENGTH))
    return soft.resize((width, height), Image.Resampling.BILINEAR)
