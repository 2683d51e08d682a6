"""Links to merchants and the reports of networks, over HTTP."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.affiliate.clicks import Source, follow_link, visitor_of
from catalogue.affiliate.conversions import ReportLine, record_conversion
from catalogue.affiliate.programmes import find_programme
from catalogue.affiliate.shapes import ClickQuery, ConversionSerializer, ConversionWriteSerializer
from catalogue.models import ConversionKind
from common.idempotency import once
from common.lean import LeanView
from common.queries import read_query
from common.schema import REFUSALS
from common.views import HasPermission, PersonalView, read_body

REDIRECT_HEADERS = {
    "Cache-Control": "no-store",
    # The merchant learns which shop sent somebody, and not what they looked at there.
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


class ClickView(LeanView):
    """The way to a product's merchant."""

    key_scopes = {"GET": "catalogue:read"}

    @extend_schema(
        parameters=[ClickQuery],
        responses={302: OpenApiResponse(description="To the merchant's page.")},
        extensions={REFUSALS: [409]},
    )
    def get(self, request: Request, product_id: uuid.UUID) -> HttpResponse:
        """Go to the merchant's page; aclue may earn from what is bought there, which whoever shows the link says."""
        return self.read(request._request, product_id)

    def read(self, request: HttpRequest, product_id: uuid.UUID) -> HttpResponse:
        """Send on, and count a person's click."""
        self.user_of(request)
        asked = read_query(request, ClickQuery)
        country = asked.pop("country", "").upper()
        url = follow_link(
            product_id=product_id,
            visitor=visitor_of(request),
            country=country,
            source=Source(**asked),
            now=timezone.now(),
        )
        return HttpResponseRedirect(url, headers=REDIRECT_HEADERS)


class ConversionsView(PersonalView):
    """Where networks' reports come in."""

    permission_classes = (HasPermission,)
    permissions_needed = {"POST": "catalogue.add_affiliateconversion"}
    key_scopes = {"POST": "affiliate:write"}

    @extend_schema(
        request=ConversionWriteSerializer,
        responses={201: ConversionSerializer, 200: ConversionSerializer},
        extensions={REFUSALS: [409]},
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Take a line of a network's report into the ledger; a line that is there already is 200."""
        return once(request, lambda: self._record(request))

    @staticmethod
    def _record(request: Request) -> Response:
        given: dict[str, Any] = read_body(request, ConversionWriteSerializer)
        programme = find_programme(given.pop("programme"))
        given["kind"] = ConversionKind(given["kind"].upper())
        conversion, is_new = record_conversion(
            programme=programme, line=ReportLine(**given), now=timezone.now(), actor_id=request.user.pk
        )
        return Response(ConversionSerializer(conversion).data, status=201 if is_new else 200)
