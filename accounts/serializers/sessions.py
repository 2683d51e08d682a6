"""The devices somebody is signed in on, on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.models import Session, SessionKind
from common.schema import shown_as

KINDS = {SessionKind.API: "api", SessionKind.BROWSER: "browser", SessionKind.OUTSIDE: "outside"}


@shown_as(
    {
        "id": "8d0f6c52-1f3e-4f0a-9f67-0c1d2e3f4a5b",
        "kind": "browser",
        "device": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "network": "192.0.2.7",
        "created_at": "2026-11-20T09:30:00.000000Z",
        "used_at": "2026-11-24T18:05:12.000000Z",
        "expires_at": "2026-12-20T09:30:00.000000Z",
        "current": True,
    }
)
class AccountSessionSerializer(serializers.ModelSerializer[Session]):
    """A sign-in that counts. `current` is the one that asks."""

    kind = serializers.ChoiceField(list(KINDS.values()), read_only=True)
    current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ("id", "kind", "device", "network", "created_at", "used_at", "expires_at", "current")
        read_only_fields = fields

    def get_current(self, session: Session) -> bool:
        """Whether this is the sign-in by which the list is asked for."""
        return bool(session.pk == self.context.get("current_id"))

    def to_representation(self, session: Session) -> dict[str, Any]:
        """Write the kind in the wire's words."""
        return super().to_representation(session) | {"kind": KINDS[SessionKind(session.kind)]}
