"""The icon that browsers ask for by its old name, on pages that name none (the API's readers)."""

from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Send them to the real one."""
    return HttpResponseRedirect(static("site/favicon.svg"))
