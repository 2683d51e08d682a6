"""The words in which the apps below tell the recommender what a person did with a product.

Each app offers querysets with these columns, named in the setting FEEDBACK_SOURCES; what a word weighs is decided
where it is read.
"""

from enum import StrEnum

COLUMNS = ("user_id", "product_id", "kind", "occurred_at")


class Kind(StrEnum):
    """What somebody did with a product. A skip says nothing; looking is not liking."""

    LOVED = "LOVED"
    LIKED = "LIKED"
    SKIPPED = "SKIPPED"
    DISLIKED = "DISLIKED"
    NEVER_AGAIN = "NEVER_AGAIN"
    VIEWED = "VIEWED"
    CLICKED = "CLICKED"
    ADDED_TO_CART = "ADDED_TO_CART"
    WISHED = "WISHED"
    SHARED = "SHARED"
    BOUGHT = "BOUGHT"
    DISMISSED = "DISMISSED"
