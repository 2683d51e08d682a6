"""Addresses of carts and orders, below /api/v1."""

from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("cart", views.CartView.as_view(), name="cart"),
    path("cart/items", views.CartItemsView.as_view(), name="cart-items"),
    path("cart/items/<uuid:item_id>", views.CartItemView.as_view(), name="cart-item"),
    path("orders", views.OrdersView.as_view(), name="order-list"),
    path("orders/<uuid:order_id>", views.OrderView.as_view(), name="order-detail"),
    path("orders/<uuid:order_id>/cancel", views.CancelView.as_view(), name="order-cancel"),
    path("orders/<uuid:order_id>/status", views.OrderStatusView.as_view(), name="order-status"),
]
