"""The short way through DRF for the few hottest reads; see *Hot reads* in docs/architecture."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from common import limits
from common.views import PublicView

CREDENTIALS = ("HTTP_AUTHORIZATION", "HTTP_X_API_KEY")


class LeanView(PublicView):
    """A public view whose GET and HEAD go straight to `read`: no negotiation, parsers, versions or throttles.

    Who asks is still found out by DRF's authentication, failures are still answered by its exception handler, and
    every other method takes its ordinary way. `get` documents the read and leads to it.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a GET or HEAD by `read`, anything else as DRF does."""
        if request.method not in {"GET", "HEAD"}:
            return super().dispatch(request, *args, **kwargs)
        try:
            limits.hit("network", request)
            if not has_credentials(request):
                limits.hit("read", request)
            answer = self.read(request, **kwargs)
            limits.tell(request, answer.headers)
            return answer
        except Exception as failure:
            self.args, self.kwargs = args, kwargs
            self.request = self.initialize_request(request, *args, **kwargs)
            self.headers = self.default_response_headers
            return self.finalize_response(self.request, self.handle_exception(failure), *args, **kwargs)

    def read(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return the answer; raises what the exception handler knows."""
        raise NotImplementedError

    def user_of(self, request: HttpRequest) -> Any:
        """Return who asks, or None without credentials; raises AuthenticationFailed for wrong ones, and TooMany."""
        if not has_credentials(request):
            return None
        asking = Request(request, parser_context={"view": self}, authenticators=self.get_authenticators())
        limits.hit_caller("read", request, asking.user, asking.auth)
        return asking.user


def has_credentials(request: HttpRequest) -> bool:
    """Return whether a request says who asks."""
    return any(name in request.META for name in CREDENTIALS)
