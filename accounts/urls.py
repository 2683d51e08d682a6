"""Addresses of accounts, below /api/v1."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("auth/register", views.RegisterView.as_view(), name="user-register"),
    path("auth/signup", views.SignupView.as_view(), name="user-signup"),
    path("auth/login", views.LoginView.as_view(), name="session-login"),
    path("auth/signin", views.LoginView.as_view(), name="session-signin"),
    path("auth/guest", views.GuestView.as_view(), name="user-guest"),
    path("auth/refresh", views.RefreshView.as_view(), name="session-refresh"),
    path("auth/logout", views.LogoutView.as_view(), name="session-logout"),
    path("auth/me", views.MeView.as_view(), name="user-me"),
    path("auth/sessions", views.SessionsView.as_view(), name="session-list"),
    path("auth/sessions/<uuid:session_id>", views.SessionView.as_view(), name="session-detail"),
    path("auth/verify-email", views.VerifyEmailView.as_view(), name="email-verify"),
    path("auth/verify-email/resend", views.ResendVerificationView.as_view(), name="email-resend"),
    path("auth/password/forgot", views.ForgotPasswordView.as_view(), name="password-forgot"),
    path("auth/password/reset", views.ResetPasswordView.as_view(), name="password-reset"),
    path("auth/2fa/setup", views.FactorSetupView.as_view(), name="factor-setup"),
    path("auth/2fa/confirm", views.FactorConfirmView.as_view(), name="factor-confirm"),
    path("auth/2fa/disable", views.FactorDisableView.as_view(), name="factor-disable"),
    path("auth/2fa/recovery-codes", views.RecoveryCodesView.as_view(), name="factor-recovery-codes"),
    path("auth/social/google", views.SocialSignInView.as_view(), {"provider": "google"}, name="social-google"),
    path("auth/social/facebook", views.SocialSignInView.as_view(), {"provider": "facebook"}, name="social-facebook"),
    path("auth/social/apple", views.SocialSignInView.as_view(), {"provider": "apple"}, name="social-apple"),
    path("auth/identities", views.IdentitiesView.as_view(), name="identity-list"),
    path("auth/identities/<uuid:identity_id>", views.IdentityView.as_view(), name="identity-detail"),
    path("auth/api-keys", views.ApiKeysView.as_view(), name="key-list"),
    path("auth/api-keys/<uuid:key_id>", views.ApiKeyView.as_view(), name="key-detail"),
    path("users/me/export", views.ExportView.as_view(), name="user-export"),
    path("newsletter/subscribe", views.SubscribeView.as_view(), name="newsletter-subscribe"),
    path("newsletter/confirm", views.ConfirmSubscriptionView.as_view(), name="newsletter-confirm"),
    path("newsletter/unsubscribe", views.UnsubscribeView.as_view(), name="newsletter-unsubscribe"),
    path("users/me", views.ProfileView.as_view(), name="user-profile"),
]
