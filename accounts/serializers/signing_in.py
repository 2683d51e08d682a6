"""Registering, signing in and out on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.serializers.addresses import MailboxField
from accounts.serializers.people import ALICE, PASSWORD, UserSerializer
from common.schema import shown_as

GUEST_TOKEN: dict[str, Any] = {
    "max_length": 2000,
    "required": False,
    "help_text": "A guest's access or refresh token: what the guest did becomes the account's.",
}
DEVICE_TOKEN = "hJ0r9mUeZ3wq6yQ1bqk0nY7tDk2f5x8c4vLs1aPzE2o"  # noqa: S105


@shown_as(
    {"email": "alice@example.com", "password": "correct horse battery", "first_name": "Alice", "last_name": "Larkfield"}
)
class RegisterSerializer(serializers.Serializer[Any]):
    """A new account, signed in at once."""

    email = MailboxField()
    password = serializers.CharField(**PASSWORD)
    first_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    guest_token = serializers.CharField(**GUEST_TOKEN)


@shown_as({"email": "alice@example.com", "password": "correct horse battery", "full_name": "Alice Larkfield"})
class SignupSerializer(serializers.Serializer[Any]):
    """A new account by full name."""

    email = MailboxField()
    password = serializers.CharField(**PASSWORD)
    full_name = serializers.CharField(max_length=300, required=False, allow_blank=True)
    guest_token = serializers.CharField(**GUEST_TOKEN)


@shown_as(
    {"email": "alice@example.com", "password": "correct horse battery"},
    {"email": "alice@example.com", "password": "correct horse battery", "device_token": DEVICE_TOKEN},
)
class LoginSerializer(serializers.Serializer[Any]):
    """Who wants in."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(**PASSWORD)
    otp = serializers.CharField(
        max_length=32, required=False, help_text="The code of the authenticator app, or a recovery code."
    )
    device_token = serializers.CharField(
        max_length=300, required=False, help_text="What an earlier sign-in on this device answered with."
    )
    guest_token = serializers.CharField(**GUEST_TOKEN)


@shown_as({"refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl"})
class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token to spend."""

    refresh_token = serializers.CharField(max_length=2000)


@shown_as({}, {"all": True})
class LogoutSerializer(serializers.Serializer[Any]):
    """Which sessions to end: this one, or all."""

    refresh_token = serializers.CharField(max_length=2000, required=False)
    all = serializers.BooleanField(required=False, default=False)


@shown_as(
    {
        "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl",
        "refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl",
        "token_type": "bearer",
        "expires_in": 900,
        "user": ALICE,
        "device_token": DEVICE_TOKEN,
    }
)
class TokensSerializer(serializers.Serializer[Any]):
    """A pair of tokens and whose it is."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.ChoiceField(["bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds until the access token runs out.")
    user = UserSerializer()
    device_token = serializers.CharField(
        required=False,
        help_text="Keep it for as long as the app is installed, and give it at the next sign-in: by it the device is "
        "known. There after a sign-in, not after a refresh.",
    )


@shown_as({"user": ALICE, "message": "Welcome to aclue. You can sign in now."})
class SignedUpSerializer(serializers.Serializer[Any]):
    """The new account and a word to show."""

    user = UserSerializer()
    message = serializers.CharField()
