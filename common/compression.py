"""Compress an answer with Brotli or gzip."""

import gzip
import re

import brotli
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

SMALLEST = 1024
COMPRESSIBLE = ("application/json", "text/", "application/javascript", "image/svg+xml", "application/vnd.oai")
# A weight of nothing is a refusal: `gzip;q=0`.
REFUSED = re.compile(r"\b(br|gzip)\s*;\s*q=0(?:\.0*)?(?![\d.])")


def compress(response: HttpResponse, accepted: str) -> None:
    """Compress the response in place when the client accepts it and it is worth it."""
    if response.streaming or len(response.content) < SMALLEST or response.has_header("Content-Encoding"):
        return
    if not response.get("Content-Type", "").startswith(COMPRESSIBLE):
        return
    patch_vary_headers(response, ["Accept-Encoding"])
    accepted = REFUSED.sub("", accepted.lower())
    if re.search(r"\bbr\b", accepted):
        encoding, packed = "br", brotli.compress(response.content, quality=4)
    elif re.search(r"\bgzip\b", accepted):
        encoding, packed = "gzip", gzip.compress(response.content, compresslevel=4, mtime=0)
    else:
        return
    response.content = packed
    response["Content-Encoding"] = encoding
    response["Content-Length"] = str(len(packed))
    # The same resource in another coding is another representation: a strong tag must not name both.
    if (tag := response.get("ETag", "")).startswith('"'):
        response["ETag"] = f"W/{tag}"
