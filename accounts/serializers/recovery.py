"""Verified addresses and lost passwords on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.serializers.people import PASSWORD
from accounts.serializers.signing_in import DEVICE_TOKEN
from common.schema import shown_as

LINK_TOKEN = "Vq0m1u3Xo8yJr5kT2bWc7dZfL9hNsPaEgQiRtYxUvMw"  # noqa: S105


@shown_as({"email": "alice@example.com"})
class AddressSerializer(serializers.Serializer[Any]):
    """An address that a link is asked for."""

    email = serializers.EmailField(max_length=254)


@shown_as({"email": "alice@example.com"}, {})
class ResendSerializer(serializers.Serializer[Any]):
    """An address that a link is asked for; whoever is signed in may leave it out and means their own."""

    email = serializers.EmailField(max_length=254, required=False)


@shown_as({"token": LINK_TOKEN})
class LinkSerializer(serializers.Serializer[Any]):
    """What a mailed link carries."""

    token = serializers.CharField(max_length=200)


@shown_as({"token": LINK_TOKEN, "password": "a better horse battery"})
class ResetSerializer(serializers.Serializer[Any]):
    """What a mailed link carries, and the password to be set."""

    token = serializers.CharField(max_length=200)
    password = serializers.CharField(**PASSWORD)
    device_token = serializers.CharField(
        max_length=300, required=False, help_text="What an earlier sign-in on this device answered with."
    )


@shown_as({"device_token": DEVICE_TOKEN})
class ResetDoneSerializer(serializers.Serializer[Any]):
    """The password is set; nobody is signed in by it."""

    device_token = serializers.CharField(help_text="By it this device is known at the next sign-in.")
