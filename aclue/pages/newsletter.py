"""The newsletter on the site: the way in, and where the links in its mails lead.

A GET only shows what is to be pressed: mail scanners open every link, and would confirm or unsubscribe.
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from accounts import services
from accounts.forms import AddressForm
from accounts.services import newsletter
from common import limits
from common.errors import DomainError


class NewsletterLinkForm(forms.Form):
    """What a mailed link carries."""

    token = forms.CharField(max_length=newsletter.LONGEST_TOKEN, widget=forms.HiddenInput)


class SubscribePage(FormView):
    """An address, and then the same words whether or not it is known."""

    form_class = AddressForm
    template_name = "site/newsletter/subscribe.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show what one agrees to."""
        return super().get_context_data(**{"consent": newsletter.consent(), **kwargs})

    def form_valid(self, form: AddressForm) -> HttpResponse:
        """Have the link mailed by which the address's owner confirms."""
        address = form.cleaned_data["email"]
        try:
            limits.hit("mail", self.request)
            limits.hit_address("mail_address", self.request, address, about="newsletter")
        except DomainError as refused:
            form.add_error(None, refused.message)
            return self.form_invalid(form)
        network = limits.caller_network(self.request)
        newsletter.ask_to_subscribe(address=address, source="site", network=network, now=timezone.now())
        return self.render_to_response(self.get_context_data(form=form, asked_for=address))


@method_decorator(never_cache, name="dispatch")
class _LinkPage(FormView):
    """One button, which does what the link is for."""

    form_class = NewsletterLinkForm

    def get_initial(self) -> dict[str, Any]:
        """Take the token from the link."""
        return {"token": self.request.GET.get("token", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the button where there is a link."""
        return super().get_context_data(**{"has_link": bool(self.request.GET.get("token")), **kwargs})

    def form_valid(self, form: NewsletterLinkForm) -> HttpResponse:
        """Carry out what the link is for."""
        try:
            self.carry_out(form.cleaned_data["token"])
        except services.InvalidLink as void:
            return self.render_to_response(self.get_context_data(form=form, refusal=void.message, has_link=False))
        return self.render_to_response(self.get_context_data(form=form, is_done=True))

    def carry_out(self, token: str) -> None:
        """Do it; raises InvalidLink."""
        raise NotImplementedError


class ConfirmSubscriptionPage(_LinkPage):
    """The second half of the way in."""

    template_name = "site/newsletter/confirm.html"

    def carry_out(self, token: str) -> None:
        """Confirm the subscription."""
        newsletter.confirm(token=token, now=timezone.now())


class UnsubscribePage(_LinkPage):
    """The way out."""

    template_name = "site/newsletter/unsubscribe.html"

    def carry_out(self, token: str) -> None:
        """End the subscription."""
        newsletter.unsubscribe(token=token, now=timezone.now())
