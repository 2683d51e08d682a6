"""What this app announces to the floors above."""

from django.dispatch import Signal

# Sent with guest_id and user_id when what a guest did has become a person's own, inside the same transaction.
guest_merged = Signal()
