"""Stored pictures, for shops without a bucket or a proxy that serves the folder."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django.views.static import serve

from catalogue.media import STORED

# What was sent here is named after what it shows, so it is the same for ever; others may be drawn anew.
FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"


@require_safe
def stored_picture(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """Answer with a file of the media folder; raises Http404."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = FOR_EVER if path.startswith(STORED) else FOR_AN_HOUR
    return response
