"""Pictures of products: drawn anew, kept in three sizes under the name of what they show, and never changed after."""

import hashlib
import io
import uuid
from datetime import datetime
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from catalogue import services
from catalogue.media import STORED
from catalogue.models import Product
from catalogue.rules import MOST_IMAGES
from common.errors import Conflict, NotFound
from common.files import read_within_bounds
from common.pictures import SIZES, redrawn

LONGEST_DIGEST = 32


class TooManyPictures(Conflict):
    """The product has as many pictures as one may have."""

    error_code = "TOO_MANY_IMAGES"
    detail = f"A product has one picture and at most {MOST_IMAGES} others; take one away first."


def add_picture(*, product_id: uuid.UUID, file: BinaryIO, now: datetime, actor_id: uuid.UUID | None) -> dict[str, str]:
    """Give a product a picture, its first or one more; returns the stored paths by the names of the sizes.

    The same picture again changes nothing. Raises NotFound, FileTooLarge, UnreadablePicture, TooManyPictures.
    """
    if not Product.objects.kept().filter(pk=product_id).exists():
        raise NotFound("There is no such product.")
    paths = _store(redrawn(read_within_bounds(file)))
    with transaction.atomic():
        product = Product.objects.kept().select_for_update().filter(pk=product_id).first()
        if product is None:
            raise NotFound("There is no such product.")
        if paths["large"] in (product.image, *product.images):
            return paths
        if product.image and len(product.images) >= MOST_IMAGES:
            raise TooManyPictures
        added = {"images": [*product.images, paths["large"]]} if product.image else {"image": paths["large"]}
        services.update_product(product=product, values=added, now=now, actor_id=actor_id)
    return paths


def _store(drawn: dict[str, bytes]) -> dict[str, str]:
    digest = hashlib.sha256(drawn["large"]).hexdigest()[:LONGEST_DIGEST]
    paths = {name: f"{STORED}{digest[:2]}/{digest}-{pixels}.webp" for name, pixels in SIZES.items()}
    for name, path in paths.items():
        content = drawn[name]
        # What a process that died has left half-written is written again.
        if not (default_storage.exists(path) and default_storage.size(path) == len(content)):
            default_storage.save(path, File(io.BytesIO(content), name=path))
    return paths
