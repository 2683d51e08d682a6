"""What a person was shown and how they answered."""

import uuid
from typing import ClassVar

from django.db import models

from accounts.models import User
from catalogue.models import Category, Product


class SessionType(models.TextChoices):
    """Why somebody swipes."""

    ONBOARDING = "ONBOARDING", "onboarding"
    DISCOVERY = "DISCOVERY", "discovery"
    GIFT = "GIFT", "gift"


class Direction(models.TextChoices):
    """The answer to a card. UP is a super-like; DOWN skips, which is no dislike."""

    LEFT = "LEFT", "left"
    RIGHT = "RIGHT", "right"
    UP = "UP", "up"
    DOWN = "DOWN", "down"


LIKES = (Direction.RIGHT, Direction.UP)


class SwipeSession(models.Model):
    """One sitting: a row of cards with a purpose and perhaps a budget."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_type = models.CharField(max_length=12, choices=SessionType)
    occasion = models.CharField(max_length=20, blank=True)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    budget_min = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    budget_max = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["user", "-created_at", "id"], name="swipes_session_of_user")]

    def __str__(self) -> str:
        return f"{self.session_type} {self.id}"


class SwipeQuerySet(models.QuerySet["Swipe"]):
    """Swipes by whose they are."""

    def by(self, user: User) -> "SwipeQuerySet":
        """Of one person."""
        return self.filter(user=user)

    def liked(self) -> "SwipeQuerySet":
        """Answered with a like or a super-like."""
        return self.filter(direction__in=LIKES)


class Swipe(models.Model):
    """The answer to one card of a session; a second answer replaces the first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(SwipeSession, on_delete=models.CASCADE, related_name="swipes")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    direction = models.CharField(max_length=5, choices=Direction)
    response_time_ms = models.PositiveIntegerField(null=True, blank=True)
    never_again = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar = SwipeQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "product"], name="swipes_swipe_once_per_card"),
        ]
        indexes = [
            models.Index(fields=["user", "product", "-updated_at"], name="swipes_swipe_taste"),
            models.Index(fields=["updated_at"], name="swipes_swipe_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.product_id}"


class Impression(models.Model):
    """One answer that showed products: what, where, in which order and on whose choice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(SwipeSession, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    surface = models.CharField(max_length=40)
    placement = models.CharField(max_length=60, blank=True, help_text="The named place on that surface.")
    policy = models.CharField(max_length=100)
    model_version = models.CharField(max_length=60, blank=True)
    products = models.JSONField(default=list, help_text="Product ids, first shown first.")
    propensities = models.JSONField(default=list, help_text="The chance each product had to be shown there.")
    shown_at = models.DateTimeField()

    class Meta:
        ordering = ["-shown_at", "id"]
        indexes = [models.Index(fields=["user", "-shown_at"], name="swipes_impression_of_user")]

    def __str__(self) -> str:
        return f"{self.surface} {self.shown_at:%Y-%m-%d %H:%M}"


class EventType(models.TextChoices):
    """What somebody did beside swiping; stored in capitals, written small on the wire."""

    VIEW = "VIEW", "view"
    CLICK = "CLICK", "click"
    ADD_TO_CART = "ADD_TO_CART", "add_to_cart"
    PURCHASE = "PURCHASE", "purchase"
    WISHLIST = "WISHLIST", "wishlist"
    SHARE = "SHARE", "share"
    SEARCH = "SEARCH", "search"


class BehaviourEvent(models.Model):
    """Something somebody did. A purchase here is taste; money comes from orders alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    event_type = models.CharField(max_length=12, choices=EventType)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    query = models.CharField(max_length=200, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-occurred_at", "id"]
        indexes = [models.Index(fields=["user", "-occurred_at", "id"], name="swipes_event_of_user")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.product_id or self.query}"
