"""What swiping keeps about people."""

import uuid
from datetime import datetime

from common.personal import PersonalTables, rows_of
from swipes.models import BehaviourEvent, Impression, Swipe, SwipeSession


class Swiping(PersonalTables):
    """What somebody was shown, answered and did."""

    tables = {
        "impressions": Impression,
        "swipes": Swipe,
        "behaviour": BehaviourEvent,
        "swipe_sessions": SwipeSession,
    }

    def merge(self, guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
        """Move everything: a guest's sittings are nobody else's, and of two answers to a product the later counts.

        The sittings first: a swipe in the making holds them until it is there to be moved.
        """
        for model in (SwipeSession, Swipe, Impression, BehaviourEvent):
            rows_of(model, guest_id).update(user_id=user_id)
