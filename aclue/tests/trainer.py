"""`python -m aclue.tests.trainer`: train as a process of its own that ends with kill -9 at a stage.

Each line of the input names a stage; a child carries the open run out, or a new one, and dies when it gets there. The
answer is a line: `killed` or `ended`. The parent has read all modules and opened nothing, so a child begins at once.
"""

import os
import signal
import sys
from typing import Any

import django
from django.utils import timezone

MODEL_TYPE = "ease"


def main() -> None:
    """Answer until the input ends."""
    django.setup()
    from recommendations.ml.models import model_type

    model_type(MODEL_TYPE)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            train_until(line.strip())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)


def train_until(stage: str) -> None:
    """Carry a run out until a stage: one that it tells, or one of the two around the commit of its version."""
    from recommendations import services
    from recommendations.models import TrainingRun
    from recommendations.services import runs

    put_down = runs._put_down

    def put_down_and_die(*arguments: Any) -> Any:
        version = put_down(*arguments)
        die_at("before the commit")
        return version

    def die_at(words: str, progress: float = 0) -> None:
        if words.removeprefix(f"{MODEL_TYPE}: ").startswith(stage):
            os.kill(os.getpid(), signal.SIGKILL)

    runs._put_down = put_down_and_die
    end = runs._end
    runs._end = lambda *arguments, **others: (die_at("after the commit"), end(*arguments, **others))
    run = TrainingRun.objects.open().filter(model_type=MODEL_TYPE).first() or services.request_training(
        model_type=MODEL_TYPE, parameters={}, now=timezone.now(), is_sent=False
    )
    services.train(run_id=run.pk, clock=timezone.now, say=die_at)


if __name__ == "__main__":
    main()
