"""Setting a second factor up on the site, and switching it off; whose role takes one is led here from everywhere."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from accounts import browser
from accounts.forms import FactorChangeForm, OtpForm, OwnerForm
from accounts.models import User
from accounts.services import proving, second_factor
from aclue.pages.signing import ReturnsToSite
from common import limits
from common.errors import DomainError, Invalid


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class SecondFactorPage(LoginRequiredMixin, ReturnsToSite, TemplateView):
    """One page, whose forms say by `step` what is to be done: begin, confirm, disable, or codes anew."""

    template_name = "site/second_factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return how the factor of the person stands, with the forms that belong to that."""
        user = self._person()
        is_on = second_factor.has_factor(user)
        context: dict[str, Any] = {
            "next": self.get_redirect_url(),
            "is_on": is_on,
            "is_due": second_factor.is_due(user),
            "recovery_codes": None,
        }
        if is_on:
            context |= {
                "n_codes_left": second_factor.n_codes_left(user),
                "disable_form": self._change_form("disable"),
                "codes_form": self._change_form("codes"),
            }
        else:
            context |= {
                "setup": second_factor.pending_setup(user),
                "otp_form": OtpForm(),
                "owner_form": OwnerForm(auto_id="begin_%s") if self._takes_password() else None,
            }
        return super().get_context_data(**context | kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Carry a step out and show how the factor stands then; a refusal reads like any other form error."""
        step = {"begin": self._begin, "confirm": self._confirm, "disable": self._disable, "codes": self._renew}.get(
            request.POST.get("step", "")
        )
        return self._shown() if step is None else step()

    def _begin(self) -> HttpResponse:
        form = OwnerForm(self.request.POST, auto_id="begin_%s")
        user, takes_password = self._person(), self._takes_password()
        if takes_password and not form.is_valid():
            return self._shown(owner_form=form)
        password = form.cleaned_data["current_password"] if takes_password else None
        try:
            if takes_password:
                limits.hit("login", self.request)
            proving.require_owner(user=user, current_password=password, **self._when_and_where())
            second_factor.begin_setup(user=user, now=timezone.now())
        except DomainError as refused:
            if not takes_password:
                return self._shown(refusal=refused.message)
            _refuse(form, refused)
            return self._shown(owner_form=form)
        return self._again()

    def _confirm(self) -> HttpResponse:
        form = OtpForm(self.request.POST)
        if form.is_valid():
            try:
                limits.hit("login", self.request)
                codes = second_factor.confirm(user=self._person(), otp=form.cleaned_data["otp"], now=timezone.now())
            except DomainError as refused:
                _refuse(form, refused)
            else:
                return self._shown(recovery_codes=codes)
        return self._shown(otp_form=form)

    def _disable(self) -> HttpResponse:
        form = self._change_form("disable", self.request.POST)
        if form.is_valid():
            try:
                limits.hit("login", self.request)
                second_factor.disable(user=self._person(), **form.cleaned_data, **self._when_and_where())
            except DomainError as refused:
                _refuse(form, refused)
            else:
                return self._again()
        return self._shown(disable_form=form)

    def _renew(self) -> HttpResponse:
        form = self._change_form("codes", self.request.POST)
        if form.is_valid():
            try:
                limits.hit("login", self.request)
                codes = second_factor.renew_recovery_codes(
                    user=self._person(), **form.cleaned_data, **self._when_and_where()
                )
            except DomainError as refused:
                _refuse(form, refused)
            else:
                return self._shown(recovery_codes=codes)
        return self._shown(codes_form=form)

    def _person(self) -> User:
        return cast(User, self.request.user)

    def _takes_password(self) -> bool:
        is_fresh = proving.is_fresh(browser.find_session(self.request), timezone.now())
        return not is_fresh and self._person().has_usable_password()

    def _change_form(self, name: str, given: Any = None) -> FactorChangeForm:
        return FactorChangeForm(given, auto_id=f"{name}_%s", has_password=self._person().has_usable_password())

    def _when_and_where(self) -> dict[str, Any]:
        session, network = browser.find_session(self.request), limits.caller_network(self.request)
        return {"now": timezone.now(), "session": session, "network": network}

    def _shown(self, **more: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**more))

    def _again(self) -> HttpResponse:
        back = self.get_redirect_url()
        return HttpResponseRedirect(reverse("site:second-factor") + (f"?{urlencode({'next': back})}" if back else ""))


def _refuse(form: forms.Form, refused: DomainError) -> None:
    """Say why beside the field that is meant, or above all."""
    field = refused.loc[-1] if isinstance(refused, Invalid) and refused.loc else None
    form.add_error(field if field in form.fields else None, refused.message)
