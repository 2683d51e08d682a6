"""What a person bought."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """What a person bought."""

    name = "orders"
