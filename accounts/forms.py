"""The sign-in and sign-up forms of the site and the admin; both end in the services that the API uses."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from accounts import browser, services
from accounts.addresses import check_reachable
from accounts.models import SessionKind, User
from accounts.services import proving
from common import limits
from common.errors import DomainError


class SignInForm(AuthenticationForm):
    """Address, password and code; the opened session is left on the request for `browser.keep_session`."""

    username = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    otp = forms.CharField(
        label="Code from your app",
        help_text="Only when you have set up a second factor. A recovery code will do too.",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": " ".join(BASE_INPUT_CLASSES)}),
    )

    def usual_fields(self) -> list[forms.BoundField]:
        """Return what everybody fills in; the code is asked for beside it."""
        return [field for field in self if field.name != "otp"]

    def clean(self) -> dict[str, Any]:
        """Sign in; a wrong password and a reached limit read like any other form error."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not (self.request and email and password):
            return self.cleaned_data
        try:
            limits.hit("login", self.request)
            signed_in = services.sign_in(
                email=email,
                password=password,
                otp=self.cleaned_data.get("otp", ""),
                now=timezone.now(),
                kind=SessionKind.BROWSER,
                may_enter=self.confirm_login_allowed,
                **browser.where_from(self.request),
            )
        except DomainError as refused:
            raise ValidationError(refused.message, code=refused.error_code) from None
        self.user_cache = signed_in.user
        browser.note_signed_in(self.request, signed_in)
        return self.cleaned_data


class SignUpForm(forms.Form):
    """What a new person tells us."""

    full_name = forms.CharField(label="Your name", max_length=300, required=False)
    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        min_length=8, max_length=128, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_email(self) -> str:
        """Refuse what mail cannot reach."""
        email: str = self.cleaned_data["email"]
        check_reachable(email)
        return email


class OtpForm(forms.Form):
    """A code of the app that is being set up."""

    otp = forms.CharField(
        label="Code",
        help_text="The six digits that your app shows now.",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class OwnerForm(forms.Form):
    """The password of somebody who signed in a while ago."""

    current_password = forms.CharField(
        label="Your password",
        help_text="You signed in a while ago, so we ask whether it is you.",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class FactorChangeForm(forms.Form):
    """Who changes or ends a second factor proves both."""

    password = forms.CharField(
        max_length=128, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    otp = forms.CharField(
        label="Code from your app",
        help_text="Or one of your recovery codes.",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: Any, has_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_password:
            del self.fields["password"]


class AddressForm(forms.Form):
    """An address that a link is asked for."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class LinkForm(forms.Form):
    """What a mailed link carries."""

    token = forms.CharField(max_length=200, widget=forms.HiddenInput)


class NewPasswordForm(LinkForm):
    """What a mailed link carries, and the password to be set."""

    password = forms.CharField(
        label="Your new password",
        min_length=8,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """A member of staff's new password; the service ends every session, this one too, and tells the audit log."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if not self.user.has_usable_password():
            old_password = self.fields["old_password"]
            old_password.required, old_password.help_text = False, "You have none yet: leave this empty."

    def clean_old_password(self) -> str:
        """Ask for the present password; a wrong one counts as at a sign-in, and a lock reads like any form error."""
        password: str = self.cleaned_data["old_password"]
        try:
            limits.hit("login", self.request)
            proving.check_own_password(
                user=self.user,
                session=browser.find_session(self.request),
                password=password,
                network=limits.caller_network(self.request),
                now=timezone.now(),
            )
        except DomainError as refused:
            raise ValidationError(refused.message, code=refused.error_code) from None
        return password

    def save(self, commit: bool = True) -> User:
        """Change the password through the service."""
        password = self.cleaned_data["new_password1"]
        services.set_password(user=self.user, password=password, now=timezone.now(), actor_id=self.user.pk)
        return self.user
