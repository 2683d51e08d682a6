"""What search keeps of each product, written in the transaction that writes the product."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from catalogue.models import Product, SearchDocument
from catalogue.search.words import words_of

BATCH = 500
# The product's fields that a document is made of.
FIELDS = frozenset({"title", "brand", "tags", "asin", "external_reference", "description"})
LONGEST_TEXT = 20_000


def write_documents(*, products: Iterable[Product], now: datetime) -> None:
    """Keep what these products are found by; call it in the transaction that writes them."""
    SearchDocument.objects.bulk_create(
        # In one order everywhere, so that no two writers wait for each other.
        [_document(product, now) for product in sorted(products, key=lambda one: one.pk)],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["title", "labels", "text", "n_title_words", "updated_at"],
    )


def write_missing_documents(*, now: datetime) -> int:
    """Keep what products are found by that came in by another way, such as a restored table; returns how many."""
    n_written = 0
    for keys in _batches(list(Product.objects.filter(search=None).order_by("pk").values_list("pk", flat=True))):
        with transaction.atomic():
            products = list(Product.objects.filter(pk__in=keys).select_for_update())
            write_documents(products=products, now=now)
        n_written += len(products)
    return n_written


def _document(product: Product, now: datetime) -> SearchDocument:
    title = words_of(product.title)
    labels = [product.brand, *map(str, product.tags), product.asin, product.external_reference or ""]
    return SearchDocument(
        product=product,
        title=" ".join(title),
        labels=" ".join(words_of(" ".join(labels))),
        text=" ".join(words_of(product.description[:LONGEST_TEXT])),
        n_title_words=len(title),
        updated_at=now,
    )


def _batches(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
