"""Staff screens of orders."""

from decimal import Decimal

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from common.staff import ReadOnlyAdmin
from orders.models import Order, OrderLine

PENNY = Decimal("0.01")


class OrderLineInline(TabularInline):
    """The lines of an order."""

    model = OrderLine
    extra = 0
    can_delete = False
    fields = readonly_fields = ("ordinal", "product", "quantity", "price", "currency")

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Lines come with their order."""
        return False

    @admin.display(description="unit price")
    def price(self, line: OrderLine) -> Decimal:
        """Show pounds and pence, and fractions of a penny only where there are any."""
        pence = line.unit_price.quantize(PENNY)
        return pence if pence == line.unit_price else line.unit_price.normalize()


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Purchases."""

    list_display = ("external_reference", "user", "status", "total", "currency", "placed_at")
    list_filter = ("status", "currency")
    search_fields = ("external_reference", "user__email", "=id")
    date_hierarchy = "placed_at"
    list_select_related = ("user",)
    inlines = (OrderLineInline,)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Return the orders with their totals."""
        return super().get_queryset(request).with_totals()

    @admin.display(ordering="total")
    def total(self, order: Order) -> Decimal:
        """Show the sum of the lines, to the penny."""
        return order.total.quantize(PENNY)  # type: ignore[attr-defined]
