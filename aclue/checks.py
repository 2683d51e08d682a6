"""What an owner should know before aclue goes public."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, register


@register(deploy=True)
def check_legal_pages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say that the terms and the privacy page name nobody."""
    if settings.LEGAL_ENTITY_NAME and settings.LEGAL_CONTACT:
        return []
    return [
        Info(
            "The pages /terms, /privacy and /consent are templates that name nobody.",
            hint="Set LEGAL_ENTITY_NAME and LEGAL_CONTACT, and fill in templates/site/legal/.",
            id="aclue.I001",
        )
    ]
