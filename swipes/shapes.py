"""An answer to a card on the wire, for this floor and for the one above, which takes answers and deals anew."""

from typing import Any

from rest_framework import serializers

from catalogue.shapes import SCARF
from common.fields import IdField
from common.schema import shown_as
from swipes.models import Direction, Swipe

LONGEST_RESPONSE_MS = 24 * 3600 * 1000
DIRECTIONS = [(choice.label, choice.label) for choice in Direction]
SESSION_ID = "6a1f0e9d-8c7b-4a65-9432-1f0e9d8c7b6a"


@shown_as({"session_id": SESSION_ID, "product_id": SCARF["id"], "direction": "right", "response_time_ms": 850})
class SwipeWriteSerializer(serializers.Serializer[Any]):
    """An answer to a card."""

    session_id = IdField()
    product_id = IdField()
    direction = serializers.ChoiceField(DIRECTIONS)
    response_time_ms = serializers.IntegerField(
        min_value=0, max_value=LONGEST_RESPONSE_MS, required=False, allow_null=True
    )
    never_again = serializers.BooleanField(required=False, default=False)

    def validate_direction(self, word: str) -> Direction:
        """Return the stored form."""
        return Direction(word.upper())


@shown_as(
    {
        "id": "d2c1b0a9-8f7e-4d6c-9b5a-49382716f5e4",
        "session_id": SESSION_ID,
        "product_id": SCARF["id"],
        "direction": "right",
        "response_time_ms": 850,
        "never_again": False,
        "created_at": "2026-11-20T09:31:00.000000Z",
        "updated_at": "2026-11-20T09:31:00.000000Z",
    }
)
class SwipeSerializer(serializers.ModelSerializer[Swipe]):
    """A recorded answer."""

    session_id = IdField()
    product_id = IdField()
    direction = serializers.ChoiceField(DIRECTIONS, source="get_direction_display")

    class Meta:
        model = Swipe
        fields = (
            "id",
            "session_id",
            "product_id",
            "direction",
            "response_time_ms",
            "never_again",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields
