"""What recommending keeps about people. Models hold nobody: what was learnt needs no erasing."""

import uuid
from datetime import datetime

from common.personal import PersonalTables, rows_of
from recommendations.models import Interaction, Pick, TrainingRun


class Recommending(PersonalTables):
    """What was picked for somebody, and what they did with it."""

    tables = {"picks": Pick, "interactions": Interaction}

    def erase(self, user_id: uuid.UUID, now: datetime) -> None:
        """Delete the person's rows; a training that they asked for was asked for by nobody then."""
        super().erase(user_id, now)
        TrainingRun.objects.filter(requested_by=user_id).update(requested_by=None)

    def merge(self, guest_id: uuid.UUID, user_id: uuid.UUID, now: datetime) -> None:
        """Move what was done. Picks are of one history alone: those of both are made anew."""
        rows_of(Interaction, guest_id).update(user_id=user_id)
        rows_of(Pick, user_id).delete()
