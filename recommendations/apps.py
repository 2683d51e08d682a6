"""What to show to whom: decks, recommendations and the models behind them."""

from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    """What to show to whom: decks, recommendations and the models behind them."""

    name = "recommendations"

    def ready(self) -> None:
        """Have the sources of feedback checked at start."""
        from recommendations import checks  # noqa: F401
