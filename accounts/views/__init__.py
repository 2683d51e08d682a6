"""Accounts over HTTP, one module a concern."""

from accounts.views.api_keys import ApiKeysView, ApiKeyView
from accounts.views.newsletter import ConfirmSubscriptionView, SubscribeView, UnsubscribeView
from accounts.views.profile import ExportView, MeView, ProfileView
from accounts.views.recovery import ForgotPasswordView, ResendVerificationView, ResetPasswordView, VerifyEmailView
from accounts.views.second_factor import FactorConfirmView, FactorDisableView, FactorSetupView, RecoveryCodesView
from accounts.views.sessions import SessionsView, SessionView
from accounts.views.signing_in import GuestView, LoginView, LogoutView, RefreshView, RegisterView, SignupView
from accounts.views.social import IdentitiesView, IdentityView, SocialSignInView

__all__ = [
    "ApiKeyView",
    "ApiKeysView",
    "ConfirmSubscriptionView",
    "ExportView",
    "FactorConfirmView",
    "FactorDisableView",
    "FactorSetupView",
    "ForgotPasswordView",
    "GuestView",
    "IdentitiesView",
    "IdentityView",
    "LoginView",
    "LogoutView",
    "MeView",
    "ProfileView",
    "RecoveryCodesView",
    "RefreshView",
    "RegisterView",
    "ResendVerificationView",
    "ResetPasswordView",
    "SessionView",
    "SessionsView",
    "SignupView",
    "SocialSignInView",
    "SubscribeView",
    "UnsubscribeView",
    "VerifyEmailView",
]
