"""The Celery application: `celery -A aclue worker`."""

import os
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

from common import folder_broker
from common.scope import as_system

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aclue.settings")


class SystemTask(Task):
    """A task works for nobody in particular: on everybody's rows, in its own name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run in the system's scope."""
        with as_system(f"task {self.name}"):
            return super().__call__(*args, **kwargs)


folder_broker.register()
app = Celery("aclue", task_cls=SystemTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Leave logging as Django configured it: a receiver here stops Celery from setting up its own."""


@app.on_after_configure.connect
def make_broker_folders(**_: Any) -> None:
    """Make the folders of the embedded broker; kombu expects them."""
    options = app.conf.broker_transport_options or {}
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if folder := options.get(name):
            Path(folder).mkdir(parents=True, exist_ok=True)
