"""The devices one is signed in on, and the way to end each."""

import uuid

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from accounts import browser, services
from accounts.models import Session, User

MOST_SHOWN = 100


class MembersRequest(HttpRequest):
    """A request of somebody who is signed in, for the type checker: LoginRequiredMixin lets nobody else in."""

    user: User


@method_decorator(never_cache, name="dispatch")
class DevicesPage(LoginRequiredMixin, View):
    """Everywhere one is signed in; POST signs out everywhere."""

    def get(self, request: MembersRequest) -> HttpResponse:
        """List the devices, newest sign-in first."""
        sessions = Session.objects.active(timezone.now()).filter(user=request.user)[:MOST_SHOWN]
        return render(request, "site/devices.html", {"sessions": sessions, "current": request.session.get(browser.KEY)})

    def post(self, request: MembersRequest) -> HttpResponse:
        """Sign out everywhere, here too."""
        services.sign_out_everywhere(user=request.user, now=timezone.now())
        return HttpResponseRedirect(reverse("site:sign-in"))


class EndSessionPage(LoginRequiredMixin, View):
    """The button beside a device; POST alone."""

    def post(self, request: MembersRequest, session_id: uuid.UUID) -> HttpResponse:
        """End one sign-in of one's own."""
        try:
            services.end_session(user=request.user, session_id=session_id, now=timezone.now())
        except services.NoSuchSession:
            raise Http404 from None
        return HttpResponseRedirect(reverse("site:devices"))
