"""Finding the person whom a command is about."""

import uuid

from django.core.management.base import CommandError

from accounts.models import User, normalise_email
from common.scope import as_system


@as_system("a command about one person")
def find_person(email_or_id: str) -> User:
    """Return whom an e-mail address or an id names; raises CommandError."""
    try:
        found = User.objects.filter(pk=uuid.UUID(email_or_id)).first()
    except ValueError:
        found = User.objects.filter(email=normalise_email(email_or_id)).first()
    if found is None:
        raise CommandError(f"There is nobody with the address or id {email_or_id!r}.")
    return found
