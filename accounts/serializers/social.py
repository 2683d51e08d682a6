"""Signing in through others, and the links to them, on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.models import Identity
from accounts.oidc.verifier import LONGEST_TOKEN
from accounts.serializers.people import PASSWORD
from accounts.serializers.signing_in import DEVICE_TOKEN, GUEST_TOKEN
from common.schema import shown_as

ID_TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2FjY291bnRzLmdvb2dsZS5jb20ifQ.c2lnbmF0dXJl"  # noqa: S105
NONCE: dict[str, Any] = {
    "max_length": 300,
    "required": False,
    "help_text": "What the client drew for this sign-in; needed when the token carries a nonce.",
}
PROVIDERS = ("google", "facebook", "apple", "supabase")


@shown_as(
    {"id_token": ID_TOKEN, "nonce": "n-0S6_WzA2Mj"},
    {"id_token": ID_TOKEN, "otp": "492039", "device_token": DEVICE_TOKEN},
)
class SocialSignInSerializer(serializers.Serializer[Any]):
    """A provider's word for who wants in."""

    id_token = serializers.CharField(max_length=LONGEST_TOKEN)
    nonce = serializers.CharField(**NONCE)
    otp = serializers.CharField(
        max_length=32, required=False, help_text="The code of the authenticator app, or a recovery code."
    )
    device_token = serializers.CharField(
        max_length=300, required=False, help_text="What an earlier sign-in on this device answered with."
    )
    guest_token = serializers.CharField(**GUEST_TOKEN)


@shown_as(
    {
        "id": "5b7a1d0e-94c3-4d64-8f02-7e1c5d9b3a20",
        "provider": "google",
        "address": "alice@example.com",
        "created_at": "2026-11-20T09:30:00.000000Z",
        "used_at": "2026-11-24T18:05:12.000000Z",
    }
)
class IdentitySerializer(serializers.ModelSerializer[Identity]):
    """An outside account that opens this one."""

    class Meta:
        model = Identity
        fields = ("id", "provider", "address", "created_at", "used_at")
        read_only_fields = fields


@shown_as(
    {"provider": "google", "id_token": ID_TOKEN, "nonce": "n-0S6_WzA2Mj", "current_password": "correct horse battery"}
)
class IdentityWriteSerializer(serializers.Serializer[Any]):
    """An outside account to be linked to one's own."""

    provider = serializers.ChoiceField(PROVIDERS)
    id_token = serializers.CharField(max_length=LONGEST_TOKEN)
    nonce = serializers.CharField(**NONCE)
    current_password = serializers.CharField(
        **PASSWORD, required=False, help_text="Needed unless the account has none and the sign-in is of these minutes."
    )
