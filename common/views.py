"""What every API view starts from."""

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import resolve
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import limits, scope
from common.handlers import answer_for_django
from common.schema import MOST_AT_ONCE

# Some clients (Swift's UUID, say) write ids in capitals.
CAPITAL_ID = re.compile(r"(?=[0-9a-f-]*[A-F])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class PersonalMixin:
    """Answers about a person: no cache may keep them."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Mark the answer as nobody else's."""
        response.headers.setdefault("Cache-Control", "private, no-store")
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]


class LimitedView(APIView):
    """A view that counts how often it is asked, by the network before it looks at who asks and by the caller then.

    `limit` names one of RATE_LIMITS; without a name reads count as `read` and the rest as `write`, and None counts
    nothing. Every answer says how the caller stands.
    """

    limit: str | None = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count; raises TooMany."""
        if self.limit is not None:
            limits.hit("network", request._request)
        super().initial(request, *args, **kwargs)
        if self.limit is not None:
            limits.hit_caller(
                self.limit or limits.class_of(request.method or ""), request._request, request.user, request.auth
            )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say how the caller stands."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        limits.tell(getattr(request, "_request", request), answer.headers)
        return answer


class PublicView(LimitedView):
    """For anybody."""

    permission_classes: Sequence[type[BasePermission]] = (AllowAny,)


class PersonalView(PersonalMixin, LimitedView):
    """For a signed-in person, about what is theirs."""


class HasPermission(BasePermission):
    """Asks for the Django permissions that a view names by method, `{"POST": "catalogue.add_product"}`.

    A view that is about everybody's rows names what for (`works_as_system = "the audit log"`) and sees them from here
    on; others, the catalogue's say, see no more people than anybody does.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the person holds the method's permission; a method without an entry is open to all."""
        needed = getattr(view, "permissions_needed", {}).get(request.method)
        if needed is None:
            return True
        if not request.user.has_perm(needed):
            return False
        if reason := getattr(view, "works_as_system", ""):
            scope.become(scope.Scope(reason=reason))
        return True


def read_body(request: Request, shape: type[serializers.Serializer[Any]], **options: Any) -> Any:
    """Return the validated body; raises ValidationError (422)."""
    checked = shape(data=request.data, **options)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def read_one_or_many(request: Request, shape: type[serializers.Serializer[Any]]) -> list[Any]:
    """Return the validated body as a list, be it one object or an array of 1 to 100; raises ValidationError (422)."""
    if not isinstance(request.data, list):
        return [read_body(request, shape)]
    if not 1 <= len(request.data) <= MOST_AT_ONCE:
        raise serializers.ValidationError(f"Takes 1 to {MOST_AT_ONCE} at once.", code="length")
    return list(read_body(request, shape, many=True))


def no_such_path(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
    """Answer for an API address that does not exist, also in DEBUG; an id in capitals is one in small letters."""
    path = CAPITAL_ID.sub(lambda found: found.group().lower(), request.path_info)
    if path != request.path_info:
        request.path_info = path
        found = resolve(path)
        return found.func(request, *found.args, **found.kwargs)
    return answer_for_django(request, NotFound("There is nothing at this address."))


def created(data: Any) -> Response:
    """Return 201 with `data`."""
    return Response(data, status=201)
