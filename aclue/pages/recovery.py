"""Where the links in mails lead: verify an address, set a new password; and the form that asks for such a link.

A GET only shows what is to be pressed. Mail scanners open every link, and would spend it.
"""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts import browser, services
from accounts.forms import AddressForm, LinkForm, NewPasswordForm
from accounts.models import Purpose
from common import limits
from common.errors import DomainError
from common.scope import as_system


@method_decorator(never_cache, name="dispatch")
class VerifyEmailPage(FormView):
    """One button, which spends the link; where there is none, or it is void, a form that asks for another."""

    form_class = LinkForm
    template_name = "site/verify_email.html"

    def get_initial(self) -> dict[str, Any]:
        """Take the token from the link."""
        return {"token": self.request.GET.get("token", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the way to another link beside the button."""
        address = getattr(self.request.user, "email", None) or ""
        token = self.request.GET.get("token")
        if token and "verified" not in kwargs and not _is_good(token, Purpose.VERIFY_EMAIL):
            kwargs.setdefault("refusal", services.InvalidLink.detail)
        context = {"has_link": bool(token), "address_form": AddressForm(initial={"email": address})}
        return super().get_context_data(**context, **kwargs)

    def form_valid(self, form: LinkForm) -> HttpResponse:
        """Spend the link."""
        try:
            user = services.verify_email(token=form.cleaned_data["token"], now=timezone.now())
        except services.InvalidLink as void:
            return self.render_to_response(self.get_context_data(form=form, refusal=void.message))
        return self.render_to_response(self.get_context_data(form=form, verified=user.email))


class _AskForLinkPage(FormView):
    """An address, and then the same words whether or not there is an account for it."""

    form_class = AddressForm
    about: str

    def form_valid(self, form: AddressForm) -> HttpResponse:
        """Have the link mailed, if there is anybody to mail it to."""
        address = form.cleaned_data["email"]
        try:
            limits.hit("mail", self.request)
            limits.hit_address("mail_address", self.request, address, about=self.about)
        except DomainError as refused:
            form.add_error(None, refused.message)
            return self.form_invalid(form)
        self.ask(address)
        return self.render_to_response(self.get_context_data(form=form, asked_for=address))

    def ask(self, address: str) -> None:
        """Ask for the page's kind of link."""
        raise NotImplementedError


class ResendVerificationPage(_AskForLinkPage):
    """Another link that verifies an address."""

    template_name = "site/resend_verification.html"
    about = "verification"

    def ask(self, address: str) -> None:
        """Ask for a link that verifies the address."""
        services.ask_for_verification(address=address)


class ForgotPasswordPage(_AskForLinkPage):
    """A link that sets a new password."""

    template_name = "site/forgot_password.html"
    about = "reset"

    def ask(self, address: str) -> None:
        """Ask for a link that sets a new password."""
        services.ask_for_reset(address=address)


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class ResetPasswordPage(FormView):
    """A new password, by the link that was mailed. Nobody is signed in by it."""

    form_class = NewPasswordForm
    template_name = "site/reset_password.html"

    def get_initial(self) -> dict[str, Any]:
        """Take the token from the link."""
        return {"token": self.request.GET.get("token", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say of a link that is void that it is, before anybody has thought of a password."""
        token = self.request.GET.get("token", "")
        is_void = self.request.method == "GET" and not _is_good(token, Purpose.RESET_PASSWORD)
        return super().get_context_data(**{"is_void": is_void, **kwargs})

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        """Spend the link; a refusal reads like any other form error."""
        try:
            recovered = services.reset_password(
                **form.cleaned_data, now=timezone.now(), **browser.where_from(self.request)
            )
        except services.WeakPassword as weak:
            form.add_error("password", weak.message)
            return self.form_invalid(form)
        except DomainError as refused:
            form.add_error(None, refused.message)
            return self.form_invalid(form)
        browser.note_device(self.request, recovered.device_token)
        return self.render_to_response(self.get_context_data(form=form, is_done=True))


@as_system("signing in")
def _is_good(token: str, purpose: Purpose) -> bool:
    return services.is_good_link(token=token, purpose=purpose, now=timezone.now())
