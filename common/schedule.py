"""The schedule of beat: what is done again and again, and staff's switch for each entry.

The entries come from CELERY_BEAT_SCHEDULE; beat writes them into its tables when it starts and reads them from there.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from common import audit


def switch(*, name: str, is_on: bool, now: datetime, actor_id: uuid.UUID | None) -> bool:
    """Let beat carry an entry out, or not; it notices within seconds. Returns whether that changed anything."""
    with transaction.atomic():
        if not PeriodicTask.objects.filter(name=name).exclude(enabled=is_on).update(enabled=is_on):
            return False
        # `update` sends no signal, by which beat would notice.
        PeriodicTasks.update_changed()
        audit.record(
            action="schedule.switched", actor_id=actor_id, target=f"schedule {name}", details={"is_on": is_on}, now=now
        )
    return True
