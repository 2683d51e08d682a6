"""Orders over HTTP."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from common.errors import NotFound
from common.pagination import PageNumbers, PageQuery
from common.schema import paged
from common.views import PersonalView
from orders.models import Order
from orders.serializers import OrderSerializer


class OrdersView(PersonalView):
    """A person's orders."""

    key_scopes = {"GET": "orders:read"}

    @extend_schema(parameters=[PageQuery], responses=paged(OrderSerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List one's orders, newest first."""
        pages = PageNumbers()
        orders = Order.objects.by(request.user).with_totals().prefetch_related("lines__product")
        return pages.get_paginated_response(OrderSerializer(pages.paginate_queryset(orders, request), many=True).data)


class OrderView(PersonalView):
    """One order."""

    key_scopes = {"GET": "orders:read"}

    @extend_schema(responses=OrderSerializer)
    def get(self, request: SignedInRequest, order_id: uuid.UUID) -> Response:
        """Return one of one's orders."""
        order = (
            Order.objects.by(request.user).with_totals().prefetch_related("lines__product").filter(pk=order_id).first()
        )
        if order is None:
            raise NotFound("There is no such order.")
        return Response(OrderSerializer(order).data)
