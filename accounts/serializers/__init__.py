"""Shapes of accounts on the wire, one module a concern."""

from accounts.serializers.api_keys import ApiKeySerializer, ApiKeyWriteSerializer, MadeKeySerializer
from accounts.serializers.newsletter import (
    NewsletterTokenQuery,
    SubscribedSerializer,
    SubscribeSerializer,
    UnsubscribeQuery,
    UnsubscribeSerializer,
)
from accounts.serializers.people import ExportSerializer, OwnerProofSerializer, ProfileSerializer, UserSerializer
from accounts.serializers.recovery import (
    AddressSerializer,
    LinkSerializer,
    ResendSerializer,
    ResetDoneSerializer,
    ResetSerializer,
)
from accounts.serializers.second_factor import (
    FactorChangeSerializer,
    FactorSetupSerializer,
    OtpSerializer,
    RecoveryCodesSerializer,
)
from accounts.serializers.sessions import AccountSessionSerializer
from accounts.serializers.signing_in import (
    LoginSerializer,
    LogoutSerializer,
    RefreshSerializer,
    RegisterSerializer,
    SignedUpSerializer,
    SignupSerializer,
    TokensSerializer,
)
from accounts.serializers.social import IdentitySerializer, IdentityWriteSerializer, SocialSignInSerializer

__all__ = [
    "AccountSessionSerializer",
    "AddressSerializer",
    "ApiKeySerializer",
    "ApiKeyWriteSerializer",
    "ExportSerializer",
    "FactorChangeSerializer",
    "FactorSetupSerializer",
    "IdentitySerializer",
    "IdentityWriteSerializer",
    "LinkSerializer",
    "LoginSerializer",
    "LogoutSerializer",
    "MadeKeySerializer",
    "NewsletterTokenQuery",
    "OtpSerializer",
    "OwnerProofSerializer",
    "ProfileSerializer",
    "RecoveryCodesSerializer",
    "RefreshSerializer",
    "RegisterSerializer",
    "ResendSerializer",
    "ResetDoneSerializer",
    "ResetSerializer",
    "SignedUpSerializer",
    "SignupSerializer",
    "SocialSignInSerializer",
    "SubscribeSerializer",
    "SubscribedSerializer",
    "TokensSerializer",
    "UnsubscribeQuery",
    "UnsubscribeSerializer",
    "UserSerializer",
]
