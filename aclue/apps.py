"""The whole: settings, addresses, pages and commands that mix apps."""

from django.apps import AppConfig


class AclueConfig(AppConfig):
    """The whole: settings, addresses, pages and commands that mix apps."""

    name = "aclue"

    def ready(self) -> None:
        """Make our Celery application the current one, for the relay and for whoever asks; register the checks."""
        from aclue import celery, checks  # noqa: F401
