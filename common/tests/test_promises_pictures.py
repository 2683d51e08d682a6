"""Pictures that somebody sends are safe: bounded, decoded once, drawn anew, and nothing of the file goes out."""

import io
import json
import os
import resource
import struct
import subprocess
import sys
import time
import zipfile
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from common import pictures
from common.pictures import UnreadablePicture, redrawn

MOST_MEGABYTES, MOST_SECONDS = 300, 2
SECRET = b"GPSLatitude 51.5007"


def drawn(kind, size=(64, 48), mode="RGB", colour=(200, 30, 60), **options):
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


def seen(content):
    return Image.open(io.BytesIO(content))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_that_claims(width, height, data=b""):
    """A PNG whose head promises more than its body of zeros, packed a thousandfold, should ever become."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def frames(kind, **options):
    file = io.BytesIO()
    first, second = (Image.new("RGB", (20, 20), colour) for colour in ("red", "blue"))
    first.save(file, kind, save_all=True, append_images=[second], duration=100, **options)
    return file.getvalue()


def text_bomb():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "0" * 80_000_000, zip=True)
    return drawn("PNG", pnginfo=info)


NO_PICTURES = {
    "nothing": lambda: b"",
    "words": lambda: b"not a picture",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with a picture's name": lambda: b"\xef\xbb\xbf<?xml version='1.0'?><svg/>",
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "gif": lambda: drawn("GIF"),
    "tiff": lambda: drawn("TIFF"),
    "bmp": lambda: drawn("BMP"),
    "ico": lambda: drawn("ICO"),
    "jpeg that ends early": lambda: drawn("JPEG", (400, 400))[:300],
    "png that ends early": lambda: drawn("PNG", (400, 400))[:60],
    "webp that ends early": lambda: drawn("WEBP", (400, 400))[:40],
    "png with a wrong sum": lambda: drawn("PNG").replace(b"IDAT", b"IDAU"),
    "png of a billion pixels": lambda: png_that_claims(50_000, 50_000, zlib.compress(b"\0" * 50_000_000)),
    "png of one pixel too many": lambda: png_that_claims(5_000, 5_001),
    "png of no pixels": lambda: png_that_claims(0, 0),
    "png with eighty megabytes of text": text_bomb,
    "moving png": lambda: frames("PNG"),
    "moving webp": lambda: frames("WEBP"),
    "zip": lambda: zipped(),
}
CHILD = """
import io, json, resource, sys, time
from common import pictures
from PIL import features
[features.check(name) for name in ("webp", "jpg", "zlib")]
content = sys.stdin.buffer.read()
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    sizes = {name: len(one) for name, one in pictures.redrawn(content).items()}
except pictures.UnreadablePicture as refused:
    sizes = str(refused.message)
spent = time.process_time() - started
print(json.dumps([sizes, spent, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))
"""


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return file.getvalue()


def in_a_process_of_its_own(content):
    """Return what became of a picture, the seconds of processor time, and the megabytes it took."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "aclue.tests.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", CHILD], input=content, capture_output=True, check=True, env=environment, timeout=60
    )
    return json.loads(answer.stdout)


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_still_picture_of_three_kinds_is_refused_at_once(name):
    content, started = NO_PICTURES[name](), time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(UnreadablePicture):
        redrawn(content)

    assert time.process_time() - started < MOST_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEGABYTES * 1024


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "CMYK", {"quality": 50, "progressive": True}),
        ("PNG", "RGBA", {"compress_level": 1}),
        ("WEBP", "RGBA", {"quality": 30, "method": 0}),
    ],
)
def test_the_largest_picture_that_is_taken_costs_less_than_300_megabytes_and_two_seconds(kind, mode, options):
    gradient = Image.radial_gradient("L").resize((5000, 5000))
    file = io.BytesIO()
    gradient.convert("RGB").convert(mode).save(file, kind, **options)

    sizes, seconds, megabytes = in_a_process_of_its_own(file.getvalue())

    assert set(sizes) == set(pictures.SIZES)
    assert (seconds < MOST_SECONDS, megabytes < MOST_MEGABYTES) == (True, True), (seconds, megabytes)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_out_as_webp_in_three_sizes_and_never_larger_than_it_was(kind):
    large, small = redrawn(drawn(kind, (2000, 1000))), redrawn(drawn(kind, (100, 50)))

    assert {name: seen(one).size for name, one in large.items()} == {
        "large": (1280, 640),
        "medium": (640, 320),
        "small": (320, 160),
    }
    assert {seen(one).format for one in large.values()} == {"WEBP"}
    assert {seen(one).size for one in small.values()} == {(100, 50)}


def test_metadata_stays_behind_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET.decode()  # lies on its side; a description
    content = drawn("JPEG", (80, 40), exif=exif.tobytes(), comment=SECRET)

    out = redrawn(content)

    assert SECRET in content
    for one in out.values():
        assert SECRET not in one
        assert (seen(one).size, dict(seen(one).getexif()), seen(one).info.get("exif")) == ((40, 80), {}, None)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_stays_behind(kind):
    polyglot = drawn(kind) + zipped()

    assert zipfile.is_zipfile(io.BytesIO(polyglot))
    for one in redrawn(polyglot).values():
        assert not zipfile.is_zipfile(io.BytesIO(one))
        assert b"run.js" not in one


def test_colours_of_another_space_become_those_that_browsers_take_for_granted():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"damaged"):
        (red, green, blue) = seen(redrawn(drawn("PNG", icc_profile=icc))["small"]).convert("RGB").getpixel((10, 10))
        assert (abs(red - 200) < 12, abs(green - 30) < 12, abs(blue - 60) < 12) == (True, True, True)


def test_what_shines_through_goes_on_shining_through():
    out = seen(redrawn(drawn("PNG", mode="RGBA", colour=(200, 30, 60, 0)))["small"])

    assert out.convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_to_write_colours_is_read(mode):
    file = io.BytesIO()
    Image.new("RGB", (20, 20), "red").convert("L" if mode == "I;16" else "RGB").convert(mode).save(file, "PNG")

    assert seen(redrawn(file.getvalue())["small"]).size == (20, 20)
