"""Signing up, in and out; the same services as the API's."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import login, views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts import browser, services
from accounts.forms import OwnPasswordForm, SignInForm, SignUpForm
from accounts.models import User
from aclue.pages.visitors import forget_guest
from common import flags, limits
from common.errors import DomainError

FIELD_OF_REFUSAL = {services.UserExists.error_code: "email", services.WeakPassword.error_code: "password"}


class PersonSignInForm(SignInForm):
    """Everybody with an account may come in; the form it stems from, the admin's, lets in staff alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("class", None)  # the admin theme's

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse closed accounts only."""
        AuthenticationForm.confirm_login_allowed(self, user)


class ReturnsToSite(views.RedirectURLMixin):
    """Go where `next` says when that is an address of ours, and never back to a sign-in."""

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Return the safe `next`, or an empty string."""
        url = super().get_redirect_url()
        loops = {reverse(f"site:{name}") for name in ("sign-in", "sign-up", "sign-out", "swipe", "undo")}
        return "" if urlsplit(url).path.rstrip("/") in loops else url

    def get_default_redirect_url(self) -> str:
        """Return the deck's address."""
        return str(settings.LOGIN_REDIRECT_URL)


class SignInPage(ReturnsToSite, views.LoginView):
    """Address and password."""

    form_class = PersonSignInForm
    template_name = "site/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponseRedirect:
        """Sign the browser in."""
        return _signed_in(self.request, form.get_user(), self.get_success_url())


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class SignUpPage(ReturnsToSite, FormView):
    """A new account."""

    form_class = SignUpForm
    template_name = "site/sign_up.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send whoever is signed in already on their way."""
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell the template where to go afterwards, and whether new accounts are taken."""
        context = {"next": self.get_redirect_url(), "is_open": flags.is_on("ENABLE_REGISTRATION")}
        return super().get_context_data(**context, **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """Make the account and sign the browser in; a refusal reads like any other form error."""
        try:
            limits.hit("register", self.request)
            user = services.register(**form.cleaned_data, now=timezone.now())
        except DomainError as refused:
            form.add_error(FIELD_OF_REFUSAL.get(refused.error_code), refused.message)
            return self.form_invalid(form)
        browser.let_in(self.request, user)
        return _signed_in(self.request, user, self.get_success_url())


class SignOutPage(ReturnsToSite, views.LogoutView):
    """The way out; POST alone."""


def _signed_in(request: HttpRequest, user: User, url: str) -> HttpResponseRedirect:
    login(request, user)
    forget_guest(request.session)
    return HttpResponseRedirect(url)


class StaffPasswordPage(views.PasswordChangeView):
    """The admin's change of one's own password, through our service and not past it; one signs in again afterwards."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:index")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return what the form takes: it counts wrong passwords by where they come from."""
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the admin's frame needs."""
        return super().get_context_data(**kwargs) | admin.site.each_context(self.request)
