"""The worker's part in a test: what waits in the outbox is carried out, as Celery's worker would."""

from celery import current_app

from common.models import OutboxTask


def carry_out(*, task: str = "") -> list[str]:
    """Carry out every open row (of one task, when it is named), oldest first; returns the names of what was done."""
    current_app.loader.import_default_modules()
    done = []
    # What is done may put down more to do.
    while rows := list(OutboxTask.objects.open().filter(task__startswith=task).order_by("created_at", "id")):
        for row in rows:
            current_app.tasks[row.task](str(row.pk))
            done.append(row.task)
    return done
