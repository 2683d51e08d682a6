"""What orders announce to the floors above."""

from django.dispatch import Signal

# Sent with order_id, user_id (None for nobody in particular) and at when an order has reached its buyer, inside the
# transaction that says so.
order_delivered = Signal()
