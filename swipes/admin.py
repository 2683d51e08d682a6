"""Staff screens of swiping: to look at, not to edit."""

from django.contrib import admin

from common.staff import ReadOnlyAdmin
from swipes.models import BehaviourEvent, Impression, Swipe, SwipeSession


@admin.register(SwipeSession)
class SwipeSessionAdmin(ReadOnlyAdmin):
    """Sittings."""

    list_display = ("id", "user", "session_type", "occasion", "category", "created_at")
    list_filter = ("session_type", "occasion")
    search_fields = ("user__email", "=id")
    list_select_related = ("user", "category")
    show_full_result_count = False


@admin.register(Swipe)
class SwipeAdmin(ReadOnlyAdmin):
    """Answers."""

    list_display = ("product", "direction", "user", "response_time_ms", "never_again", "updated_at")
    list_filter = ("direction", "never_again")
    search_fields = ("user__email", "product__title")
    list_select_related = ("user", "product")
    show_full_result_count = False


@admin.register(Impression)
class ImpressionAdmin(ReadOnlyAdmin):
    """What was shown."""

    list_display = ("shown_at", "surface", "policy", "user")
    list_filter = ("surface", "policy")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    show_full_result_count = False


@admin.register(BehaviourEvent)
class BehaviourEventAdmin(ReadOnlyAdmin):
    """What people did beside swiping."""

    list_display = ("occurred_at", "event_type", "user", "product", "query")
    list_filter = ("event_type",)
    search_fields = ("user__email", "product__title", "query")
    list_select_related = ("user", "product")
    show_full_result_count = False
