"""API keys on the wire."""

from datetime import UTC, datetime

from rest_framework import serializers

from accounts.models import ApiKey
from accounts.scopes import SCOPES
from accounts.serializers.people import OwnerProofSerializer
from common.schema import shown_as

LATEST = datetime(9000, 1, 1, tzinfo=UTC)
KEY = {
    "id": "5a0d7c64-2f0e-4b8e-9c51-7d1be0a6f3a2",
    "name": "Shelf robot",
    "hint": "aclue_k7m2qx9d",
    "scopes": ["catalogue:read", "catalogue:write"],
    "created_at": "2026-11-20T09:30:00.000000Z",
    "expires_at": "2027-11-20T09:30:00.000000Z",
    "used_at": None,
}


@shown_as(KEY)
class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key without its secret."""

    scopes = serializers.ListField(child=serializers.CharField())
    used_at = serializers.DateTimeField(allow_null=True, help_text="The last use, to the minute.")

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = ("id", "name", "hint", "scopes", "created_at", "expires_at", "used_at")
        read_only_fields = fields


@shown_as(KEY | {"key": "aclue_k7m2qx9d_4n1Zk0cXyqP8b7vJH2mLw5tR9sGfD3aQeUiOz6YxVbE"})
class MadeKeySerializer(ApiKeySerializer):
    """A new key with its secret, told this once."""

    key = serializers.CharField(read_only=True, help_text="Keep it now: it is told this once.")

    class Meta(ApiKeySerializer.Meta):
        fields: tuple[str, ...] = (*ApiKeySerializer.Meta.fields, "key")
        read_only_fields = fields


@shown_as(
    {"name": "Shelf robot", "scopes": ["catalogue:read", "catalogue:write"], "expires_at": "2027-11-20T09:30:00Z"}
)
class ApiKeyWriteSerializer(OwnerProofSerializer):
    """A key to be made."""

    name = serializers.CharField(max_length=100, help_text="To know it by.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(list(SCOPES)), min_length=1, max_length=50, help_text="What it may be used for."
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When it stops; without, it works until it is revoked."
    )

    def validate_expires_at(self, given: datetime | None) -> datetime | None:
        """Refuse a moment that no calendar elsewhere knows."""
        if given is not None and given > LATEST:
            raise serializers.ValidationError("Lies too far ahead.", code="out_of_range")
        return given
