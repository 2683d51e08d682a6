"""PERSONAL_DATA verified at start-up."""

from typing import Any

from django.core.checks import Error, register

from common import personal

PARTS = ("export", "erase", "merge")


@register
def check_personal_data(app_configs: Any, **options: Any) -> list[Error]:
    """Refuse a provider of personal data that cannot be called."""
    try:
        providers = personal.providers()
    except (ImportError, AttributeError, TypeError) as problem:
        return [
            Error(
                f"PERSONAL_DATA cannot be read: {problem}",
                hint="Each entry names a class of an app's personal.py (common/personal.py says what it does).",
                id="common.E011",
            )
        ]
    return [
        Error(
            f"PERSONAL_DATA: {type(provider).__name__} lacks {', '.join(missing)}.",
            hint="A provider exports, erases and merges; common.personal.PersonalTables does so for plain tables.",
            id="common.E012",
        )
        for provider in providers
        if (missing := [part for part in PARTS if not callable(getattr(provider, part, None))])
    ]
