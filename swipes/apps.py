"""What a person was shown and answered."""

from django.apps import AppConfig


class SwipesConfig(AppConfig):
    """What a person was shown and answered."""

    name = "swipes"
