"""Who gets in where, read off the code: every route and method, for everybody who may ask.

`manage.py audience` writes it down as docs/audience.md, where it is reviewed; the suite asks each route as each of them
and compares. A view that lets people in by a rule that is not known here is an error: a rule is added below, by name.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.contrib.auth.mixins import AccessMixin
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.views import APIView

from accounts.key_authentication import scopes_of
from accounts.permissions import HasAccount
from accounts.roles import ROLES, matches
from aclue.system import IsStaff
from common.views import HasPermission, no_such_path

METHODS = ("get", "post", "put", "patch", "delete")
STAFF = tuple(role for role in ROLES if role != "user")
CALLERS = ("anonymous", "guest", "user", *STAFF, "key")
IN, DOOR, UNKNOWN, FORBIDDEN, NEVER = "in", "door", "401", "403", "–"
# What stands behind these names is nobody's own.
SHARED_IDS = {"product_id", "slug_or_id", "path", "upload_id"}
# Pages of the admin that belong to no model.
OPEN_AT_THE_DESK = {"/admin/login/", "/admin/logout/"}
# A view that is a function answers every method alike, but for these, which hand over to a class; the suite asks.
METHODS_OF_FUNCTIONS = {
    "/admin/jsi18n/": ("get",),
    "/admin/autocomplete/": ("get",),
    "/admin/login/": ("get", "post", "put"),
    "/admin/logout/": ("post",),
    "/admin/password_change/": ("get", "post", "put"),
    "/admin/password_change/done/": ("get",),
    "/media/{path}": ("get",),
    "/redoc.js": ("get",),
}
INTRODUCTION = """# Who gets in where

Written by `manage.py audience`, read by people: look at each line that changed before you commit it. The suite fails
while this page and the code differ, and asks every route as each of these callers.

- **in**: the request reaches the operation. What it finds there may still be nothing (404), or not valid (422).
- **401**, **403**: refused, for want of a sign-in or of the right. **door**: a browser is sent to sign in.
- Everybody sees their own rows alone where the path says *one's own*, and where a body names somebody's row: another
  person's answers 404, like one that does not exist.
- **key** is an API key of somebody who may do it; the scope is what the key has to be made for.
- Where `SECOND_FACTOR_ROLES` names a role, its holders without a second factor get 403 everywhere but in lines marked
  †, and a browser of theirs is sent to set one up.
"""


class UndeclaredAction(LookupError):
    """An action of the admin does not say who may carry it out."""


class UnknownAudience(LookupError):
    """A view lets people in by a rule that this module cannot read."""


@dataclasses.dataclass(frozen=True)
class Route:
    """One method of one address, and what becomes of each caller."""

    method: str
    path: str
    rule: str
    outcomes: dict[str, str]
    scope: str = ""
    is_own: bool = False
    is_open_without_factor: bool = False

    @property
    def is_page(self) -> bool:
        """Return whether it is made for browsers, which carry cookies and no tokens."""
        return self.rule.startswith("page")


def routes() -> list[Route]:
    """Return every route of the API and the site, by path; raises UnknownAudience."""
    found = [
        route
        for path, callback in _addresses(get_resolver().url_patterns)
        if callback is not no_such_path and not _is_models_screen(callback)
        for route in _routes_of(path, callback)
    ]
    return sorted(found, key=lambda route: (route.path, METHODS.index(route.method)))


def screens() -> dict[str, dict[str, list[str]]]:
    """Return what each role may do on the admin's screens of each model: view, add, change, delete."""
    return {
        f"{screen.opts.app_label}.{screen.opts.object_name}": {role: _rights(screen, role) for role in STAFF}
        for screen in admin.site._registry.values()
    }


@dataclasses.dataclass(frozen=True)
class Action:
    """What staff may do to chosen rows of one of the admin's tables, and which roles may."""

    table: str
    name: str
    needs: tuple[str, ...]
    roles: tuple[str, ...]


def actions() -> list[Action]:
    """Return every action of the admin's tables, by table and name; raises UndeclaredAction."""
    found = [action for screen in admin.site._registry.values() for action in _actions_of(screen)]
    return sorted(found, key=lambda action: (action.table, action.name))


def as_markdown() -> str:
    """Return the page for reviewers."""
    parts = [INTRODUCTION]
    api = [route for route in routes() if not route.is_page]
    parts += ["## The API\n", _table(("method", "path", "rule", *CALLERS), [_cells(route, CALLERS) for route in api])]
    callers = tuple(caller for caller in CALLERS if caller not in {"guest", "key"})
    parts += ["## Pages\n", _table(("method", "path", "rule", *callers), _rows_of_pages(callers))]
    rows = [
        [f"`{label}`", *(", ".join(rights[role]) or NEVER for role in STAFF)] for label, rights in screens().items()
    ]
    parts += ["## The admin's screens\n\nEverybody else is sent to sign in.\n", _table(("table", *STAFF), sorted(rows))]
    acts = [
        [f"`{act.table}`", f"`{act.name}`", ", ".join(f"`{need}`" for need in act.needs), *_marks(act)]
        for act in actions()
    ]
    parts += ["## The admin's actions\n", _table(("table", "action", "needs", *STAFF), acts)]
    return "\n".join(parts)


def _rows_of_pages(callers: tuple[str, ...]) -> list[list[str]]:
    """Return a row for each page, with its methods in one: they all answer the same people."""
    methods: dict[tuple[str, ...], list[str]] = {}
    for route in routes():
        if route.is_page:
            method, *rest = _cells(route, callers)
            known = methods.setdefault(tuple(rest), [])
            known += [method] if method not in known else []
    return [[", ".join(known), *rest] for rest, known in methods.items()]


def _table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(heads), ["---"] * len(heads), *rows]) + "\n"


def _cells(route: Route, callers: Any) -> list[str]:
    own = " (one's own)" if route.is_own else ""
    mark = " †" if route.is_open_without_factor else ""
    outcomes = [
        f"in: `{route.scope}`" if caller == "key" and route.scope else route.outcomes[caller] for caller in callers
    ]
    return [route.method.upper(), f"`{route.path}`{own}{mark}", route.rule, *outcomes]


def _addresses(patterns: list[Any], before: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def _plain(pattern: str) -> str:
    r"""Return a pattern as a path with names in braces.

    >>> _plain("products/<uuid:product_id>"), _plain("^media/(?P<path>.+)$")
    ('products/{product_id}', 'media/{path}')
    """
    pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern)
    pattern = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
    return re.sub(r"^\^|\$$|\\", "", pattern)


def _routes_of(path: str, callback: Any) -> Iterator[Route]:
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    is_api = isinstance(view, type) and issubclass(view, APIView)
    for method in METHODS:
        if view is None:
            if method in METHODS_OF_FUNCTIONS.get(path, METHODS):
                yield _page(method, path, view)
        elif method in view.http_method_names and hasattr(view, method):
            yield _operation(method, path, view) if is_api else _page(method, path, view)


def _operation(method: str, path: str, view: type[APIView]) -> Route:
    rule, lets_in = _rule_of(method.upper(), view)
    refusals = {"anonymous": UNKNOWN}
    outcomes = {caller: IN if lets_in(caller) else refusals.get(caller, FORBIDDEN) for caller in CALLERS}
    scope = scopes_of(view).get(method.upper(), "")
    # Where nobody is asked who they are, a key is passed over.
    asks_nobody = not view.authentication_classes
    outcomes["key"] = IN if scope or asks_nobody else FORBIDDEN
    ids = set(re.findall(r"\{(\w+)\}", path)) - SHARED_IDS
    return Route(
        method,
        path,
        rule,
        outcomes,
        scope,
        is_own=bool(ids) and rule in {"signed in", "with an account"},
        is_open_without_factor=asks_nobody or getattr(view, "is_open_without_factor", False),
    )


def _rule_of(method: str, view: type[APIView]) -> tuple[str, Callable[[str], bool]]:
    """Return in words who is let in, and the rule itself; raises UnknownAudience."""
    (permission,) = view.permission_classes
    if permission is AllowAny:
        return "anybody", lambda caller: True
    if permission is IsAuthenticated:
        return "signed in", lambda caller: caller != "anonymous"
    if permission is HasAccount:
        if method in getattr(view, "open_to_guests", ()):
            return "signed in", lambda caller: caller != "anonymous"
        return "with an account", lambda caller: caller not in {"anonymous", "guest"}
    if permission is IsStaff:
        return "staff", lambda caller: caller in STAFF
    if permission is HasPermission:
        needed = getattr(view, "permissions_needed", {}).get(method)
        if needed is None:
            return "anybody", lambda caller: True
        return f"staff: `{needed}`", lambda caller: _holds(caller, needed)
    raise UnknownAudience(
        f"{view.__module__}.{view.__name__} lets people in by {permission}; aclue/audience.py knows no such rule."
    )


def _page(method: str, path: str, view: Any) -> Route:
    """Return a page's route; one that asks for a sign-in says so by Django's mixin, the admin's do it by themselves."""
    rule, outcomes = "page", dict.fromkeys(CALLERS, IN)
    if path.startswith("/admin/") and path not in OPEN_AT_THE_DESK:
        rule, outcomes = "page: staff", {caller: IN if caller in STAFF else DOOR for caller in CALLERS}
    elif isinstance(view, type) and issubclass(view, AccessMixin):
        rule, outcomes = "page: signed in", outcomes | {"anonymous": DOOR}
    ids = set(re.findall(r"\{(\w+)\}", path)) - SHARED_IDS
    return Route(method, path, rule, outcomes, is_own=bool(ids) and rule == "page: signed in")


def _is_models_screen(callback: Any) -> bool:
    """Return whether it is a screen of a model in the admin; `screens` tells of these."""
    return hasattr(callback, "model_admin")


def _rights(screen: Any, role: str) -> list[str]:
    """Return what a role may do on a model's screens, asked of the screen itself."""
    request = _request_of(role)
    return [
        right for right in ("view", "add", "change", "delete") if getattr(screen, f"has_{right}_permission")(request)
    ]


def _actions_of(screen: Any) -> Iterator[Action]:
    """Return the actions of a model's screen, with what each says it needs, and whom the screen offers it to."""
    table = f"{screen.opts.app_label}.{screen.opts.object_name}"
    offered = {role: screen.get_actions(_request_of(role)) for role in STAFF if "view" in _rights(screen, role)}
    need_of_all: str = getattr(screen, "actions_need", "")
    for action, name, _ in screen._get_base_actions():
        rights: tuple[str, ...] = getattr(action, "allowed_permissions", ())
        needs = [f"{screen.opts.app_label}.{right}_{screen.opts.model_name}" for right in rights]
        if name in (screen.actions or ()) and need_of_all:
            needs.append(need_of_all)
        if not needs:
            raise UndeclaredAction(
                f"{name} of {table} is for everybody who sees the table. Say so by permissions=['view'] at the action, "
                "or name what it takes, there or as actions_need of the screen."
            )
        roles = tuple(role for role in STAFF if name in offered.get(role, {}))
        if roles or name in (screen.actions or ()):
            yield Action(table, name, tuple(needs), roles)


def _marks(action: Action) -> list[str]:
    return [IN if role in action.roles else NEVER for role in STAFF]


def _request_of(role: str) -> Any:
    """Return a request of somebody with one role, as far as screens look at it."""
    user = SimpleNamespace(
        pk=None,
        is_active=True,
        is_staff=True,
        is_superuser=False,
        is_authenticated=True,
        has_perm=lambda permission, *_: _holds(role, permission),
        get_username=lambda: role,
    )
    return SimpleNamespace(user=user, GET={})


def _holds(caller: str, permission: str) -> bool:
    return any(matches(pattern, permission) for pattern in ROLES.get(caller, ()))
