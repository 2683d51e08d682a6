"""Every write to the catalogue."""

import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify

from catalogue import facets, reads, shelves
from catalogue.models import Category, Product, Status
from catalogue.search import asking, documents
from common import audit
from common.errors import Conflict, Invalid, NotFound

BATCH = 500
LONGEST_SLUG = 320
LONGEST_CATEGORY = 120


class SlugTaken(Conflict):
    """Another product has this slug or merchant's code."""

    error_code = "PRODUCT_EXISTS"
    detail = "There is a product with this slug or external reference already."


class CategoryCircle(Invalid):
    """A category cannot stand inside itself."""

    detail = "A category cannot stand inside itself."


class CategoryInUse(Conflict):
    """Products or other categories stand in this one."""

    error_code = "CATEGORY_IN_USE"
    detail = "Products or categories stand in this category; move them first."


def create_product(*, values: Mapping[str, Any], now: datetime, actor_id: uuid.UUID | None) -> Product:
    """Put a product on show; a slug is made from the title when none is given. Raises SlugTaken."""
    product = Product(**values, created_at=now, updated_at=now)
    if not product.slug:
        product.slug = free_slug(product.title)
    try:
        with transaction.atomic():
            product.save(force_insert=True)
            documents.write_documents(products=[product], now=now)
            audit.record(action="product.created", actor_id=actor_id, target=f"product {product.pk}", now=now)
            transaction.on_commit(_forget)
    except IntegrityError:
        raise SlugTaken from None
    return product


def update_product(
    *, product: Product, values: Mapping[str, Any], now: datetime, actor_id: uuid.UUID | None
) -> Product:
    """Change these values of a product, and nothing else of it. Raises SlugTaken, NotFound when it was deleted."""
    try:
        with transaction.atomic():
            # The row as it was read may be old by now: writing it back would undo a sale or a deletion.
            if not Product.objects.kept().filter(pk=product.pk).update(**values, updated_at=now):
                raise NotFound("There is no such product.")
            if documents.FIELDS & values.keys():
                documents.write_documents(products=[Product.objects.get(pk=product.pk)], now=now)
            details = {"fields": sorted(values)}
            target = f"product {product.pk}"
            audit.record(action="product.changed", actor_id=actor_id, target=target, details=details, now=now)
            transaction.on_commit(_forget)
    except IntegrityError:
        raise SlugTaken from None
    product.refresh_from_db()
    return product


def delete_product(*, product: Product, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Take a product away for good; the row stays for the orders that name it."""
    set_status(products=[product.pk], status=Status.DELETED, now=now, actor_id=actor_id)


def set_status(*, products: Iterable[uuid.UUID], status: Status, now: datetime, actor_id: uuid.UUID | None) -> int:
    """Show, hide or delete products; returns how many changed."""
    return _change_many(products, {"status": status}, "product.status_set", now, actor_id)


def set_featured(*, products: Iterable[uuid.UUID], featured: bool, now: datetime, actor_id: uuid.UUID | None) -> int:
    """Put products on the first page, or take them off it; returns how many changed."""
    return _change_many(products, {"is_featured": featured}, "product.featured_set", now, actor_id)


class OutOfStock(Conflict):
    """There are not as many as are asked for, or none at all any more."""

    error_code = "OUT_OF_STOCK"
    detail = "There are not enough of these left."


def reserve_stock(*, quantities: Mapping[uuid.UUID, int], now: datetime) -> dict[uuid.UUID, int]:
    """Take products from the stock, all or none; returns how many of each were taken.

    Nothing is taken of what a merchant elsewhere delivers. One conditional UPDATE for each product decides between
    buyers, in the order of the ids, so that no two wait for each other. Call it in the order's transaction.
    Raises OutOfStock, also for a product that is not on show.
    """
    taken: dict[uuid.UUID, int] = {}
    for product_id in sorted(quantities):
        wanted = quantities[product_id]
        on_show = Product.objects.active().filter(pk=product_id)
        if on_show.filter(stock__gte=wanted).update(stock=F("stock") - wanted, updated_at=now):
            taken[product_id] = wanted
        elif on_show.filter(stock=None).exists():
            taken[product_id] = 0
        else:
            title = Product.objects.filter(pk=product_id).values_list("title", flat=True).first()
            raise OutOfStock(f"There are not enough left of {title!r}." if title else None)
    return taken


def release_stock(*, quantities: Mapping[uuid.UUID, int], now: datetime) -> None:
    """Put back what was taken from the stock, in the order of the ids; call it in a transaction."""
    for product_id in sorted(quantities):
        counted = Product.objects.filter(pk=product_id, stock__isnull=False)
        counted.update(stock=F("stock") + quantities[product_id], updated_at=now)


def set_popularity(*, popularity: Mapping[uuid.UUID, float]) -> int:
    """Take over how well liked products are, counted by a floor above; returns how many changed.

    A product that is not named is not liked (any more): its popularity is 0.
    """
    changed = []
    for product in Product.objects.only("id", "popularity").iterator(chunk_size=5000):
        wanted = popularity.get(product.pk, 0.0)
        if abs(product.popularity - wanted) > 1e-9:
            product.popularity = wanted
            changed.append(product)
    Product.objects.bulk_update(changed, ["popularity"], batch_size=BATCH)
    return len(changed)


def find_category(slug_or_id: str) -> Category:
    """Return the category with this slug or id; raises Invalid."""
    shelf = shelves.Shelves(list(Category.objects.all())).find(slug_or_id)
    if shelf is None:
        raise Invalid(f"There is no category {slug_or_id!r}.", loc=("body", "category"))
    return Category.objects.get(pk=shelf.id)


def save_category(*, category: Category, now: datetime, actor_id: uuid.UUID | None) -> Category:
    """Make or change a category. Raises CategoryCircle."""
    is_new = category._state.adding
    ancestor = category.parent
    while ancestor is not None:
        if ancestor.pk == category.pk:
            raise CategoryCircle(loc=("body", "parent"))
        ancestor = ancestor.parent
    if is_new:
        category.created_at = now
    category.updated_at = now
    action = "category.created" if is_new else "category.changed"
    with transaction.atomic():
        category.save()
        audit.record(action=action, actor_id=actor_id, target=f"category {category.pk}", now=now)
        transaction.on_commit(shelves.forget)
    return category


def delete_category(*, category: Category, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Take an empty category away. Raises CategoryInUse."""
    if Product.objects.filter(category=category).exists() or category.children.exists():
        raise CategoryInUse
    with transaction.atomic():
        audit.record(action="category.deleted", actor_id=actor_id, target=f"category {category.pk}", now=now)
        category.delete()
        transaction.on_commit(shelves.forget)


def upsert_products(*, rows: Sequence[Mapping[str, Any]], now: datetime, actor_id: uuid.UUID | None) -> tuple[int, int]:
    """Make or change products by their `external_reference`; returns how many were made and changed.

    Each row holds model fields, `external_reference` among them. All rows or none. Raises SlugTaken.
    """
    made, differing = _compare(rows)
    changed: list[tuple[tuple[str, ...], Product]] = []
    slugs = _SlugPool((row["title"] for row in made), taken=[row["slug"] for row in rows if row.get("slug")])
    new: dict[str, Product] = {}
    for row in made:
        if known := new.get(row["external_reference"]):
            # Of two rows with one reference the later counts, as it would in two batches.
            _set(known, row)
            continue
        product = Product(**{"created_at": now, "updated_at": now, **row})
        product.slug = product.slug or slugs.take(product.title)
        new[row["external_reference"]] = product
    redescribed = []
    for product, values in differing:
        _set(product, values)
        if documents.FIELDS & values.keys():
            redescribed.append(product.pk)
        product.updated_at = now
        changed.append((tuple(sorted(values)), product))
    try:
        with transaction.atomic():
            Product.objects.bulk_create(new.values(), batch_size=BATCH)
            # What does not differ is not written: it may have changed since it was read.
            changed.sort(key=lambda one: one[0])
            for fields, alike in itertools.groupby(changed, key=lambda one: one[0]):
                products = [product for _, product in alike]
                Product.objects.bulk_update(products, [*fields, "updated_at"], batch_size=BATCH)
            documents.write_documents(products=[*new.values(), *Product.objects.filter(pk__in=redescribed)], now=now)
            if new or changed:
                details = {"made": len(new), "changed": len(changed)}
                audit.record(action="product.imported", actor_id=actor_id, details=details, now=now)
            transaction.on_commit(_forget)
    except IntegrityError:
        raise SlugTaken from None
    return len(new), len(changed)


def count_changes(*, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Return how many products `upsert_products` would make and change, without writing anything."""
    made, differing = _compare(rows)
    return len({row["external_reference"] for row in made}), len(differing)


def taken_slugs(*, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the references of those rows whose slug another product has."""
    wanted = {row["slug"]: row["external_reference"] for row in rows if row.get("slug")}
    holders = Product.objects.filter(slug__in=wanted).order_by().values_list("slug", "external_reference")
    return {wanted[slug] for slug, reference in holders if reference != wanted[slug]}


def known_references(*, references: Iterable[str]) -> set[str]:
    """Return those of some references that a product has."""
    known = Product.objects.filter(external_reference__in=list(references)).order_by()
    return {str(reference) for reference in known.values_list("external_reference", flat=True)}


def _compare(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], list[tuple[Product, dict[str, Any]]]]:
    """Return the rows of products that are not there, and the products that differ with the values they lack."""
    known = {
        product.external_reference: product
        for product in Product.objects.filter(external_reference__in=[row["external_reference"] for row in rows])
    }
    made: list[Mapping[str, Any]] = []
    differing: dict[str, tuple[Product, dict[str, Any]]] = {}
    for row in rows:
        reference = row["external_reference"]
        product = known.get(reference)
        if product is None:
            made.append(row)
            continue
        values = {field: value for field, value in row.items() if _stored(product, field) != _bare(value)}
        differing.pop(reference, None)
        if values:
            differing[reference] = (product, values)
    return made, list(differing.values())


def _stored(product: Product, field: str) -> Any:
    return product.category_id if field == "category" else getattr(product, field)


def _bare(value: Any) -> Any:
    return value.pk if isinstance(value, Category) else value


def _set(product: Product, values: Mapping[str, Any]) -> None:
    for field, value in values.items():
        setattr(product, field, value)


def add_products(
    *, rows: Sequence[Mapping[str, Any]], now: datetime, actor_id: uuid.UUID | None
) -> dict[str, uuid.UUID]:
    """Make those products whose `external_reference` is new, and leave the others as staff have made them.

    Each row holds model fields, `external_reference` among them. In batches that each stand; returns everything's id
    by reference. Raises SlugTaken.
    """
    ids: dict[str, uuid.UUID] = {}
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        kept = Product.objects.filter(external_reference__in=[row["external_reference"] for row in batch])
        with transaction.atomic():
            known = set(kept.values_list("external_reference", flat=True))
            new = [row for row in batch if row["external_reference"] not in known]
            upsert_products(rows=new, now=now, actor_id=actor_id)
        ids |= {str(code): key for code, key in kept.order_by().values_list("external_reference", "pk")}
    return ids


def add_categories(*, names: Iterable[str], now: datetime, actor_id: uuid.UUID | None) -> dict[str, Category]:
    """Return categories by names as others write them, after making those that are not there yet."""
    categories: dict[str, Category] = {}
    by_slug = {category.slug: category for category in Category.objects.all()}
    for name in names:
        # A name without a Latin letter leaves nothing to make an address of.
        slug = slugify(name)[:LONGEST_CATEGORY] or f"category-{uuid.uuid5(uuid.NAMESPACE_OID, name).hex[:12]}"
        if slug not in by_slug:
            category = Category(name=name[:LONGEST_CATEGORY], slug=slug)
            by_slug[slug] = save_category(category=category, now=now, actor_id=actor_id)
        categories[name] = by_slug[slug]
    return categories


def free_slug(title: str) -> str:
    """Return a slug for a title that no product has yet."""
    return _SlugPool([title]).take(title)


class _SlugPool:
    """Slugs in use that begin like those of some titles, so that a batch asks the database once."""

    def __init__(self, titles: Iterable[str], taken: Iterable[str] = ()) -> None:
        self._stems = {title: (slugify(title)[: LONGEST_SLUG - 10] or "gift") for title in titles}
        self._used: set[str] = set(taken)
        for stem_batch in _batched(sorted(set(self._stems.values())), 200):
            self._used |= set(Product.objects.filter(slug__in=stem_batch).values_list("slug", flat=True))

    def take(self, title: str) -> str:
        """Return a free slug and keep it."""
        stem = self._stems[title]
        slug, n = stem, 1
        while slug in self._used or (n > 1 and Product.objects.filter(slug=slug).exists()):
            n += 1
            slug = f"{stem}-{n}"
        self._used.add(slug)
        return slug


def _batched(values: list[str], size: int) -> Iterable[list[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _change_many(
    products: Iterable[uuid.UUID], values: dict[str, Any], action: str, now: datetime, actor_id: uuid.UUID | None
) -> int:
    ids = list(products)
    with transaction.atomic():
        n_changed = Product.objects.kept().filter(pk__in=ids).exclude(**values).update(**values, updated_at=now)
        details = {"values": values, "products": [str(key) for key in ids[:100]], "count": n_changed}
        audit.record(action=action, actor_id=actor_id, details=details, now=now)
        transaction.on_commit(_forget)
    return n_changed


def _forget() -> None:
    """Drop what this process remembers of the catalogue."""
    reads.forget()
    facets.forget()
    asking.forget()
    shelves.forget()
