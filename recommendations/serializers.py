"""Recommendations, decks and reasons on the wire."""

import math
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from catalogue.models import Occasion
from catalogue.queries import HIGHEST_PRICE, ListQuery
from catalogue.shapes import SCARF, ProductSerializer
from common.errors import Invalid
from common.fields import IdField
from common.queries import CommaSeparated
from common.schema import shown_as
from recommendations.answers import MOST
from recommendations.models import InteractionType
from recommendations.trending import WINDOWS
from swipes.models import Swipe
from swipes.shapes import SwipeSerializer

TYPES = ("gifts", "combinations", "items")
AVAILABLE = ("gifts",)
INTERACTIONS = [(choice.label, choice.label) for choice in InteractionType]
ID = "aKx2VbWmQzq0m6lq1q9HdpsdfFIPfko1jBstbx4KS3cBZWFzZToxMo1x0TzT3bXk1y9k2w"
GLOVES = SCARF | {
    "id": "1f0e9d8c-7b6a-4d5e-9f4a-3b2c1d0e9f8a",
    "title": "Cashmere gloves",
    "slug": "cashmere-gloves",
    "price": 38.0,
}
ONE = {
    "id": ID,
    "type": "product",
    "rank": 1,
    "score": 2.3141,
    "product": GLOVES,
    "reason": "Because you liked Silk scarf.",
    "sources": ["ease", "category"],
}
ANSWER = {
    "recommendations": [ONE],
    "model_version": "ease:12",
    "generated_at": "2026-11-20T09:31:00.000000Z",
    "strategy": "ease",
    "placement": "home",
}


class TypeNotAvailable(Invalid):
    """Nothing makes this kind of recommendation yet."""

    error_code = "TYPE_NOT_AVAILABLE"
    detail = "This type of recommendation is not available."


class RecommendationsQuery(serializers.Serializer[Any]):
    """What an answer is to be like; filters are hard."""

    place = "query"
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=10)
    type = serializers.ChoiceField(TYPES, default="gifts")
    placement = serializers.RegexField(
        r"^[a-z0-9-]{1,60}\Z", default="home", help_text="The named place it is shown in; kept with the impression."
    )
    recipient_id = IdField(required=False)
    occasion = serializers.ChoiceField(Occasion.choices, required=False)
    category = serializers.CharField(max_length=140, required=False, help_text="Slug or id; what stands inside counts.")
    price_min = serializers.DecimalField(10, 2, min_value=Decimal(0), max_value=HIGHEST_PRICE, required=False)
    price_max = serializers.DecimalField(10, 2, min_value=Decimal(0), max_value=HIGHEST_PRICE, required=False)
    exclude = CommaSeparated(child=serializers.UUIDField(), required=False, help_text="At most 100 product ids.")
    diversity = serializers.FloatField(
        min_value=0, max_value=1, default=0, help_text="0: the best alone; 1: as unlike each other as can be."
    )
    explain = serializers.BooleanField(default=True, help_text="Whether each comes with its reason.")

    def validate_diversity(self, diversity: float) -> float:
        """Refuse what is no number: bounds let it pass, as every comparison with it is false."""
        if math.isnan(diversity):
            raise serializers.ValidationError("A valid number is required.", code="invalid")
        return diversity

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse an inverted price range, and a type that nothing makes."""
        least, most = given.get("price_min"), given.get("price_max")
        if least is not None and most is not None and least > most:
            raise serializers.ValidationError({"price_max": "Lies below price_min."}, code="inverted_range")
        if given.get("type", "gifts") not in AVAILABLE:
            raise TypeNotAvailable(loc=(self.place, "type"))
        return given


@shown_as({"limit": 20, "occasion": "birthday", "price_max": 40})
class GenerateSerializer(RecommendationsQuery):
    """The parameters of the query, in a body; what is given here counts, whatever the query says of it."""

    place = "body"
    exclude = serializers.ListField(child=serializers.UUIDField(), max_length=100, required=False)  # type: ignore[assignment]

    def to_internal_value(self, data: Any) -> Any:
        """Refuse a name that means nothing: a wish that is not heard would look like one that is kept."""
        if isinstance(data, dict) and (strange := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail("There is no such parameter.", code="unknown")] for name in strange}
            )
        return super().to_internal_value(data)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse what the query's would, the two taken together."""
        return super().validate(self.context["query"] | given)


@shown_as(ONE)
class RecommendationSerializer(serializers.Serializer[Any]):
    """One recommended product."""

    id = serializers.CharField(max_length=200, help_text="Opaque; takes `interact` and `why`.")
    type = serializers.ChoiceField(["product"])
    rank = serializers.IntegerField(min_value=1)
    score = serializers.FloatField(help_text="Comparable within one answer alone.")
    product = ProductSerializer()
    reason = serializers.CharField(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField(), help_text="Which models and rules put it here.")


@shown_as(ANSWER)
class AnswerSerializer(serializers.Serializer[Any]):
    """A ranked list for one person."""

    recommendations = RecommendationSerializer(many=True)
    model_version = serializers.CharField(allow_null=True)
    generated_at = serializers.DateTimeField()
    strategy = serializers.CharField(
        help_text="Which stage answered: trend, ease, als, content, stored (one of these, made before), popular."
    )
    placement = serializers.CharField()


@shown_as({"interaction_type": "like"})
class InteractionWriteSerializer(serializers.Serializer[Any]):
    """What somebody did with a recommendation."""

    interaction_type = serializers.ChoiceField(INTERACTIONS)

    def validate_interaction_type(self, word: str) -> InteractionType:
        """Return the stored form."""
        return InteractionType(word.upper())


@shown_as(
    {
        "id": "c4b3a291-8f7e-4d6c-9b5a-49382716f5e4",
        "recommendation_id": ID,
        "product_id": GLOVES["id"],
        "interaction_type": "like",
        "occurred_at": "2026-11-20T09:32:00.000000Z",
    }
)
class InteractionSerializer(serializers.Serializer[Any]):
    """A recorded interaction."""

    id = serializers.UUIDField()
    recommendation_id = serializers.CharField()
    product_id = serializers.UUIDField()
    interaction_type = serializers.ChoiceField(INTERACTIONS)
    occurred_at = serializers.DateTimeField()


class BecauseSerializer(serializers.Serializer[Any]):
    """A product of one's history and what the score would lose without it."""

    product_id = serializers.UUIDField()
    title = serializers.CharField()
    said = serializers.CharField(help_text="What one did with it: liked, bought, …")
    weight = serializers.FloatField()


class TasteReasonSerializer(serializers.Serializer[Any]):
    """A taste that counts for (above 0) or against a product."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(["category"])
    weight = serializers.FloatField()


@shown_as(
    {
        "recommendation_id": ID,
        "product_id": GLOVES["id"],
        "title": "Cashmere gloves",
        "score": 2.3141,
        "because": [{"product_id": SCARF["id"], "title": "Silk scarf", "said": "liked", "weight": 0.9127}],
        "against": [],
        "tastes": [{"name": "Accessories", "kind": "category", "weight": 0.8}],
        "strategy": "ease",
        "model_version": "ease:12",
    }
)
class WhySerializer(serializers.Serializer[Any]):
    """What led to a recommendation, as one's history and the models are now."""

    recommendation_id = serializers.CharField()
    product_id = serializers.UUIDField()
    title = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    because = BecauseSerializer(many=True)
    against = BecauseSerializer(many=True)
    tastes = TasteReasonSerializer(many=True)
    strategy = serializers.CharField()
    model_version = serializers.CharField(allow_null=True)


class DeckQuery(serializers.Serializer[Any]):
    """How many cards."""

    limit = serializers.IntegerField(min_value=1, max_value=100, default=10)


@shown_as({"items": [SCARF], "sureness": 0.545, "shortlist_ready": True})
class DeckSerializer(serializers.Serializer[Any]):
    """Cards dealt now."""

    items = ProductSerializer(many=True)
    sureness = serializers.FloatField(help_text="How well the taste is known, 0 to 1.")
    shortlist_ready = serializers.BooleanField(help_text="Whether a short list would be worth showing.")


class SwipedQuery(serializers.Serializer[Any]):
    """Whether to answer with recommendations too."""

    recommend = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text="So many fresh recommendations, the swipe counted."
    )


class SwipedSerializer(SwipeSerializer):
    """A recorded answer, with the fresh recommendations that were asked for."""

    recommendations = RecommendationSerializer(many=True, required=False)

    class Meta:
        model = Swipe
        fields = (*SwipeSerializer.Meta.fields, "recommendations")
        read_only_fields = fields


class TrendingQuery(ListQuery):
    """Since when."""

    window = serializers.ChoiceField(tuple(WINDOWS), default="7d")
