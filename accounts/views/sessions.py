"""The devices somebody is signed in on, over HTTP."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts import services
from accounts.authentication import SignedInRequest
from accounts.models import Session
from accounts.serializers import AccountSessionSerializer
from common.pagination import PageNumbers, PageQuery
from common.schema import paged
from common.views import PersonalView


class SessionsView(PersonalView):
    """One's sign-ins."""

    @extend_schema(parameters=[PageQuery], responses=paged(AccountSessionSerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List the devices one is signed in on, newest sign-in first."""
        pages = PageNumbers()
        sessions = pages.paginate_queryset(Session.objects.active(timezone.now()).filter(user=request.user), request)
        context = {"current_id": request.auth.pk}
        return pages.get_paginated_response(AccountSessionSerializer(sessions, many=True, context=context).data)


class SessionView(PersonalView):
    """One of one's sign-ins."""

    @extend_schema(responses={204: OpenApiResponse(description="Ended; its tokens stop at once.")})
    def delete(self, request: SignedInRequest, session_id: uuid.UUID) -> Response:
        """End one sign-in, on whichever device; its tokens stop at once."""
        services.end_session(user=request.user, session_id=session_id, now=timezone.now())
        return Response(status=204)
