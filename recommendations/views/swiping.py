"""Decks dealt and answers taken: swiping, as far as the recommender has its hand in it."""

import uuid

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from common.idempotency import once
from common.queries import read_query
from common.schema import IDEMPOTENCY_KEY, one_or_many
from common.views import PersonalView, read_one_or_many
from recommendations.answers import Asked, recommend
from recommendations.deck import deal_deck
from recommendations.serializers import DeckQuery, DeckSerializer, SwipedQuery, SwipedSerializer
from recommendations.telling import tell
from swipes import services
from swipes.impressions import note_shown
from swipes.models import SwipeSession
from swipes.shapes import SwipeSerializer, SwipeWriteSerializer


class DeckView(PersonalView):
    """The cards of a sitting."""

    key_scopes = {"GET": "swipes:read"}

    @extend_schema(parameters=[DeckQuery], responses=DeckSerializer)
    def get(self, request: SignedInRequest, session_id: uuid.UUID) -> Response:
        """Deal the next cards: unseen and within the session's wishes, what pleases and now and then something new."""
        limit, now = read_query(request, DeckQuery)["limit"], timezone.now()
        session = SwipeSession.objects.filter(user=request.user, pk=session_id).first()
        if session is None:
            raise services.NoSuchSession
        deck = deal_deck(session, limit, now)
        note_shown(
            services.Shown(
                id=uuid.uuid4(),
                user_id=request.user.pk,
                session_id=session.pk,
                surface="deck",
                policy=deck.policy,
                products=[uuid.UUID(product["id"]) for product in deck.products],
                propensities=[1.0] * len(deck.products),
                shown_at=now,
            )
        )
        return Response({"items": deck.products, "sureness": deck.sureness, "shortlist_ready": deck.shortlist_ready})


class SwipesView(PersonalView):
    """Answers to cards."""

    key_scopes = {"POST": "swipes:write"}

    @extend_schema(
        parameters=[SwipedQuery, IDEMPOTENCY_KEY],
        request=one_or_many(SwipeWriteSerializer),
        responses={
            200: OpenApiResponse(
                one_or_many(SwipedSerializer), description="Every card had an answer already; the latest counts."
            ),
            201: one_or_many(SwipedSerializer),
        },
    )
    def post(self, request: SignedInRequest) -> Response | HttpResponse:
        """Record an answer, or an array of at most 100, taken whole or refused whole.

        With `recommend` the (last) answer carries fresh recommendations that know of it.
        """
        return once(request, lambda: self._record(request))

    @staticmethod
    def _record(request: SignedInRequest) -> Response:
        is_array = isinstance(request.data, list)
        limit, now = read_query(request, SwipedQuery).get("recommend"), timezone.now()
        answers = [services.Answer(**answer) for answer in read_one_or_many(request, SwipeWriteSerializer)]
        swipes, n_new = services.record_swipes(user=request.user, answers=answers, now=now)
        body = [dict(swipe) for swipe in SwipeSerializer(swipes, many=True).data]
        if limit:
            asked = Asked(limit=limit)
            answer = recommend(request.user.pk, asked, now)
            told = tell(request.user, answer, asked, now=now, placement="swipe", surface="swipe")
            body[-1]["recommendations"] = told["recommendations"]
        return Response(body if is_array else body[0], status=201 if n_new else 200)
