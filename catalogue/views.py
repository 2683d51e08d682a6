"""The catalogue over HTTP. List, detail and featured are hot reads: one statement, bytes out."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import reads, services
from catalogue.facets import facets_of
from catalogue.models import Product
from catalogue.queries import (
    FIELDS,
    FieldsQuery,
    FiltersQuery,
    ListQuery,
    ProductsQuery,
    SuggestQuery,
    fields_asked,
    filters_asked,
    products_asked,
    public_fields,
)
from catalogue.rules import ProductWriteSerializer
from catalogue.search.asking import wanted_of
from catalogue.search.log import note_search
from catalogue.search.suggesting import suggestions
from catalogue.serializers import CategorySerializer, CategoryTreeSerializer
from catalogue.shapes import FacetsSerializer, PartialProductSerializer, ProductSerializer, SuggestionsSerializer
from catalogue.shelves import category_detail, category_list, category_tree, shelves
from common.errors import NotFound
from common.etags import cacheable
from common.lean import LeanView
from common.pagination import PageQuery, cut_page, page_of
from common.queries import read_query
from common.rendering import to_json
from common.schema import NOT_MODIFIED, paged
from common.views import HasPermission, PublicView, created, read_body

# What PUT writes where the body is silent.
DEFAULTS: dict[str, Any] = {
    "description": "",
    "brand": "",
    "image_url": "",
    "images": [],
    "asin": "",
    "rating": None,
    "currency": "GBP",
    "review_count": 0,
    "affiliate_url": "",
    "stock": None,
    "is_featured": False,
    "tags": [],
    "occasions": [],
}


class ProductsView(LeanView):
    """The product list, and where staff add to it."""

    permission_classes = (HasPermission,)
    permissions_needed = {"POST": "catalogue.add_product"}
    key_scopes = {"GET": "catalogue:read", "POST": "catalogue:write"}

    @extend_schema(parameters=[ProductsQuery], responses={200: paged(PartialProductSerializer), 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """List products by filter, order and page."""
        return self.read(request._request)

    def read(self, request: HttpRequest) -> HttpResponse:
        """Answer the list."""
        asked = products_asked(request)
        staff = _is_staff(self.user_of(request))
        products, total = reads.product_page(asked, _visible(asked.fields, staff))
        if asked.q and asked.page == 1 and (wanted := wanted_of(asked.q)) is not None:
            note_search(query=asked.q, n_found=total, is_loose=wanted.is_loose, now=timezone.now())
        page = page_of(products, total=total, page=asked.page, per_page=asked.per_page)
        return cacheable(request, to_json(page), personal=staff)

    @extend_schema(request=ProductWriteSerializer, responses={201: ProductSerializer})
    def post(self, request: Request) -> Response:
        """Add a product."""
        given = read_body(request, ProductWriteSerializer)
        product = services.create_product(values=_to_fields(given), now=timezone.now(), actor_id=request.user.pk)
        return created(_detail(product.pk))


class ProductView(LeanView):
    """One product."""

    permission_classes = (HasPermission,)
    permissions_needed = {
        "PUT": "catalogue.change_product",
        "PATCH": "catalogue.change_product",
        "DELETE": "catalogue.delete_product",
    }
    key_scopes = {
        "GET": "catalogue:read",
        "PUT": "catalogue:write",
        "PATCH": "catalogue:write",
        "DELETE": "catalogue:write",
    }

    @extend_schema(parameters=[FieldsQuery], responses={200: PartialProductSerializer, 304: NOT_MODIFIED})
    def get(self, request: Request, product_id: uuid.UUID) -> HttpResponse:
        """Return a product on show."""
        return self.read(request._request, product_id)

    def read(self, request: HttpRequest, product_id: uuid.UUID) -> HttpResponse:
        """Answer one product."""
        staff = _is_staff(self.user_of(request))
        product = reads.product_detail(product_id, _visible(fields_asked(request), staff))
        if product is None:
            raise NotFound
        return cacheable(request, to_json(product), personal=staff)

    @extend_schema(request=ProductWriteSerializer, responses=ProductSerializer)
    def put(self, request: Request, product_id: uuid.UUID) -> Response:
        """Replace a product; what is not named goes back to its default."""
        return self._change(product_id, DEFAULTS | read_body(request, ProductWriteSerializer), request)

    @extend_schema(request=ProductWriteSerializer, responses=ProductSerializer)
    def patch(self, request: Request, product_id: uuid.UUID) -> Response:
        """Change some of a product."""
        return self._change(product_id, read_body(request, ProductWriteSerializer, partial=True), request)

    @extend_schema(responses={204: OpenApiResponse(description="Gone from the shop; orders keep it.")})
    def delete(self, request: Request, product_id: uuid.UUID) -> Response:
        """Take a product out of the shop."""
        services.delete_product(product=_kept(product_id), now=timezone.now(), actor_id=request.user.pk)
        return Response(status=204)

    @staticmethod
    def _change(product_id: uuid.UUID, given: dict[str, Any], request: Request) -> Response:
        product = _kept(product_id)
        services.update_product(product=product, values=_to_fields(given), now=timezone.now(), actor_id=request.user.pk)
        return Response(_detail(product.pk))


class FeaturedView(PublicView):
    """The products on the first page."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(parameters=[ListQuery], responses={200: paged(PartialProductSerializer), 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """List the featured products, best liked first; at most a minute old."""
        asked = read_query(request, ListQuery)
        fields = public_fields(asked.pop("fields", FIELDS))
        page = cut_page(reads.featured_products(), **asked)
        return cacheable(request._request, to_json(page | {"items": reads.only(page["items"], fields)}))


class FacetsView(PublicView):
    """What the products of a list have in common."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(parameters=[FiltersQuery], responses={200: FacetsSerializer, 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """Count the products that the list's own filters leave: by category, brand, price band and occasion."""
        return cacheable(request._request, to_json(facets_of(filters_asked(request._request))))


class SuggestView(PublicView):
    """What a search box offers while somebody types."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(parameters=[SuggestQuery], responses={200: SuggestionsSerializer, 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """Complete what was typed: into words that find something, categories and products; slips are forgiven."""
        asked = read_query(request, SuggestQuery)
        return cacheable(request._request, to_json({"items": suggestions(asked["q"], limit=asked["limit"])}))


class CategoriesView(PublicView):
    """All categories."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(parameters=[PageQuery], responses={200: paged(CategorySerializer), 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """List categories with their product counts."""
        asked = read_query(request, PageQuery)
        return cacheable(request._request, to_json(cut_page(category_list(), **asked)))


class CategoryTreeView(PublicView):
    """The categories as a tree."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(responses={200: CategoryTreeSerializer(many=True), 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """Return the top categories, each with those inside it."""
        return cacheable(request._request, to_json(category_tree()))


class CategoryView(PublicView):
    """One category."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(responses={200: CategorySerializer, 304: NOT_MODIFIED})
    def get(self, request: Request, slug_or_id: str) -> HttpResponse:
        """Return a category by slug or id."""
        shelf = shelves().find(slug_or_id)
        if shelf is None:
            raise NotFound
        return cacheable(request._request, to_json(category_detail(shelf)))


def _to_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return the wire's values under the model's names."""
    values = dict(given)
    if "category" in values:
        values["category"] = services.find_category(values["category"])
    if "image_url" in values:
        values["image"] = values.pop("image_url")
    return values


def _kept(product_id: uuid.UUID) -> Product:
    product = Product.objects.kept().filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return product


def _detail(product_id: uuid.UUID) -> dict[str, Any] | None:
    return reads.product_detail(product_id, FIELDS, hidden_too=True)


def _is_staff(user: Any) -> bool:
    return bool(getattr(user, "is_staff", False)) and user.has_perm("catalogue.view_product")


def _visible(fields: tuple[str, ...], staff: bool) -> tuple[str, ...]:
    """Return the fields that the caller may see; raises QueryInvalid when none is left."""
    if staff:
        return fields
    return reads.PUBLIC_FIELDS if fields is FIELDS else public_fields(fields)
