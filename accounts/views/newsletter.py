"""The newsletter over HTTP. No answer tells whether an address is known."""

from collections.abc import Mapping
from typing import IO, Any

from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.serializers import (
    NewsletterTokenQuery,
    SubscribedSerializer,
    SubscribeSerializer,
    UnsubscribeQuery,
    UnsubscribeSerializer,
)
from accounts.services import newsletter
from common import limits
from common.parsing import BodyTooLarge, StrictJSONParser
from common.queries import read_query
from common.views import PersonalMixin, PublicView, read_body

LONGEST_FORM = 4096


class OneClickParser(BaseParser):
    """The small form that a mail program's unsubscribe button sends (RFC 8058)."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """Return the fields; raises BodyTooLarge (413)."""
        raw = stream.read(LONGEST_FORM + 1)
        if len(raw) > LONGEST_FORM:
            raise BodyTooLarge
        return QueryDict(raw, encoding="utf-8").dict()


class SubscribeView(PersonalMixin, PublicView):
    """The way in."""

    authentication_classes = ()

    @extend_schema(
        request=SubscribeSerializer,
        responses={202: OpenApiResponse(description="A mail with a link to confirm is on its way, if one is due.")},
    )
    def post(self, request: Request) -> Response:
        """Ask for the newsletter: nothing is sent until the link in a mail is followed; 202 for any address."""
        given = read_body(request, SubscribeSerializer)
        limits.hit("mail", request._request)
        limits.hit_address("mail_address", request._request, given["email"], about="newsletter")
        newsletter.ask_to_subscribe(
            address=given["email"],
            source=given["source"],
            network=limits.caller_network(request),
            now=timezone.now(),
        )
        return Response(status=202)


class ConfirmSubscriptionView(PersonalMixin, PublicView):
    """The second half of the way in."""

    authentication_classes = ()

    @extend_schema(parameters=[NewsletterTokenQuery], responses={200: SubscribedSerializer})
    def get(self, request: Request) -> Response:
        """Confirm by a mailed link that one wants the newsletter; safe to repeat."""
        given = read_query(request, NewsletterTokenQuery)
        newsletter.confirm(token=given["token"], now=timezone.now())
        return Response({"message": "You are subscribed."})


class UnsubscribeView(PersonalMixin, PublicView):
    """The way out, which takes no sign-in."""

    authentication_classes = ()
    parser_classes = (StrictJSONParser, OneClickParser)

    @extend_schema(
        parameters=[UnsubscribeQuery],
        request=UnsubscribeSerializer,
        responses={204: OpenApiResponse(description="No more mails, whether or not there were any.")},
    )
    def post(self, request: Request) -> Response:
        """Want the newsletter no more, by what a mailed link carries; also what a mail program's own button sends."""
        given = read_query(request, UnsubscribeQuery) or (
            read_body(request, UnsubscribeSerializer) if request.data else {}
        )
        if "token" not in given:
            raise serializers.ValidationError({"token": "What the mailed link carries is needed."}, code="required")
        newsletter.unsubscribe(token=given["token"], now=timezone.now())
        return Response(status=204)
