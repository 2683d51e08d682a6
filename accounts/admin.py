"""Staff screens of accounts; every change goes through services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectMultipleWidget

from accounts import services
from accounts.models import ApiKey, Authenticator, Identity, KnownDevice, NewsletterSubscription, Session, Tier, User
from accounts.roles import ROLES
from accounts.services import api_keys, identities, newsletter, second_factor
from common.errors import DomainError
from common.staff import ReadOnlyAdmin

admin.site.unregister(Group)  # roles are written by `bootstrap` and given to people below


class UserForm(forms.ModelForm):
    """What staff may change of a person."""

    roles = forms.MultipleChoiceField(
        choices=[(role, role) for role in ROLES if role != "user"],
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
    )
    new_password = forms.CharField(
        required=False,
        max_length=128,
        strip=False,
        help_text="Leave empty to keep it. A new one ends every session of the person.",
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields = ("subscription_tier", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["roles"] = [role for role in self.instance.role_names() if role != "user"]

    def clean_new_password(self) -> str:
        """Refuse a weak one with the reasons."""
        password: str = self.cleaned_data["new_password"]
        if password:
            try:
                services.check_password_strength(password, self.instance)
            except DomainError as weak:
                raise forms.ValidationError(weak.message) from None
        return password


@admin.register(User)
class UserAdmin(ModelAdmin):
    """People. Accounts are made by signing up (or by `bootstrap`) and erased by their owners."""

    form = UserForm
    list_display = ("email", "get_full_name", "subscription_tier", "is_active", "is_staff", "has_factor", "created_at")
    list_filter = ("subscription_tier", "is_active", "is_staff", "groups")
    search_fields = ("email", "full_name", "first_name", "last_name", "=id")
    readonly_fields = (
        "id",
        "email",
        "full_name",
        "first_name",
        "last_name",
        "email_verified_at",
        "has_factor",
        "last_login",
        "created_at",
    )
    fields = (*readonly_fields, "subscription_tier", "is_active", "roles", "new_password")
    actions = ("deactivate", "send_reset_link", "lift_lockout", "remove_second_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return people with whether each has a second factor."""
        factor = Authenticator.objects.filter(pk=OuterRef("pk"), confirmed_at__isnull=False)
        return super().get_queryset(request).annotate(with_factor=Exists(factor))

    @admin.display(description="Second factor", boolean=True)
    def has_factor(self, user: User) -> bool:
        """Return whether signing in takes a code."""
        return bool(getattr(user, "with_factor", False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Erasing is the person's own right; staff deactivate."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Carry each change out through its service."""
        now, actor_id = timezone.now(), request.user.pk
        if "subscription_tier" in form.changed_data:
            services.set_tier(user=obj, tier=Tier(obj.subscription_tier), now=now, actor_id=actor_id)
        if "roles" in form.changed_data:
            services.set_roles(user=obj, roles=form.cleaned_data["roles"], now=now, actor_id=actor_id)
        if form.cleaned_data["new_password"]:
            password = form.cleaned_data["new_password"]
            services.set_password(user=obj, password=password, now=now, actor_id=actor_id)
        if "is_active" in form.changed_data:
            services.set_active(user=obj, active=obj.is_active, now=now, actor_id=actor_id)

    @admin.action(description="Deactivate and sign out", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Shut people out at once; nobody can do it to themselves."""
        people = queryset.filter(is_active=True).exclude(email=request.user.get_username())
        n_people = 0
        for user in people:
            services.set_active(user=user, active=False, now=timezone.now(), actor_id=request.user.pk)
            n_people += 1
        self.message_user(request, f"{n_people} deactivated.", messages.SUCCESS)

    @admin.action(description="Remove second factor (phone lost)", permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let who has lost phone and recovery codes sign in with the password alone; they are told by mail."""
        n_people = sum(
            second_factor.remove(user=user, now=timezone.now(), actor_id=request.user.pk) for user in queryset
        )
        self.message_user(request, f"{n_people} sign in with their password alone now.", messages.SUCCESS)

    @admin.action(description="Lift lock-out (too many wrong passwords)", permissions=["view"])
    def lift_lockout(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Hear people again at once whose account is locked against guessing; whoever may look may help."""
        people = queryset.exclude(email=None)
        n_counts = sum(
            services.lift_lockout(email=user.email or "", now=timezone.now(), actor_id=request.user.pk)
            for user in people
        )
        self.message_user(request, f"{n_counts} counts of wrong guesses forgotten.", messages.SUCCESS)

    @admin.action(description="Send a link for a new password", permissions=["view"])
    def send_reset_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Mail the link to the people themselves; it is theirs alone, so whoever may look may help."""
        people = queryset.filter(is_active=True).exclude(email=None)
        n_people = 0
        for user in people:
            services.send_reset_for(user=user, now=timezone.now(), actor_id=request.user.pk)
            n_people += 1
        self.message_user(request, f"{n_people} will get a mail with a link.", messages.SUCCESS)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Programs that act for people."""

    actions_need = "accounts.change_apikey"
    list_display = ("user", "name", "hint", "scopes", "created_at", "expires_at", "used_at", "revoked_at")
    search_fields = ("user__email", "name", "hint")
    list_select_related = ("user",)
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End keys at once."""
        n_keys = 0
        for key in queryset.filter(revoked_at=None).select_related("user"):
            api_keys.revoke_key(user=key.user, key_id=key.pk, now=timezone.now(), actor_id=request.user.pk)
            n_keys += 1
        self.message_user(request, f"{n_keys} revoked.", messages.SUCCESS)


@admin.register(KnownDevice)
class KnownDeviceAdmin(ReadOnlyAdmin):
    """Which devices people are known on."""

    list_display = ("user", "label", "first_seen_at", "last_seen_at")
    search_fields = ("user__email", "label")
    list_select_related = ("user",)
    exclude = ("digest",)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Who is signed in where."""

    list_display = (
        "user",
        "kind",
        "device",
        "network",
        "created_at",
        "used_at",
        "expires_at",
        "revoked_at",
        "revoked_because",
    )
    list_filter = ("kind", "revoked_because")
    search_fields = ("user__email", "device")
    list_select_related = ("user",)
    exclude = ("refresh_digest", "cookie")
    actions_need = "accounts.change_session"
    actions = ("end",)

    @admin.action(description="Sign out")
    def end(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """End sign-ins at once, with their tokens."""
        now, n_ended = timezone.now(), 0
        for session in queryset.filter(pk__in=Session.objects.active(now)).select_related("user"):
            services.sign_out(session=session, now=now, actor_id=request.user.pk)
            n_ended += 1
        self.message_user(request, f"{n_ended} signed out.", messages.SUCCESS)


@admin.register(Identity)
class IdentityAdmin(ReadOnlyAdmin):
    """Which outside accounts open whose."""

    list_display = ("user", "provider", "address", "created_at", "used_at")
    list_filter = ("provider",)
    search_fields = ("user__email", "address", "=subject")
    list_select_related = ("user",)
    actions_need = "accounts.delete_identity"
    actions = ("unlink",)

    @admin.action(description="Unlink")
    def unlink(self, request: HttpRequest, queryset: QuerySet[Identity]) -> None:
        """Take links away, with what is signed in through them."""
        n_links = 0
        for identity in queryset.select_related("user"):
            identities.unlink(user=identity.user, identity_id=identity.pk, now=timezone.now(), actor_id=request.user.pk)
            n_links += 1
        self.message_user(request, f"{n_links} unlinked.", messages.SUCCESS)


@admin.register(NewsletterSubscription)
class NewsletterSubscriptionAdmin(ReadOnlyAdmin):
    """Who wants news by mail, and the record of their consent. Mail goes to those that are confirmed."""

    list_display = ("address", "status", "source", "requested_at", "confirmed_at", "ended_at")
    list_filter = ("status", "source")
    search_fields = ("address", "source")
    date_hierarchy = "requested_at"
    actions = ("export",)
    # Addresses by the thousand are more than looking somebody up takes.
    actions_need = "accounts.change_newslettersubscription"

    @admin.action(description="Export as CSV")
    def export(self, request: HttpRequest, queryset: QuerySet[NewsletterSubscription]) -> StreamingHttpResponse:
        """Download the chosen subscriptions."""
        lines = newsletter.export(queryset, now=timezone.now(), actor_id=request.user.pk)
        name = f"newsletter-{timezone.now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
