"""The second factor on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.serializers.people import PASSWORD
from common.schema import shown_as

CODES = [
    "h7kq-2mzp-x9cd-4vtr",
    "b3fn-8wya-q6je-5ksu",
    "m2xv-7hdc-r4tp-9gzn",
    "y5ea-3qkw-f8bm-6jvx",
    "c9tr-4nzh-d7su-2pqe",
    "k6gw-5yfm-a3xb-8cvd",
    "p8js-9rqt-h2ne-7kzm",
    "w4uc-6xgp-v5fa-3dyb",
    "t7zd-2bkn-e9mr-4hqs",
    "f3vy-8cje-n6wg-5atx",
]


@shown_as(
    {
        "otpauth_uri": "otpauth://totp/aclue:alice%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=aclue",
        "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "qr_svg": '<svg xmlns="http://www.w3.org/2000/svg" width="196" height="196" class="segno">…</svg>',
    }
)
class FactorSetupSerializer(serializers.Serializer[Any]):
    """What an authenticator app needs."""

    otpauth_uri = serializers.CharField(source="uri", help_text="Opens an authenticator app on the same device.")
    secret = serializers.CharField(help_text="To be typed where no picture can be taken.")
    qr_svg = serializers.CharField(help_text="The address as a QR code, an SVG picture.")


@shown_as({"otp": "492039"})
class OtpSerializer(serializers.Serializer[Any]):
    """A code of the app that is being set up."""

    otp = serializers.CharField(max_length=32, help_text="The six digits that the authenticator app shows.")


@shown_as(
    {"password": "correct horse battery", "otp": "492039"}, {"password": "correct horse battery", "otp": CODES[0]}
)
class FactorChangeSerializer(serializers.Serializer[Any]):
    """Who changes or ends a second factor proves both."""

    password = serializers.CharField(
        **PASSWORD, required=False, help_text="Needed unless the account has none and the sign-in is of these minutes."
    )
    otp = serializers.CharField(max_length=32, help_text="A code of the app, or a recovery code.")


@shown_as({"recovery_codes": CODES})
class RecoveryCodesSerializer(serializers.Serializer[Any]):
    """Ten codes, each for one sign-in without the app; they are shown this once."""

    recovery_codes = serializers.ListField(child=serializers.CharField(), min_length=10, max_length=10)
