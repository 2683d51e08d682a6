"""Pictures that somebody sends: looked at before they are decoded, decoded within bounds, and drawn anew.

Nothing of the file that came goes out: no metadata, no second content behind the first, no code. What goes out is
WebP of ours, in three sizes.
"""

import io
import struct
from collections.abc import Iterator

from PIL import Image, ImageCms, ImageOps

from common.errors import Invalid

# The longer side, in pixels, by the name of the size.
SIZES = {"large": 1280, "medium": 640, "small": 320}
# Others, SVG and what calls programs above all, are not even looked at.
KINDS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000
QUALITY = 82
# What Pillow raises for files that are damaged, or made to damage.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, struct.error, OverflowError, ZeroDivisionError)


class UnreadablePicture(Invalid):
    """The file is no picture that is taken."""

    error_code = "UNREADABLE_PICTURE"
    detail = "Takes JPEG, PNG and WebP."


def redrawn(content: bytes) -> dict[str, bytes]:
    """Return a picture as WebP files by the names of their sizes, none larger than it was.

    Raises UnreadablePicture for other kinds, damaged files, more than 25 million pixels, and more than one frame.
    """
    try:
        picture = _decoded(content)
        return dict(_sizes_of(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except DAMAGED:
        raise UnreadablePicture from None


def _decoded(content: bytes) -> Image.Image:
    """Return the picture upright, in sRGB, no larger than the largest size."""
    picture: Image.Image = Image.open(io.BytesIO(content), formats=KINDS)
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large()
    if getattr(picture, "n_frames", 1) != 1:
        raise UnreadablePicture("Takes pictures that stand still.")
    most = SIZES["large"]
    # A JPEG can be decoded small at once.
    picture.draft("RGB", (most, most))
    picture.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=2.0)
    profile = picture.info.get("icc_profile")
    picture = _in_plain_mode(ImageOps.exif_transpose(picture))
    return _in_srgb(picture, profile) if profile else picture


def _in_plain_mode(picture: Image.Image) -> Image.Image:
    has_alpha = picture.has_transparency_data
    return picture.convert("RGBA" if has_alpha else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in the colours that browsers take for granted; as it is where its profile is damaged."""
    try:
        source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, target)
    except (ImageCms.PyCMSError, *DAMAGED):
        return picture
    return converted or picture


def _sizes_of(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    for name, most in SIZES.items():
        drawn = picture.copy()
        drawn.thumbnail((most, most), Image.Resampling.LANCZOS)
        drawn.info.clear()
        file = io.BytesIO()
        drawn.save(file, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
        yield name, file.getvalue()


def _too_large() -> UnreadablePicture:
    return UnreadablePicture(f"Takes at most {MOST_PIXELS // 1_000_000} million pixels.")
