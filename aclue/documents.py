"""The OpenAPI document and its two readers, with everything served from here."""

import functools
import hashlib
from pathlib import Path
from typing import Any

from csp.decorators import csp_replace, csp_update
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.http import etag, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from aclue.system import OpenView
from common.etags import PUBLIC, cacheable
from common.rendering import to_json
from common.schema import NOT_MODIFIED

INLINE_STYLES = {"style-src": ["'self'", "'unsafe-inline'"]}
CLOSED = {
    "style-src": ["'self'", "'unsafe-inline'"],
    "worker-src": ["'self'", "blob:"],
    "img-src": ["'self'", "data:"],
}

REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
# No picture at all: ReDoc leaves out a logo that cannot be shown.
NO_PICTURE = b"data:,"
SOURCE_MAP = b"\n//# sourceMappingURL="


class DocumentView(OpenView):
    """The document that describes all of this."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT, 304: NOT_MODIFIED})
    def get(self, request: Request) -> HttpResponse:
        """Return the OpenAPI 3.1 document."""
        return cacheable(request._request, _document())


@functools.cache
def _document() -> bytes:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return to_json(schema)


@method_decorator(csp_update(INLINE_STYLES), name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """Swagger UI; its start script is an address of its own, as the site's policy allows no inline script."""

    authentication_classes = ()
    url_name = "openapi-v1"

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show the document in Swagger UI."""
        return super().get(request, *args, **kwargs)


@method_decorator(csp_replace(CLOSED), name="dispatch")
class RedocView(SpectacularRedocView):
    """ReDoc, from a template of ours: the package's own calls out for a font."""

    authentication_classes = ()
    template_name = "redoc.html"
    url_name = "openapi-v1"

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show the document in ReDoc."""
        return super().get(request, *args, **kwargs)


@functools.cache
def _redoc_script() -> bytes:
    """Return ReDoc as its package has it, but for a logo that lies elsewhere and a map that is not served."""
    bundle = finders.find(REDOC)
    assert bundle is not None, "drf-spectacular-sidecar has ReDoc at another place"
    script, _, _ = Path(bundle).read_bytes().partition(SOURCE_MAP)
    return script.replace(REDOC_LOGO, NO_PICTURE)


@functools.cache
def _redoc_tag() -> str:
    return f'"{hashlib.sha256(_redoc_script()).hexdigest()[:24]}"'


@require_safe
@etag(lambda request: _redoc_tag())
def redoc_script(request: HttpRequest) -> HttpResponse:
    """Answer with ReDoc's program."""
    response = HttpResponse(_redoc_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = PUBLIC
    return response
