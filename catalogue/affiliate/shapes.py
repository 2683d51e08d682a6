"""Clicks and conversions on the wire."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from catalogue.models import ConversionKind
from common.schema import shown_as

HIGHEST_AMOUNT = Decimal("9999999999.99")
KINDS = [(kind.value.lower(), kind.label) for kind in ConversionKind]
LINE = {
    "programme": "larkfield",
    "external_reference": "LK-20931-1",
    "kind": "sale",
    "sub_id": "3f0c9a5be0d24c1f8a7b6c5d4e3f2a1b",
    "ordered_at": "2025-11-20T09:30:00.000000Z",
    "amount": 42.5,
    "commission": 2.13,
    "currency": "GBP",
}
CONVERSION = {
    "id": "5b0f6c52-7c63-4f2b-8a35-0c7f3a0f9d11",
    **LINE,
    "sale_reference": "LK-20931-1",
    "commission_reported": True,
    "click_id": "3f0c9a5b-e0d2-4c1f-8a7b-6c5d4e3f2a1b",
    "product_id": "9b1d7c52-0f7e-4a35-8c1b-2d6f1e0a4b77",
    "recommendation_id": "",
    "placement": "deck-side",
    "policy": "ease:12",
    "recorded_at": "2025-12-01T04:00:00.000000Z",
}


class ClickQuery(serializers.Serializer[Any]):
    """Where a link stood; kept as it is, for the reports."""

    country = serializers.RegexField(
        r"^[A-Za-z]{2}$", required=False, help_text="Whose tag the link carries; AFFILIATE_COUNTRY by default."
    )
    recommendation_id = serializers.CharField(max_length=200, required=False, allow_blank=True)
    session = serializers.CharField(max_length=100, required=False, allow_blank=True)
    placement = serializers.CharField(max_length=60, required=False, allow_blank=True)
    policy = serializers.CharField(max_length=60, required=False, allow_blank=True)


class KindField(serializers.ChoiceField):
    """Sale or reversal, in small letters on the wire."""

    def to_representation(self, value: Any) -> Any:
        """Return the word as the wire has it."""
        return str(value).lower()


class ReportLineSerializer(serializers.Serializer[Any]):
    """What a line of a network's report may say."""

    external_reference = serializers.CharField(max_length=120, help_text="The network's own name for the line.")
    kind = KindField(KINDS, default="sale")
    sub_id = serializers.CharField(
        max_length=100, required=False, allow_blank=True, help_text="What the link carried: the click's id."
    )
    sale_reference = serializers.CharField(
        max_length=120, required=False, help_text="The sale that a reversal takes back, where its own name differs."
    )
    ordered_at = serializers.DateTimeField(help_text="When the order was placed; of a reversal too.")
    amount = serializers.DecimalField(
        12,
        2,
        min_value=Decimal(0),
        max_value=HIGHEST_AMOUNT,
        help_text="What was bought or taken back; never negative.",
    )
    commission = serializers.DecimalField(
        12,
        2,
        min_value=Decimal(0),
        max_value=HIGHEST_AMOUNT,
        required=False,
        allow_null=True,
        help_text="Reckoned by the programme's rates where the report does not say.",
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="ISO 4217.")


@shown_as(LINE)
class ConversionWriteSerializer(ReportLineSerializer):
    """A line of a network's report, and whose."""

    programme = serializers.SlugField(max_length=60)


@shown_as(CONVERSION)
class ConversionSerializer(serializers.Serializer[Any]):
    """A line of the ledger, with what is known of its click."""

    id = serializers.UUIDField()
    programme = serializers.CharField(source="programme.slug")
    external_reference = serializers.CharField()
    kind = KindField(KINDS)
    sub_id = serializers.CharField()
    sale_reference = serializers.CharField(help_text="A sale's own name.")
    ordered_at = serializers.DateTimeField()
    amount = serializers.DecimalField(12, 2)
    commission = serializers.DecimalField(12, 2)
    commission_reported = serializers.BooleanField(source="is_reported", help_text="False: our rates made it.")
    currency = serializers.CharField()
    click_id = serializers.UUIDField(allow_null=True, help_text="Null where no click of ours has this sub-id.")
    product_id = serializers.UUIDField(source="click.product_id", allow_null=True, default=None)
    recommendation_id = serializers.CharField(source="click.recommendation_id", default="")
    placement = serializers.CharField(source="click.placement", default="")
    policy = serializers.CharField(source="click.policy", default="")
    recorded_at = serializers.DateTimeField()
