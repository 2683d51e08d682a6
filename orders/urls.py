"""Addresses of orders, below /api/v1."""

from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("orders", views.OrdersView.as_view(), name="order-list"),
    path("orders/<uuid:order_id>", views.OrderView.as_view(), name="order-detail"),
]
