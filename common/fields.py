"""Fields that are stricter than DRF's."""

from typing import Any

from rest_framework import serializers


class IdField(serializers.UUIDField):
    """An id as text. DRF would take the number 5 for a UUID, and the client would learn of a missing object only."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the UUID; raises ValidationError for anything but its text."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)
