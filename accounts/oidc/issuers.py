"""Whose tokens are believed: Google, Apple, Facebook, and the owner's own identity provider."""

import dataclasses

from django.conf import settings

from common.errors import Forbidden

OUTSIDE = "supabase"
OUTSIDE_AUDIENCE = "authenticated"


class ProviderNotConfigured(Forbidden):
    """This deployment has no client id at that provider, so no token of its can be meant for us."""

    error_code = "PROVIDER_NOT_CONFIGURED"
    detail = "Signing in with this provider is not set up here."


@dataclasses.dataclass(frozen=True)
class Issuer:
    """One that signs tokens: its names for itself, where its keys are, and by which names it calls us.

    Without `names` the secret alone says who has signed.
    """

    provider: str
    names: tuple[str, ...]
    audiences: tuple[str, ...]
    keys_url: str = ""
    secret: str = dataclasses.field(default="", repr=False)


def social_issuer(provider: str) -> Issuer:
    """Return a provider that people sign in with; raises ProviderNotConfigured."""
    given = settings.OIDC_PROVIDERS.get(provider)
    if not given or not given["client_ids"]:
        raise ProviderNotConfigured
    return Issuer(provider, tuple(given["issuers"]), tuple(given["client_ids"]), given["keys_url"])


def outside_issuer() -> Issuer | None:
    """Return the owner's own identity provider, whose bearer tokens open the API; None where there is none."""
    base, secret = settings.SUPABASE_URL.rstrip("/"), settings.SUPABASE_JWT_SECRET
    if not base and not secret:
        return None
    name = f"{base}/auth/v1"
    if not base:
        return Issuer(OUTSIDE, (), (OUTSIDE_AUDIENCE,), secret=secret)
    return Issuer(OUTSIDE, (name,), (OUTSIDE_AUDIENCE,), f"{name}/.well-known/jwks.json", secret)
