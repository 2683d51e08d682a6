"""Every address, with the app that answers."""

import re

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from aclue import documents, pages, system
from common.audit_log import AuditLogView
from common.middleware import SYSTEM_PATHS
from common.views import no_such_path

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("swipes.urls")),
    path("", include("orders.urls")),
    path("", include("recommendations.urls")),
    path("admin-info", system.AdminInfoView.as_view(), name="admin-info"),
    path("admin/audit-log", AuditLogView.as_view(), name="audit-log"),
]

site = [
    path("", pages.DeckPage.as_view(), name="deck"),
    path("swipe", pages.SwipePage.as_view(), name="swipe"),
    path("undo", pages.UndoPage.as_view(), name="undo"),
    path("sign-in", pages.SignInPage.as_view(), name="sign-in"),
    path("sign-up", pages.SignUpPage.as_view(), name="sign-up"),
    path("sign-out", pages.SignOutPage.as_view(), name="sign-out"),
    path("account/second-factor", pages.SecondFactorPage.as_view(), name="second-factor"),
    path("verify-email", pages.VerifyEmailPage.as_view(), name="verify-email"),
    path("verify-email/resend", pages.ResendVerificationPage.as_view(), name="verify-email-resend"),
    path("forgot-password", pages.ForgotPasswordPage.as_view(), name="forgot-password"),
    path("reset-password", pages.ResetPasswordPage.as_view(), name="reset-password"),
    path("account/devices", pages.DevicesPage.as_view(), name="devices"),
    path("account/devices/<uuid:session_id>/end", pages.EndSessionPage.as_view(), name="end-session"),
    path("newsletter", pages.SubscribePage.as_view(), name="newsletter"),
    path("newsletter/confirm", pages.ConfirmSubscriptionPage.as_view(), name="newsletter-confirm"),
    path("newsletter/unsubscribe", pages.UnsubscribePage.as_view(), name="newsletter-unsubscribe"),
    path("terms", pages.TermsPage.as_view(), name="terms"),
    path("privacy", pages.PrivacyPage.as_view(), name="privacy"),
    path("consent", pages.ConsentPage.as_view(), name="consent"),
    path("favicon.ico", pages.favicon, name="favicon"),
]

urlpatterns = [
    # First and on its own: the resolver asks in this order, each floor of includes costs, and this is asked for most.
    path("api/v1/", include("catalogue.urls")),
    path("api/v1/", include(api)),
    path("", include((site, "site"))),
    path("admin/password_change/", admin.site.admin_view(pages.StaffPasswordPage.as_view())),
    path("admin/", admin.site.urls),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("api/v1", system.RootView.as_view(), name="api-root"),
    path("api/v1/openapi.json", documents.DocumentView.as_view(), name="openapi-v1"),
    path("openapi.json", documents.DocumentView.as_view(), name="openapi"),
    path("docs", documents.SwaggerView.as_view(), name="swagger"),
    path("redoc", documents.RedocView.as_view(), name="redoc"),
    path("redoc.js", documents.redoc_script, name="redoc-script"),
    path("health", system.HealthView.as_view(), name="health"),
    path("api/health", system.HealthView.as_view(), name="api-health"),
    path("health/db", system.DatabaseHealthView.as_view(), name="health-db"),
    path("health/redis", system.RedisHealthView.as_view(), name="health-redis"),
    path("ready", system.ReadyView.as_view(), name="ready"),
    path("admin-info", system.AdminInfoView.as_view(), name="admin-info-short"),
    re_path(rf"^(?:api|{'|'.join(re.escape(path.strip('/')) for path in SYSTEM_PATHS)})(?:/.*)?$", no_such_path),
]

if settings.MEDIA_URL.startswith("/"):
    # Small shops serve their pictures from here; large ones from a bucket or the proxy in front.
    urlpatterns.append(re_path(rf"^{settings.MEDIA_URL.strip('/')}/(?P<path>.+)$", pages.stored_picture))

handler400 = "aclue.pages.bad_request"
handler403 = "aclue.pages.forbidden"
handler404 = "aclue.pages.not_found"
handler500 = "aclue.pages.broken"
