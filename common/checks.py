"""Looks at start-up: whose rows are whose, and whether the database holds everybody to it."""

import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection, models

from common.postgresql.roles import Standing
from common.row_security import PROTECTED_TABLES, protected_names, unprotected

# Tables that name people and whose rows are all the same not theirs to see, each with the reason.
NOT_PERSONAL = {
    "accounts.NewsletterSubscription": "belongs to an address and not to an account: found by a mailed token, by staff",
    "admin.LogEntry": "what staff did in the admin, shown there alone",
    "catalogue.BulkUpload": "names the member of staff who uploaded it",
    "common.AuditEntry": "knows people under pseudonyms alone",
    "common.AuditPayload": "written whoever acts, on whomever; triggers keep it as it was written, staff read it",
    "common.Flag": "names the member of staff who switched it",
    "recommendations.TrainingRun": "names the member of staff who asked for it",
}
# Columns by which a person is named without a foreign key.
NAMES_SOMEBODY = re.compile(r"(?:^|_)(?:user|person|guest|actor|owner|buyer|principal)(?:_id)?$|_by$")


def people_in(model: type[models.Model]) -> list[str]:
    """Return the columns of a table that hold the id of a person."""
    return [str(field.column) for field in model._meta.concrete_fields if _names_somebody(field)]


def addresses_in(model: type[models.Model]) -> list[str]:
    """Return the columns of a table that hold e-mail addresses."""
    return [str(field.column) for field in model._meta.concrete_fields if isinstance(field, models.EmailField)]


def _names_somebody(field: Any) -> bool:
    if field.remote_field is not None:
        return field.remote_field.model._meta.label == settings.AUTH_USER_MODEL
    is_id = isinstance(field, models.UUIDField | models.CharField)
    return is_id and NAMES_SOMEBODY.search(field.name) is not None


@register(Tags.models)
def check_personal_tables(app_configs: Any, **options: Any) -> Iterable[CheckMessage]:
    """Find tables that hold people's ids or addresses and belong to nobody."""
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        is_known = label in PROTECTED_TABLES or label in NOT_PERSONAL
        columns = [] if is_known else people_in(model) + addresses_in(model)
        if columns:
            yield Error(
                f"{label} says in {', '.join(columns)} whose a row is, and is no personal table.",
                hint="Name it in common.personal.PERSONAL_TABLES and give it a policy by a migration with "
                "ProtectRows (docs/development.md), or say in common.checks.NOT_PERSONAL why not.",
                id="common.E001",
            )


@register(Tags.database)
def check_row_security(app_configs: Any, databases: Any = None, **options: Any) -> Iterable[CheckMessage]:
    """Find personal tables that the database shows to everybody, and a role that no policy holds."""
    if not databases or connection.vendor != "postgresql":
        return
    serious = Error if settings.ENVIRONMENT == "production" else checks.Warning
    for label in unprotected():
        yield serious(
            f"PostgreSQL shows the rows of {label} to everybody.",
            hint="Write a migration with ProtectRows, or run those that wait.",
            id="common.E002",
        )
    if words := Standing().words(list(protected_names())):
        yield serious(
            f"Row-level security does not hold this process: {words}.",
            hint="Let DATABASE_URL name a role that owns nothing, and MIGRATION_DATABASE_URL the owner "
            "(docs/deployment.md).",
            id="common.E003",
        )
