"""Recommendations for the person who asks."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from catalogue.reads import products_by_id
from common.errors import NotFound
from common.idempotency import once
from common.queries import read_query
from common.schema import IDEMPOTENCY_KEY
from common.views import PersonalView, created, read_body
from recommendations import services
from recommendations.answers import MOST, Answer, Asked, recommend
from recommendations.ids import read_id
from recommendations.registry import registry
from recommendations.scoring import Scorer
from recommendations.serializers import (
    AnswerSerializer,
    GenerateSerializer,
    InteractionSerializer,
    InteractionWriteSerializer,
    RecommendationsQuery,
    WhySerializer,
)
from recommendations.shop import Wishes, shop
from recommendations.taste import events_of
from recommendations.telling import tell
from recommendations.why import why

RECOMMENDATION_ID = OpenApiParameter(
    "recommendation_id",
    {"type": "string", "maxLength": 200, "pattern": "^[A-Za-z0-9_-]+$"},
    OpenApiParameter.PATH,
    description="The opaque id from an answer of one's own.",
)


class RecommendationsView(PersonalView):
    """What to give, or to want."""

    limit = "heavy"
    key_scopes = {"GET": "recommendations:read"}

    @extend_schema(parameters=[RecommendationsQuery], responses=AnswerSerializer)
    def get(self, request: SignedInRequest) -> Response:
        """Recommend; every swipe made before the request counts."""
        given = read_query(request, RecommendationsQuery)
        asked, now = asked_of(given), timezone.now()
        answer = recommend(request.user.pk, asked, now)
        return Response(_told(request, given, asked, answer, now))


class GenerateView(PersonalView):
    """A list made now and kept."""

    limit = "heavy"
    key_scopes = {"POST": "recommendations:write"}

    @extend_schema(
        parameters=[RecommendationsQuery, IDEMPOTENCY_KEY],
        request=GenerateSerializer,
        responses={201: AnswerSerializer},
    )
    def post(self, request: SignedInRequest) -> Response | HttpResponse:
        """Make one's list anew and keep it in place of the former one; with filters it is shown but not kept.

        Parameters are taken from the query and from the body; where both name one, the body's counts.
        """
        return once(request, lambda: self._generate(request))

    @staticmethod
    def _generate(request: SignedInRequest) -> Response:
        query = read_query(request, RecommendationsQuery)
        given = read_body(request, GenerateSerializer, partial=True, context={"query": query})
        asked, now = asked_of(given), timezone.now()
        with transaction.atomic():
            answer = recommend(request.user.pk, asked._replace(limit=MOST), now, anew=True)
            if asked.is_plain:
                services.store_pick(user_id=request.user.pk, answer=answer, now=now)
        return created(_told(request, given, asked, answer, now))


class InteractView(PersonalView):
    """What becomes of a recommendation."""

    key_scopes = {"POST": "recommendations:write"}

    @extend_schema(
        parameters=[RECOMMENDATION_ID, IDEMPOTENCY_KEY],
        request=InteractionWriteSerializer,
        responses={201: InteractionSerializer},
    )
    def post(self, request: SignedInRequest, recommendation_id: str) -> Response | HttpResponse:
        """Record what one did with a recommendation; the next answer knows."""
        return once(request, lambda: self._record(request, recommendation_id))

    @staticmethod
    def _record(request: SignedInRequest, recommendation_id: str) -> Response:
        request.data  # noqa: B018  what is no JSON is refused before anything is looked up
        recommendation = read_id(recommendation_id, request.user.pk)
        given = read_body(request, InteractionWriteSerializer)
        kept = services.record_interaction(
            user=request.user,
            recommendation=recommendation,
            interaction_type=given["interaction_type"],
            now=timezone.now(),
        )
        return created(
            {
                "id": kept.pk,
                "recommendation_id": recommendation_id,
                "product_id": kept.product_id,
                "interaction_type": kept.get_interaction_type_display(),
                "occurred_at": kept.occurred_at,
            }
        )


class WhyView(PersonalView):
    """The reasons behind a recommendation."""

    limit = "heavy"
    key_scopes = {"GET": "recommendations:read"}

    @extend_schema(parameters=[RECOMMENDATION_ID], responses=WhySerializer)
    def get(self, request: SignedInRequest, recommendation_id: str) -> Response:
        """Name the products and tastes that led to it, each with what the score would lose without it."""
        recommendation = read_id(recommendation_id, request.user.pk)
        product = next(iter(products_by_id([recommendation.product_id])), None)
        if product is None:
            raise services.ProductHasLeft
        scorer = Scorer(shop(), registry())
        found = why(recommendation.product_id, events_of(request.user.pk), scorer, timezone.now())
        body: dict[str, Any] = {
            "recommendation_id": recommendation_id,
            "product_id": recommendation.product_id,
            "title": product["title"],
            "score": found.score,
            "because": [one._asdict() for one in found.because],
            "against": [one._asdict() for one in found.against],
            "tastes": [{"name": name, "kind": "category", "weight": weight} for name, weight in found.tastes],
            "strategy": scorer.strategy if found.score is not None else "popular",
            "model_version": scorer.label or None,
        }
        return Response(body)


def asked_of(given: dict[str, Any]) -> Asked:
    """Return what the query asks for. Raises NotFound for a recipient: there are none yet."""
    if given.get("recipient_id"):
        raise NotFound("There is no such recipient.")
    return Asked(
        limit=given["limit"],
        wishes=Wishes(
            category=given.get("category", ""),
            price_min=None if given.get("price_min") is None else float(given["price_min"]),
            price_max=None if given.get("price_max") is None else float(given["price_max"]),
            occasion=given.get("occasion", ""),
        ),
        exclude=frozenset(given.get("exclude", ())),
        diversity=given["diversity"],
    )


def _told(
    request: SignedInRequest, given: dict[str, Any], asked: Asked, answer: Answer, now: datetime
) -> dict[str, Any]:
    """Return the answer's body for the place that the query names."""
    return tell(
        request.user,
        answer,
        asked,
        now=now,
        placement=given["placement"],
        surface="recommendations",
        explain=given["explain"],
    )
