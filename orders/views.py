"""Carts and orders over HTTP."""

import uuid
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response
from rest_framework.utils.serializer_helpers import ReturnDict

from accounts.authentication import SignedInRequest
from accounts.permissions import HasAccount
from common.idempotency import once
from common.pagination import PageNumbers, PageQuery
from common.schema import IDEMPOTENCY_KEY, REFUSALS, paged
from common.views import HasPermission, PersonalView, created, read_body
from orders import services
from orders.models import CartItem, Order, OrderLine, OrderStatus
from orders.serializers import (
    CartItemSerializer,
    CartItemWriteSerializer,
    CartSerializer,
    OrderSerializer,
    OrderWriteSerializer,
    QuantitySerializer,
    StatusSerializer,
    totals_of,
)

BY_LABEL = {status.label: status for status in OrderStatus}


class BuyersView(PersonalView):
    """For who has an account: a guest is nobody that anything could be sent to."""

    permission_classes = (HasAccount,)


class CartView(BuyersView):
    """A person's cart."""

    key_scopes = {"GET": "orders:read", "DELETE": "orders:write"}

    @extend_schema(responses=CartSerializer)
    def get(self, request: SignedInRequest) -> Response:
        """Return what is in one's cart, at the present prices."""
        items = list(CartItem.objects.filter(user=request.user).select_related("product"))
        cart = {"items": items, "n_items": sum(item.quantity for item in items), "totals": totals_of(items)}
        return Response(CartSerializer(cart).data)

    @extend_schema(responses={204: OpenApiResponse(description="It is empty.")})
    def delete(self, request: SignedInRequest) -> Response:
        """Take everything out of one's cart."""
        services.empty_cart(user=request.user)
        return Response(status=204)


class CartItemsView(BuyersView):
    """The way into the cart."""

    key_scopes = {"POST": "orders:write"}

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=CartItemWriteSerializer,
        responses={201: CartItemSerializer, 200: CartItemSerializer},
        extensions={REFUSALS: [409]},
    )
    def post(self, request: SignedInRequest) -> Response | HttpResponse:
        """Put a product into the cart; of one that is there already, so many more (200)."""
        return once(request, lambda: self._add(request))

    @staticmethod
    def _add(request: SignedInRequest) -> Response:
        given = read_body(request, CartItemWriteSerializer)
        item, is_new = services.add_to_cart(user=request.user, **given, now=timezone.now())
        return Response(CartItemSerializer(item).data, status=201 if is_new else 200)


class CartItemView(BuyersView):
    """One product in the cart."""

    key_scopes = {"PUT": "orders:write", "DELETE": "orders:write"}

    @extend_schema(request=QuantitySerializer, responses=CartItemSerializer, extensions={REFUSALS: [409]})
    def put(self, request: SignedInRequest, item_id: uuid.UUID) -> Response:
        """Want another number of it."""
        given = read_body(request, QuantitySerializer)
        item = services.change_quantity(user=request.user, item_id=item_id, **given, now=timezone.now())
        return Response(CartItemSerializer(item).data)

    @extend_schema(responses={204: OpenApiResponse(description="Taken out.")})
    def delete(self, request: SignedInRequest, item_id: uuid.UUID) -> Response:
        """Take it out of the cart."""
        services.take_out(user=request.user, item_id=item_id)
        return Response(status=204)


class OrdersView(PersonalView):
    """A person's orders."""

    permission_classes = (HasAccount,)
    open_to_guests = ("GET",)
    key_scopes = {"GET": "orders:read", "POST": "orders:write"}

    @extend_schema(parameters=[PageQuery], responses=paged(OrderSerializer))
    def get(self, request: SignedInRequest) -> Response:
        """List one's orders, newest first."""
        pages = PageNumbers()
        page = pages.paginate_queryset(_whole(Order.objects.by(request.user)), request)
        return pages.get_paginated_response(OrderSerializer(page, many=True).data)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=OrderWriteSerializer,
        responses={201: OrderSerializer},
        extensions={REFUSALS: [409]},
    )
    def post(self, request: SignedInRequest) -> Response | HttpResponse:
        """Order what is in the cart, or the items that are named, at the shop's prices."""
        return once(request, lambda: self._place(request))

    @staticmethod
    def _place(request: SignedInRequest) -> Response:
        given = read_body(request, OrderWriteSerializer)
        items = given.pop("items", None)
        wanted = None if items is None else [services.Wanted(**item) for item in items]
        order = services.place_order(user=request.user, items=wanted, gift=services.Gift(**given), now=timezone.now())
        return created(_read_back(order))


class OrderView(PersonalView):
    """One order."""

    key_scopes = {"GET": "orders:read"}

    @extend_schema(responses=OrderSerializer)
    def get(self, request: SignedInRequest, order_id: uuid.UUID) -> Response:
        """Return one of one's orders."""
        order = _whole(Order.objects.by(request.user)).filter(pk=order_id).first()
        if order is None:
            raise services.NoSuchOrder
        return Response(OrderSerializer(order).data)


class CancelView(BuyersView):
    """The end of an order that is not on its way yet."""

    key_scopes = {"POST": "orders:write"}

    @extend_schema(request=None, responses=OrderSerializer, extensions={REFUSALS: [409]})
    def post(self, request: SignedInRequest, order_id: uuid.UUID) -> Response:
        """Cancel one of one's orders before it is on its way."""
        order = services.cancel_order(user=request.user, order_id=order_id, now=timezone.now())
        return Response(_read_back(order))


class OrderStatusView(PersonalView):
    """How far an order is, as staff or the payment's program say."""

    permission_classes = (HasPermission,)
    permissions_needed = {"PUT": "orders.change_order"}
    works_as_system = "the shop's orders"
    key_scopes = {"PUT": "orders:write"}

    @extend_schema(request=StatusSerializer, responses=OrderSerializer, extensions={REFUSALS: [409]})
    def put(self, request: SignedInRequest, order_id: uuid.UUID) -> Response:
        """Take a step: pending, paid, shipped, delivered; or cancelled, refunded."""
        status = BY_LABEL[read_body(request, StatusSerializer)["status"]]
        order = services.set_order_status(
            order_id=order_id, status=status, now=timezone.now(), actor_id=request.user.pk
        )
        return Response(_read_back(order))


def _read_back(order: Order) -> ReturnDict[str, Any]:
    return OrderSerializer(_whole(Order.objects.filter(pk=order.pk)).get()).data


def _whole(orders: QuerySet[Order]) -> QuerySet[Order]:
    # Lines with their products in one statement: for a thousand products SQLite refuses Django's second one.
    lines = Prefetch("lines", queryset=OrderLine.objects.select_related("product"))
    return orders.with_totals().prefetch_related(lines, "events")  # type: ignore[attr-defined]
