"""E-mail addresses on the wire."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from accounts.addresses import LONGEST_ADDRESS, check_reachable


class MailboxField(serializers.EmailField):
    """An address that becomes somebody's own: mail has to reach it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESS, **kwargs)

    def run_validators(self, value: Any) -> None:
        """Look at the address once it is known to be one; raises DRF's ValidationError."""
        super().run_validators(value)
        try:
            check_reachable(value)
        except ValidationError as unreachable:
            raise serializers.ValidationError(unreachable.messages, code=unreachable.code) from None
