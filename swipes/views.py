"""Swiping over HTTP."""

import uuid

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from catalogue.services import find_category
from common.errors import NotFound
from common.idempotency import once
from common.pagination import PageNumbers, PageQuery
from common.queries import read_query
from common.schema import IDEMPOTENCY_KEY, one_or_many, paged
from common.views import PersonalView, created, read_body, read_one_or_many
from swipes import analytics, services
from swipes.models import LIKES, BehaviourEvent, SessionType, SwipeSession
from swipes.serializers import (
    AcceptedSerializer,
    EventSerializer,
    EventWriteSerializer,
    HistoryQuery,
    SessionSerializer,
    SessionWriteSerializer,
    TasteSerializer,
)


class SessionsView(PersonalView):
    """A person's sittings."""

    key_scopes = {"GET": "swipes:read", "POST": "swipes:write"}

    @extend_schema(parameters=[PageQuery], responses=paged(SessionSerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List one's sessions, newest first, with counts."""
        pages = PageNumbers()
        sessions = pages.paginate_queryset(_counted(SwipeSession.objects.filter(user=request.user)), request)
        return pages.get_paginated_response(SessionSerializer(sessions, many=True).data)

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=SessionWriteSerializer, responses={201: SessionSerializer})
    def post(self, request: SignedInRequest) -> Response | HttpResponse:
        """Begin a session."""
        return once(request, lambda: self._start(request))

    @staticmethod
    def _start(request: SignedInRequest) -> Response:
        given = read_body(request, SessionWriteSerializer)
        if given.get("recipient_id"):
            raise NotFound("There is no such recipient.")
        category = find_category(given["category"]) if given.get("category") else None
        session = services.start_session(
            user=request.user,
            session_type=SessionType(given["session_type"].upper()),
            occasion=given.get("occasion") or "",
            category=category,
            budget_min=given.get("budget_min"),
            budget_max=given.get("budget_max"),
            now=timezone.now(),
        )
        return created(SessionSerializer(session).data)


class SessionView(PersonalView):
    """One sitting."""

    key_scopes = {"GET": "swipes:read"}

    @extend_schema(responses=SessionSerializer)
    def get(self, request: SignedInRequest, session_id: uuid.UUID) -> Response:
        """Return one of one's sessions, with counts."""
        session = _counted(SwipeSession.objects.filter(user=request.user, pk=session_id)).first()
        if session is None:
            raise services.NoSuchSession
        return Response(SessionSerializer(session).data)


class SwipeView(PersonalView):
    """One answer."""

    key_scopes = {"DELETE": "swipes:write"}

    @extend_schema(responses={204: OpenApiResponse(description="Undone.")})
    def delete(self, request: SignedInRequest, swipe_id: uuid.UUID) -> Response:
        """Take an answer back."""
        services.undo_swipe(user=request.user, swipe_id=swipe_id)
        return Response(status=204)


class AnalyticsView(PersonalView):
    """What one's swipes say."""

    key_scopes = {"GET": "swipes:read"}

    @extend_schema(responses=TasteSerializer)
    def get(self, request: SignedInRequest) -> Response:
        """Return totals, like rates by category, brand and price band, and the trend over sessions."""
        return Response(analytics.taste_of(request.user))


class TrackView(PersonalView):
    """What a person does beside swiping."""

    key_scopes = {"POST": "swipes:write"}

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=one_or_many(EventWriteSerializer),
        responses={202: AcceptedSerializer},
    )
    def post(self, request: SignedInRequest) -> Response | HttpResponse:
        """Take an event, or an array of at most 100, taken whole or refused whole."""
        return once(request, lambda: self._track(request))

    @staticmethod
    def _track(request: SignedInRequest) -> Response:
        events = read_one_or_many(request, EventWriteSerializer)
        rows = services.track_behaviour(user=request.user, events=events, now=timezone.now())
        return Response({"accepted": len(rows)}, status=202)


class HistoryView(PersonalView):
    """What a person did."""

    key_scopes = {"GET": "swipes:read"}

    @extend_schema(parameters=[HistoryQuery], responses=paged(EventSerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List one's events, newest first, by type, product and date."""
        asked = read_query(request, HistoryQuery)
        events = BehaviourEvent.objects.filter(user=request.user)
        if "event_type" in asked:
            events = events.filter(event_type=asked["event_type"].upper())
        if "product_id" in asked:
            events = events.filter(product_id=asked["product_id"])
        if "since" in asked:
            events = events.filter(occurred_at__gte=asked["since"])
        if "until" in asked:
            events = events.filter(occurred_at__lt=asked["until"])
        pages = PageNumbers()
        return pages.get_paginated_response(EventSerializer(pages.paginate_queryset(events, request), many=True).data)


def _counted(sessions: QuerySet[SwipeSession]) -> QuerySet[SwipeSession]:
    counted = sessions.select_related("category", "user").annotate(
        n_swipes=Count("swipes"), n_likes=Count("swipes", filter=Q(swipes__direction__in=LIKES))
    )
    # Django drops the model's own ordering once it groups.
    return counted.order_by(*(SwipeSession._meta.ordering or ()))
