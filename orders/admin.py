"""Staff screens of orders."""

from decimal import Decimal

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.staff import ReadOnlyAdmin, ReadOnlyInline
from orders import services
from orders.models import Order, OrderEvent, OrderLine, OrderStatus

PENNY = Decimal("0.01")


class OrderLineInline(ReadOnlyInline):
    """The lines of an order."""

    model = OrderLine
    fields = readonly_fields = ("ordinal", "product", "quantity", "price", "currency")

    @admin.display(description="unit price")
    def price(self, line: OrderLine) -> Decimal:
        """Show pounds and pence, and fractions of a penny only where there are any."""
        pence = line.unit_price.quantize(PENNY)
        return pence if pence == line.unit_price else line.unit_price.normalize()


class OrderEventInline(ReadOnlyInline):
    """The steps that an order has taken."""

    model = OrderEvent
    fields = readonly_fields = ("at", "status")
    verbose_name_plural = "steps"


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Purchases; their steps are taken by actions, each through the service that the API uses."""

    actions_need = "orders.change_order"
    actions = ("mark_paid", "mark_shipped", "mark_delivered", "cancel", "refund")
    list_display = ("external_reference", "user", "status", "total", "currency", "placed_at")
    list_filter = ("status", "currency")
    search_fields = ("external_reference", "user__email", "=id")
    date_hierarchy = "placed_at"
    list_select_related = ("user",)
    inlines = (OrderLineInline, OrderEventInline)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Return the orders with their totals."""
        return super().get_queryset(request).with_totals()

    @admin.action(description="Mark as paid")
    def mark_paid(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Say that the money is there."""
        self._step(request, queryset, OrderStatus.PAID)

    @admin.action(description="Mark as shipped")
    def mark_shipped(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Say that the parcel is on its way."""
        self._step(request, queryset, OrderStatus.SHIPPED)

    @admin.action(description="Mark as delivered")
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Say that the parcel has arrived."""
        self._step(request, queryset, OrderStatus.DELIVERED)

    @admin.action(description="Cancel; the stock goes back")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """End orders that are not on their way yet."""
        self._step(request, queryset, OrderStatus.CANCELLED)

    @admin.action(description="Refund; the stock goes back")
    def refund(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Say that the money has gone back."""
        self._step(request, queryset, OrderStatus.REFUNDED)

    def _step(self, request: HttpRequest, queryset: QuerySet[Order], status: OrderStatus) -> None:
        n_done, refused = 0, []
        for order_id in queryset.order_by("pk").values_list("pk", flat=True):
            try:
                services.set_order_status(
                    order_id=order_id, status=status, now=timezone.now(), actor_id=request.user.pk
                )
                n_done += 1
            except services.InvalidTransition as problem:
                refused.append(problem.message)
        self.message_user(request, f"{n_done} {status.label}.", messages.SUCCESS if n_done else messages.WARNING)
        for message in sorted(set(refused)):
            self.message_user(request, f"{refused.count(message)} left as they are: {message}", messages.WARNING)

    @admin.display(ordering="total")
    def total(self, order: Order) -> Decimal:
        """Show the sum of the lines, to the penny."""
        return order.total.quantize(PENNY)  # type: ignore[attr-defined]
