"""Sessions, swipes and events on the wire."""

from decimal import Decimal
from typing import Any

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalogue.models import Occasion
from catalogue.shapes import SCARF
from common.fields import IdField
from common.pagination import PageQuery
from common.schema import shown_as
from swipes.models import BehaviourEvent, EventType, SessionType, SwipeSession
from swipes.shapes import SESSION_ID

LARGEST_METADATA = 4096
HIGHEST_BUDGET = Decimal("99999999.99")
SESSION_TYPES = [(choice.label, choice.label) for choice in SessionType]
EVENT_TYPES = [(choice.label, choice.label) for choice in EventType]


@shown_as(
    {"session_type": "gift", "occasion": "birthday", "category": "accessories", "budget_min": 10, "budget_max": 50}
)
class SessionWriteSerializer(serializers.Serializer[Any]):
    """A new sitting."""

    session_type = serializers.ChoiceField(SESSION_TYPES)
    recipient_id = IdField(required=False, allow_null=True)
    occasion = serializers.ChoiceField(Occasion.choices, required=False, allow_null=True)
    category = serializers.CharField(max_length=140, required=False, allow_null=True, help_text="Slug or id.")
    budget_min = serializers.DecimalField(
        10, 2, min_value=Decimal(0), max_value=HIGHEST_BUDGET, required=False, allow_null=True
    )
    budget_max = serializers.DecimalField(
        10, 2, min_value=Decimal(0), max_value=HIGHEST_BUDGET, required=False, allow_null=True
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse an inverted budget."""
        least, most = given.get("budget_min"), given.get("budget_max")
        if least is not None and most is not None and least > most:
            raise serializers.ValidationError({"budget_max": "Lies below budget_min."}, code="inverted_range")
        return given


@shown_as(
    {
        "id": SESSION_ID,
        "session_type": "gift",
        "recipient_id": None,
        "occasion": "birthday",
        "category": "accessories",
        "budget_min": 10,
        "budget_max": 50,
        "swipes": 12,
        "likes": 5,
        "created_at": "2026-11-20T09:30:00.000000Z",
    }
)
class SessionSerializer(serializers.ModelSerializer[SwipeSession]):
    """A sitting with what came of it."""

    session_type = serializers.ChoiceField(SESSION_TYPES, source="get_session_type_display")
    recipient_id = serializers.SerializerMethodField(help_text="Null: the person's own taste.")
    occasion = serializers.SerializerMethodField()
    category = serializers.CharField(source="category.slug", allow_null=True, default=None)
    swipes = serializers.IntegerField(source="n_swipes", default=0)
    likes = serializers.IntegerField(source="n_likes", default=0)

    class Meta:
        model = SwipeSession
        fields = (
            "id",
            "session_type",
            "recipient_id",
            "occasion",
            "category",
            "budget_min",
            "budget_max",
            "swipes",
            "likes",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "format": "uuid"})
    def get_recipient_id(self, session: SwipeSession) -> str | None:
        """Return whom the sitting is for; None for oneself."""
        return None

    def get_occasion(self, session: SwipeSession) -> str | None:
        """Return the occasion, or None."""
        return session.occasion or None


@shown_as({"event_type": "view", "product_id": SCARF["id"], "metadata": {"from": "newsletter"}})
class EventWriteSerializer(serializers.Serializer[Any]):
    """Something somebody did."""

    event_type = serializers.ChoiceField(EVENT_TYPES)
    product_id = IdField(required=False, allow_null=True)
    query = serializers.CharField(max_length=200, required=False, allow_blank=True)
    metadata = serializers.DictField(required=False, help_text="At most 4 KiB of JSON.")
    occurred_at = serializers.DateTimeField(required=False)

    def validate_event_type(self, word: str) -> EventType:
        """Return the stored form."""
        return EventType(word.upper())

    def validate_metadata(self, metadata: dict[str, Any]) -> dict[str, Any]:
        """Refuse more than 4 KiB."""
        if len(orjson.dumps(metadata)) > LARGEST_METADATA:
            raise serializers.ValidationError("Takes at most 4 KiB.", code="max_length")
        return metadata


@shown_as(
    {
        "id": "0f1e2d3c-4b5a-4968-8776-5a4b3c2d1e0f",
        "event_type": "view",
        "product_id": SCARF["id"],
        "query": "",
        "metadata": {"from": "newsletter"},
        "occurred_at": "2026-11-20T09:32:00.000000Z",
        "recorded_at": "2026-11-20T09:32:00.000000Z",
    }
)
class EventSerializer(serializers.ModelSerializer[BehaviourEvent]):
    """A recorded event."""

    event_type = serializers.ChoiceField(EVENT_TYPES, source="get_event_type_display")
    product_id = IdField(allow_null=True)
    metadata = serializers.DictField()

    class Meta:
        model = BehaviourEvent
        fields = ("id", "event_type", "product_id", "query", "metadata", "occurred_at", "recorded_at")
        read_only_fields = fields


@shown_as({"accepted": 1})
class AcceptedSerializer(serializers.Serializer[Any]):
    """How many events were taken."""

    accepted = serializers.IntegerField()


class HistoryQuery(PageQuery):
    """Which events."""

    event_type = serializers.ChoiceField(EVENT_TYPES, required=False)
    product_id = IdField(required=False)
    since = serializers.DateTimeField(required=False, help_text="Inclusive.")
    until = serializers.DateTimeField(required=False, help_text="Exclusive.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse an inverted span."""
        if "since" in given and "until" in given and given["since"] > given["until"]:
            raise serializers.ValidationError({"until": "Lies before since."}, code="inverted_range")
        return given


class TasteGroupSerializer(serializers.Serializer[Any]):
    """Likes and dislikes of one group of products."""

    name = serializers.CharField()
    likes = serializers.IntegerField()
    dislikes = serializers.IntegerField()
    like_rate = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField(help_text="One minus the width of the rate's Wilson 95 % interval.")


class TrendSerializer(serializers.Serializer[Any]):
    """What came of one session."""

    session_id = serializers.UUIDField()
    started_at = serializers.DateTimeField()
    swipes = serializers.IntegerField()
    like_rate = serializers.FloatField(allow_null=True)


@shown_as(
    {
        "total_swipes": 12,
        "likes": 5,
        "super_likes": 1,
        "dislikes": 4,
        "skips": 2,
        "like_rate": 0.6,
        "categories": [{"name": "Accessories", "likes": 6, "dislikes": 4, "like_rate": 0.6, "confidence": 0.4806}],
        "brands": [{"name": "Larkfield", "likes": 2, "dislikes": 0, "like_rate": 1.0, "confidence": 0.3424}],
        "price_bands": [{"name": "10 to 25", "likes": 6, "dislikes": 4, "like_rate": 0.6, "confidence": 0.4806}],
        "trend": [{"session_id": SESSION_ID, "started_at": "2026-11-20T09:30:00Z", "swipes": 12, "like_rate": 0.6}],
    }
)
class TasteSerializer(serializers.Serializer[Any]):
    """What a person's swipes say."""

    total_swipes = serializers.IntegerField()
    likes = serializers.IntegerField()
    super_likes = serializers.IntegerField()
    dislikes = serializers.IntegerField()
    skips = serializers.IntegerField()
    like_rate = serializers.FloatField(allow_null=True)
    categories = TasteGroupSerializer(many=True)
    brands = TasteGroupSerializer(many=True)
    price_bands = TasteGroupSerializer(many=True)
    trend = TrendSerializer(many=True)
