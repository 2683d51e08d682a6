"""The shapes of the rows of a drawn year."""

from enum import IntEnum

import numpy as np


class Direction(IntEnum):
    """What a swipe says: dislike, like, super-like, skip."""

    LEFT = 0
    RIGHT = 1
    UP = 2
    DOWN = 3


SESSION = np.dtype(
    [
        ("person", "i4"),
        ("ordinal", "i4"),  # among the person's sessions, from 0
        ("started_at", "f8"),
        ("session_type", "U10"),  # ONBOARDING, DISCOVERY or GIFT
        ("occasion", "U12"),  # of occasions.OCCASIONS in a GIFT session, else ""
        ("budget", "f8"),  # pounds at most; nan where none was given
    ]
)

SWIPE = np.dtype(
    [
        ("session", "i4"),
        ("product", "i4"),
        ("direction", "i1"),  # a Direction
        ("response_time_ms", "i4"),
        ("at", "f8"),
    ]
)

ORDER = np.dtype(
    [
        ("person", "i4"),
        ("placed_at", "f8"),
        ("status", "U9"),  # PENDING, PAID, SHIPPED, DELIVERED, CANCELLED or REFUNDED
    ]
)

ORDER_LINE = np.dtype(
    [
        ("order", "i4"),
        ("ordinal", "i4"),  # within the order, from 0
        ("product", "i4"),
        ("quantity", "i4"),
        ("unit_price_pence", "i4"),
    ]
)

EVENT = np.dtype(
    [
        ("person", "i4"),
        ("type", "U11"),  # view, click, add_to_cart, purchase, wishlist, share or search
        ("product", "i4"),  # -1 for a search
        ("query", "U60"),  # "" for anything but a search
        ("at", "f8"),
    ]
)
