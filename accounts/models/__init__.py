"""People, and what their accounts consist of; one module a noun."""

from accounts.addresses import normalise_email
from accounts.models.api_keys import ApiKey, ApiKeyQuerySet
from accounts.models.devices import KnownDevice
from accounts.models.identities import Identity, SpentIdToken
from accounts.models.lockouts import GuessCount
from accounts.models.newsletter import NewsletterSubscription, SubscriptionStatus
from accounts.models.one_time import OneTimeLink, Purpose
from accounts.models.second_factor import Authenticator, RecoveryCode
from accounts.models.sessions import Session, SessionKind, SessionQuerySet
from accounts.models.users import Tier, User, UserManager

__all__ = [
    "ApiKey",
    "ApiKeyQuerySet",
    "Authenticator",
    "GuessCount",
    "Identity",
    "KnownDevice",
    "NewsletterSubscription",
    "OneTimeLink",
    "Purpose",
    "RecoveryCode",
    "Session",
    "SessionKind",
    "SessionQuerySet",
    "SpentIdToken",
    "SubscriptionStatus",
    "Tier",
    "User",
    "UserManager",
    "normalise_email",
]
