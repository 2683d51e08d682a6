"""Django's browser sessions, of which the database keeps a digest: who reads it, or a backup, cannot use them.

`SESSION_ENGINE` names this module. The cookie holds the drawn key, the table what `stored_key` makes of it. aclue is
served by WSGI; the asynchronous ways of Django's store are left as they are.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from accounts.sealing import digest_of

# As long as the table's column.
KEPT = 40


def stored_key(cookie: str) -> str:
    """Return what the table keeps of a cookie's value: 160 bits of its SHA-256."""
    return digest_of(cookie)[:KEPT]


class SessionStore(db.SessionStore):
    """Django's store in the database, under the digests of the keys."""

    def exists(self, session_key: str) -> bool:
        """Return whether a key is taken."""
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row that keeps the session."""
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete a session, this one without a key; one that is not there is no error."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored_key(key))

    def _get_session_from_db(self) -> Any:
        key = stored_key(self.session_key or "")
        row = self.model.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row
