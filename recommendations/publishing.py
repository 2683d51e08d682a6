"""From a fitted model to files that may serve: written aside, signed, verified by another process, then renamed."""

import os
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from django.conf import settings

from recommendations.ml import artefacts
from recommendations.ml.interactions import IdMap
from recommendations.ml.model import Model
from recommendations.registry import signing_key

ASIDE = ".aside-"
VERIFY_SECONDS = 600


class NotVerified(Exception):
    """Another process could not load what was written, or it answered otherwise."""


def write(
    model_type: str,
    name: str,
    model: Model[Any],
    items: IdMap,
    *,
    details: dict[str, Any],
    step: Callable[[str], None] = lambda words: None,
) -> Path:
    """Return the folder of a model that another process has loaded and found to answer as this one does.

    `step` hears of each stage. Raises NotVerified, OSError; what is left of a failed try lies under a name that nobody
    loads.
    """
    aside = Path(settings.MODEL_DIR) / f"{ASIDE}{model_type}-{name}"
    final = Path(settings.MODEL_DIR) / f"{model_type}-{name}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    artefacts.save(aside, model, items, signing_key=signing_key(), details=details, step=step)
    _verify(aside)
    step("verified")
    artefacts.publish(aside, final)
    step("renamed")
    return final


def leftovers(name: str, kept: Collection[str]) -> list[Path]:
    """Return what unfinished tries of a run have left, aside or renamed already; `kept` are the versions' folders."""
    return sorted(path for path in Path(settings.MODEL_DIR).glob(f"*-{name}-*") if path.name not in kept)


def _verify(folder: Path) -> None:
    environment = os.environ | {artefacts.KEY_VARIABLE: signing_key().hex()}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "recommendations.ml.verify", str(folder)],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=VERIFY_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NotVerified((done.stdout + done.stderr).strip()[-500:])
