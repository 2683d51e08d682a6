"""People on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.serializers.addresses import MailboxField
from common.schema import shown_as

ALICE = {
    "id": "3f2b8c1e-58a4-4f0c-9d3a-6c1f0a7b2e55",
    "email": "alice@example.com",
    "first_name": "Alice",
    "last_name": "Larkfield",
    "full_name": "Alice Larkfield",
    "subscription_tier": "free",
    "roles": ["user"],
    "is_active": True,
    "email_verified": False,
    "is_guest": False,
    "created_at": "2026-11-20T09:30:00.000000Z",
    "updated_at": "2026-11-20T09:30:00.000000Z",
}
PASSWORD: dict[str, Any] = {"min_length": 1, "max_length": 128, "trim_whitespace": False, "write_only": True}


@shown_as(ALICE)
class UserSerializer(serializers.ModelSerializer[User]):
    """A person's own profile."""

    full_name = serializers.CharField(source="get_full_name", read_only=True)
    subscription_tier = serializers.ChoiceField(["free", "plus", "premium"], read_only=True)
    roles = serializers.ListField(child=serializers.CharField(), source="role_names", read_only=True)
    email_verified = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "first_name",
            "last_name",
            "full_name",
            "subscription_tier",
            "roles",
            "is_active",
            "email_verified",
            "is_guest",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    def get_email_verified(self, user: User) -> bool:
        """Whether the address was proved to be the person's."""
        return user.email_verified_at is not None

    def to_representation(self, user: User) -> dict[str, Any]:
        """Write the tier in the wire's words."""
        return super().to_representation(user) | {"subscription_tier": user.get_subscription_tier_display()}


@shown_as(
    {"first_name": "Alice", "full_name": "Alice L. Larkfield"},
    {"password": "a better horse battery", "current_password": "correct horse battery"},
)
class ProfileSerializer(serializers.Serializer[Any]):
    """What a person may change of themselves."""

    first_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    full_name = serializers.CharField(max_length=300, required=False, allow_blank=True)
    email = MailboxField(required=False)
    password = serializers.CharField(**PASSWORD, required=False)
    current_password = serializers.CharField(**PASSWORD, required=False)


@shown_as({}, {"current_password": "correct horse battery"})
class OwnerProofSerializer(serializers.Serializer[Any]):
    """What proves that it is the owner who asks; nothing is needed when they have just signed in."""

    current_password = serializers.CharField(
        **PASSWORD, required=False, help_text="Needed when the sign-in is older than ten minutes."
    )


@shown_as(
    {
        "exported_at": "2026-11-20T09:30:00.000000Z",
        "user_id": ALICE["id"],
        "data": {
            "profile": [{"id": ALICE["id"], "email": "alice@example.com", "first_name": "Alice"}],
            "swipes": [{"product_id": "7d9c1b5e-0a3f-4c2d-8e6b-5f4a3b2c1d0e", "direction": "RIGHT"}],
            "orders": [],
        },
    }
)
class ExportSerializer(serializers.Serializer[Any]):
    """Everything kept about a person."""

    exported_at = serializers.DateTimeField()
    user_id = serializers.UUIDField()
    data = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.DictField()),
        help_text="Rows as they are stored, by what they are about.",
    )
