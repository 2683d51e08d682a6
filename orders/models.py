"""What a person is about to buy, and what they bought here or elsewhere."""

import uuid
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from catalogue.models import Product, Status

MOST_OF_ONE = 99


class CartItem(models.Model):
    """A product in somebody's cart. What it costs is the product's business until it is ordered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_OF_ONE)])
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "product"], name="orders_product_once_in_a_cart"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=MOST_OF_ONE), name="orders_cart_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"

    def is_available(self) -> bool:
        """Return whether so many could be ordered now."""
        product = self.product
        return product.status == Status.ACTIVE and (product.stock is None or product.stock >= self.quantity)


class OrderStatus(models.TextChoices):
    """How far an order is."""

    PENDING = "PENDING", "pending"
    PAID = "PAID", "paid"
    SHIPPED = "SHIPPED", "shipped"
    DELIVERED = "DELIVERED", "delivered"
    CANCELLED = "CANCELLED", "cancelled"
    REFUNDED = "REFUNDED", "refunded"


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders by whose they are, with their totals."""

    def by(self, user: User) -> "OrderQuerySet":
        """Of one person."""
        return self.filter(user=user)

    def with_totals(self) -> "OrderQuerySet":
        """With `total`, the sum of the lines, in the order's currency."""
        totals = self.annotate(total=Coalesce(Sum(F("lines__quantity") * F("lines__unit_price")), Decimal(0)))
        # Django drops the model's own ordering once it groups.
        return totals.order_by(*(Order._meta.ordering or ()))


class Order(models.Model):
    """One purchase. Erasing the buyer leaves the order, without them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    external_reference = models.CharField(
        max_length=120, null=True, blank=True, unique=True, help_text="An invoice's number, say."
    )
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.PENDING)
    currency = models.CharField(max_length=3, default="GBP")
    placed_at = models.DateTimeField(db_index=True)
    delivery = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text="Name and address, as they were given.",
    )
    gift_for = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="Whom it is for, in the buyer's words."
    )
    gift_message = models.TextField(blank=True, default="", db_default="")

    objects: ClassVar = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "id"]
        indexes = [models.Index(fields=["user", "-placed_at", "id"], name="orders_order_of_user")]

    def __str__(self) -> str:
        return self.external_reference or str(self.id)


class OrderLine(models.Model):
    """One line of an order, known by its place in it; the price is what was paid then."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    ordinal = models.PositiveIntegerField(help_text="Its place in the order, from 1.")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    # Merchants sell by the hundred and price the piece in fractions of a penny; rounding them would change the total.
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3, default="GBP")
    reserved = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="How many were taken from the stock for it; they go back when it falls through.",
    )

    class Meta:
        ordering = ["ordinal", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "ordinal"], name="orders_line_once_per_place"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="orders_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"


class OrderEvent(models.Model):
    """A step that an order has taken."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    status = models.CharField(max_length=10, choices=OrderStatus)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.get_status_display()}"
