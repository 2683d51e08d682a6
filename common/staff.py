"""What staff screens share."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


class ReadOnlyInline(TabularInline):
    """Rows that come with another, and are shown on its page."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits."""
        return False


class ReadOnlyAdmin(ModelAdmin):
    """Rows that services write and nobody edits. Actions, which call services too, are for who holds `actions_need`."""

    actions_need = ""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the screen's own actions to those who may carry them out."""
        offered: dict[str, Any] = super().get_actions(request)
        if not self.actions_need or request.user.has_perm(self.actions_need):
            return offered
        return {name: action for name, action in offered.items() if name not in (self.actions or ())}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False
