"""Settings verified at start-up."""

from typing import Any

from django.core.checks import Error, register

from common.feedback import COLUMNS
from recommendations import taste


@register
def check_feedback_sources(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Refuse a source of feedback that cannot be read."""
    try:
        columns = [
            (source, set(source().query.values_select) | set(source().query.annotation_select))
            for source in taste.sources()
        ]
    except (ImportError, AttributeError, TypeError) as problem:
        return [
            Error(
                f"FEEDBACK_SOURCES cannot be read: {problem}",
                hint="Each entry names a function that returns a queryset with the columns of common.feedback.",
                id="recommendations.E001",
            )
        ]
    return [
        Error(
            f"FEEDBACK_SOURCES: {source.__module__}.{source.__name__} lacks a column of {', '.join(COLUMNS)}.",
            hint="Return .values_list(*common.feedback.COLUMNS).",
            id="recommendations.E002",
        )
        for source, found in columns
        if found != set(COLUMNS)
    ]
