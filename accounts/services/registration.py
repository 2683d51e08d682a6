"""Making accounts: by their owners, for people from elsewhere, and the first superuser."""

import dataclasses
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts.models import User, normalise_email
from accounts.services.passwords import check_password_strength
from common import audit, flags, outbox
from common.errors import Conflict, Forbidden
from common.scope import as_system


class UserExists(Conflict):
    """The address has an account already."""

    error_code = "USER_EXISTS"
    detail = "There is an account with this e-mail address already."


class RegistrationDisabled(Forbidden):
    """This deployment takes no new accounts."""

    error_code = "REGISTRATION_DISABLED"
    detail = "New accounts cannot be made at the moment."


@dataclasses.dataclass(frozen=True)
class PersonToImport:
    """Somebody from elsewhere; without a password they cannot sign in until they reset it."""

    email: str
    first_name: str
    last_name: str
    joined_at: datetime


@as_system("signing in")
def register(
    *, email: str, password: str, now: datetime, first_name: str = "", last_name: str = "", full_name: str = ""
) -> User:
    """Make an account and promise its owner a word of welcome and a link to verify the address.

    Raises RegistrationDisabled, WeakPassword, UserExists.
    """
    if not flags.is_on("ENABLE_REGISTRATION"):
        raise RegistrationDisabled
    user = User(
        email=normalise_email(email),
        first_name=first_name,
        last_name=last_name,
        full_name=full_name,
        created_at=now,
        updated_at=now,
    )
    check_password_strength(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            audit.record(action="account.registered", actor_id=user.pk, target=f"user {user.pk}", now=now)
            outbox.put("accounts.welcome", {"user_id": str(user.pk)})
            outbox.put("accounts.send_verification", {"address": user.email})
    except IntegrityError:
        raise UserExists from None
    return user


def import_people(*, people: Sequence[PersonToImport], now: datetime) -> dict[str, uuid.UUID]:
    """Make accounts for people from elsewhere, leaving out known addresses; returns everybody's id by address."""
    emails = [normalise_email(person.email) for person in people]
    with transaction.atomic():
        known = _ids_by_email(emails)
        rows = [
            User(
                email=email,
                first_name=person.first_name,
                last_name=person.last_name,
                password=make_password(None),
                created_at=person.joined_at,
                updated_at=person.joined_at,
            )
            for email, person in zip(emails, people, strict=True)
            if email not in known
        ]
        # Somebody may have registered with one of the addresses since they were looked up.
        User.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        if rows:
            audit.record(action="account.imported", details={"count": len(rows)}, now=now)
    return known | _ids_by_email([row.email for row in rows if row.email])


def make_superuser(*, email: str, password: str, now: datetime) -> tuple[User, bool]:
    """Return the superuser with this address and whether it was made now; an existing one keeps its password."""
    email = normalise_email(email)
    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user:
            return user, False
        user = User(
            email=email, is_staff=True, is_superuser=True, email_verified_at=now, created_at=now, updated_at=now
        )
        user.set_password(password)
        user.save(force_insert=True)
        audit.record(action="account.superuser_made", target=f"user {user.pk}", now=now)
    return user, True


def _ids_by_email(emails: Sequence[str]) -> dict[str, uuid.UUID]:
    ids: dict[str, uuid.UUID] = {}
    for start in range(0, len(emails), 500):
        found = User.objects.filter(email__in=emails[start : start + 500]).values_list("email", "pk")
        ids |= {email: user_id for email, user_id in found if email}
    return ids
