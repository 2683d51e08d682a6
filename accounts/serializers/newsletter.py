"""The newsletter on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.services.newsletter import LONGEST_TOKEN
from common.schema import shown_as

LINK_TOKEN = "eyJpZCI6IjNmMmI4YzFlIn0:6xR0a1vTq0F3cX7y9KQmPzV4bLs2"  # noqa: S105


@shown_as({"email": "alice@example.com", "source": "footer"})
class SubscribeSerializer(serializers.Serializer[Any]):
    """An address that is to get news, and which form or page it comes from."""

    email = serializers.EmailField(max_length=254)
    source = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")  # type: ignore[assignment]


class NewsletterTokenQuery(serializers.Serializer[Any]):
    """What a mailed link carries."""

    token = serializers.CharField(max_length=LONGEST_TOKEN, help_text="What the mailed link carries.")


class UnsubscribeQuery(serializers.Serializer[Any]):
    """What a mailed link carries; it may also stand in the body."""

    token = serializers.CharField(max_length=LONGEST_TOKEN, required=False, help_text="What the mailed link carries.")


@shown_as({"token": LINK_TOKEN}, {"List-Unsubscribe": "One-Click"})
class UnsubscribeSerializer(serializers.Serializer[Any]):
    """What a mailed link carries, unless the address names it; a mail program's button sends a form of its own."""

    token = serializers.CharField(max_length=LONGEST_TOKEN, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Name the mail program's word too, which is no name in Python."""
        return {**super().get_fields(), "List-Unsubscribe": serializers.CharField(max_length=100, required=False)}


@shown_as({"message": "You are subscribed."})
class SubscribedSerializer(serializers.Serializer[Any]):
    """A word to show."""

    message = serializers.CharField()
