"""Lists of products that the recommender makes: similar ones, trending ones, and one's own."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from catalogue.queries import FIELDS, ListQuery, public_fields
from catalogue.reads import only, products_by_id
from catalogue.shapes import PartialProductSerializer
from common.errors import NotFound
from common.etags import cacheable
from common.pagination import cut_page, page_of
from common.queries import read_query
from common.rendering import to_json
from common.schema import NOT_MODIFIED, paged
from common.views import PersonalView, PublicView
from recommendations.answers import MOST, Asked, recommend
from recommendations.registry import registry
from recommendations.scoring import Scorer
from recommendations.serializers import TrendingQuery
from recommendations.shop import shop
from recommendations.similar import similar
from recommendations.telling import tell
from recommendations.trending import trending_now


class SimilarView(PublicView):
    """What is like a product."""

    limit = "heavy"
    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(parameters=[ListQuery], responses={200: paged(PartialProductSerializer), 304: NOT_MODIFIED})
    def get(self, request: Request, product_id: uuid.UUID) -> HttpResponse:
        """List products whose words are alike or that the same people like, best first; never the product itself."""
        asked = read_query(request, ListQuery)
        found = similar(product_id, Scorer(shop(), registry()))
        if found is None:
            raise NotFound
        return _page(request, found, asked)


class TrendingView(PublicView):
    """What is asked for most just now."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(parameters=[TrendingQuery], responses={200: paged(PartialProductSerializer), 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """List what was liked, bought and looked at within a window, the hottest first; at most a minute old."""
        asked = read_query(request, TrendingQuery)
        return _page(request, trending_now(asked.pop("window")), asked)


class RecommendedView(PersonalView):
    """One's recommendations as a plain list of products."""

    limit = "heavy"
    key_scopes = {"GET": "recommendations:read"}

    @extend_schema(parameters=[ListQuery], responses=paged(PartialProductSerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List the products that `/recommendations` would name, best first."""
        page, now, asked = read_query(request, ListQuery), timezone.now(), Asked(limit=MOST)
        fields = public_fields(page.pop("fields", FIELDS))
        answer = recommend(request.user.pk, asked, now)
        start = (page["page"] - 1) * page["per_page"]
        told = tell(
            request.user,
            answer,
            asked,
            now=now,
            placement="products",
            surface="recommendations",
            page=slice(start, start + page["per_page"]),
        )
        return Response(cut_page(only([one["product"] for one in told["recommendations"]], fields), **page))


def _page(request: Request, product_ids: list[uuid.UUID], asked: dict[str, Any]) -> HttpResponse:
    """Return a page of a list of ids as products on show, with the fields that were asked for."""
    fields = public_fields(asked.pop("fields", FIELDS))
    start = (asked["page"] - 1) * asked["per_page"]
    products = only(products_by_id(product_ids[start : start + asked["per_page"]]), fields)
    return cacheable(request._request, to_json(page_of(products, total=len(product_ids), **asked)))
