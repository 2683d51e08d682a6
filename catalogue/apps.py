"""What: categories and products."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """What: categories and products."""

    name = "catalogue"
