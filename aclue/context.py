"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the project's name for the pages' heads."""
    return {"project_name": settings.PROJECT_NAME, "version": settings.VERSION}
