"""What accounts keep about people."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as CookieSession
from django.db.models import Q, QuerySet

from accounts.models import (
    ApiKey,
    Authenticator,
    Identity,
    KnownDevice,
    NewsletterSubscription,
    OneTimeLink,
    RecoveryCode,
    Session,
    User,
)
from accounts.services.outside import bar_sessions
from common import audit, outbox
from common.personal import Exported, PersonalTables, Row, erase_again, rows_of, shown


class Account(PersonalTables):
    """The account itself, the ways into it, and what its address is subscribed to."""

    tables = {
        "sessions": Session,
        "known_devices": KnownDevice,
        "one_time_links": OneTimeLink,
        "authenticator": Authenticator,
        "recovery_codes": RecoveryCode,
        "identities": Identity,
        "api_keys": ApiKey,
        "profile": User,
    }

    def export(self, user_id: uuid.UUID) -> Exported:
        """Return the account's rows, its roles, its newsletter and what was done to it in the admin."""
        return super().export(user_id) | {
            "roles": self._roles(user_id),
            "newsletter": self._newsletter(user_id),
            "desk": shown(_at_the_desk(user_id)),
        }

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """Delete the account and whatever knows its address."""
        bar_sessions(user_id=user_id, now=now)
        cookies = rows_of(Session, user_id).exclude(cookie="").values_list("cookie", flat=True)
        CookieSession.objects.filter(session_key__in=list(cookies)).delete()
        _at_the_desk(user_id).delete()
        address, proved_at = rows_of(User, user_id).values_list("email", "email_verified_at").first() or (None, None)
        if address:
            outbox.forget("accounts.send_verification", "accounts.send_reset", address=address)
        if address and proved_at:
            # Of an address that nobody has proved, all else is its owner's, whoever wrote it into an account.
            NewsletterSubscription.objects.filter(address=address).delete()
            outbox.forget(address=address)
        audit.forget(user_id=user_id, address=address)
        # Who writes a row for the person now is waited for, and whoever comes later finds nobody.
        list(rows_of(User, user_id).select_for_update())
        erase_again(self, user_id, now)
        super().erase(user_id, now)

    @staticmethod
    def _roles(user_id: uuid.UUID) -> Iterator[Row]:
        yield from User.groups.through.objects.filter(user_id=user_id).values("group__name")

    @staticmethod
    def _newsletter(user_id: uuid.UUID) -> Iterator[Row]:
        addresses = rows_of(User, user_id).exclude(email_verified_at=None).values("email")
        return shown(NewsletterSubscription.objects.filter(address__in=addresses))


def _at_the_desk(user_id: uuid.UUID) -> QuerySet[LogEntry]:
    """Return the admin's own notes of what a person did there, and of what was done to their account."""
    to_account = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user_id))
    return LogEntry.objects.filter(Q(user_id=user_id) | to_account)
