"""What each role may do, in Django permissions: `app.*`, `app.view_*` or one codename.

`manage.py bootstrap` writes this table into the groups; the API and the admin ask Django's `has_perm` alike.
"""

ROLES: dict[str, tuple[str, ...]] = {
    "admin": ("*",),
    "merchandiser": ("catalogue.*", "orders.*"),
    "analyst": (
        "catalogue.view_*",
        "orders.view_*",
        "recommendations.view_*",
        "swipes.view_*",
        "common.view_auditentry",
    ),
    "ml_engineer": ("catalogue.view_*", "recommendations.*", "swipes.view_*"),
    "support": ("orders.*", "accounts.view_*"),
    "user": (),
}
STAFF_ROLES = tuple(role for role in ROLES if role != "user")


def matches(pattern: str, permission: str) -> bool:
    """Return whether a pattern of the table covers a permission.

    >>> matches("orders.view_*", "orders.view_order"), matches("orders.view_*", "orders.add_order"), matches("*", "a.b")
    (True, False, True)
    """
    return permission == pattern or (pattern.endswith("*") and permission.startswith(pattern[:-1]))
