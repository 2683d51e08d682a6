"""The models that this process serves with: loaded when they become active, kept until the next one is there."""

import hashlib
import hmac
import threading
import time
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from recommendations.ml import artefacts
from recommendations.ml.interactions import IdMap
from recommendations.models import ModelVersion, VersionStatus
from recommendations.services.versions import mark_damaged

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0


class Loaded(NamedTuple):
    """A model in memory, the ids behind its rows, and the version that it is."""

    version: ModelVersion
    model: Any
    items: IdMap
    # The newest event that it learnt from, in seconds since the epoch.
    until: float


def signing_key() -> bytes:
    """Return the key that signs model files: MODEL_SIGNING_KEY, or one derived from SECRET_KEY."""
    if settings.MODEL_SIGNING_KEY:
        return str(settings.MODEL_SIGNING_KEY).encode()
    return hmac.digest(settings.SECRET_KEY.encode(), b"recommendations.models", hashlib.sha256)


def key_id() -> str:
    """Return by which name a version remembers the key that signed it; it tells nothing of the key itself."""
    return hmac.new(signing_key(), b"recommendations.key_id", hashlib.sha256).hexdigest()[:16]


def folder_of(version: ModelVersion) -> Path:
    """Return where a version's files lie."""
    return Path(settings.MODEL_DIR) / version.folder


class Registry:
    """The newest sound version of each type that is asked for. Whoever asks gets what is loaded; news comes aside."""

    def __init__(self) -> None:
        self._loaded: dict[str, Loaded] = {}
        self._active: dict[str, ModelVersion] = {}
        self._tried: dict[str, tuple[uuid.UUID, float]] = {}
        self._look_at = 0.0
        self._lock = threading.Lock()

    def get(self, model_type: str) -> Loaded | None:
        """Return the model of a type, or None where there is none yet; the first call loads it."""
        self._look()
        wanted, kept = self._active.get(model_type), self._loaded.get(model_type)
        if wanted is not None and (kept is None or kept.version.pk != wanted.pk) and self._may_try(wanted):
            if kept is None:
                self._fetch(wanted)
            elif self._lock.acquire(blocking=False):
                # Requests go on with the former version until the new one is there.
                threading.Thread(target=self._fetch_aside, args=(wanted,), daemon=True).start()
        return self._loaded.get(model_type)

    def best_of(self, *model_types: str) -> Loaded | None:
        """Return, of several types, the model that the gate found best; one without a figure comes last."""
        self._look()
        active = [self._active[model_type] for model_type in model_types if model_type in self._active]
        active.sort(key=lambda version: -version.metrics.get("ndcg@20", -1.0))
        return next((loaded for version in active if (loaded := self.get(version.model_type))), None)

    def catch_up(self) -> None:
        """Take into service what is active at this moment, and wait for it: for work that begins with the newest."""
        self._look_at = 0.0
        self._look()
        for model_type, wanted in self._active.items():
            with self._lock:
                kept = self._loaded.get(model_type)
                if kept is None or kept.version.pk != wanted.pk:
                    self._fetch(wanted)

    def _look(self) -> None:
        """Read which versions are active, at most every two seconds."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        try:
            active = ModelVersion.objects.filter(status=VersionStatus.ACTIVE)
            self._active = {version.model_type: version for version in active}
        except DatabaseError:
            log.warning("models_not_looked_up")

    def _fetch_aside(self, wanted: ModelVersion) -> None:
        try:
            self._fetch(wanted)
        finally:
            connection.close()  # this thread's own
            self._lock.release()

    def _fetch(self, version: ModelVersion) -> None:
        wanted: ModelVersion | None = version
        while wanted is not None:
            wanted = self._load(wanted)

    def _load(self, version: ModelVersion) -> ModelVersion | None:
        """Take a version into service; returns the one to try instead when its files are not what was signed."""
        if version.key_id and version.key_id != key_id():
            # Under another key every file looks damaged. That is this machine's fault, and no reason to mark them all.
            log.error("model_signed_under_another_key", version=version.label())
            return self._former(version)
        try:
            model, items, _ = artefacts.load(folder_of(version), signing_key=signing_key())
        except OSError as problem:
            # Not here (yet), or this machine cannot read it: that says nothing about the version.
            log.error("model_files_missing", version=version.label(), problem=str(problem))
            return self._former(version)
        except artefacts.DamagedArtefact as problem:
            log.error("model_damaged", version=version.label(), problem=str(problem))
            return self._instead_of(version, str(problem))
        self._loaded[version.model_type] = Loaded(version, model, items, version.data_until.timestamp())
        log.info("model_loaded", version=version.label())
        return None

    def _former(self, version: ModelVersion) -> ModelVersion | None:
        """Return the next older version that has served, to try where nothing is loaded; what is loaded stays."""
        if version.model_type in self._loaded:
            return None
        older = ModelVersion.objects.filter(model_type=version.model_type, number__lt=version.number)
        return older.filter(status=VersionStatus.RETIRED).order_by("-number").first()

    def _instead_of(self, version: ModelVersion, problem: str) -> ModelVersion | None:
        try:
            instead = mark_damaged(version=version, problem=problem, now=timezone.now())
        except DatabaseError:
            log.warning("model_not_marked_damaged", version=version.label())
            return None
        self._look_at = 0.0  # what is active has changed just now
        return instead

    def _may_try(self, version: ModelVersion) -> bool:
        """Return whether it is time to try a version (again): what failed is left alone for as long as a look lasts."""
        tried, until = self._tried.get(version.model_type, (None, 0.0))
        if tried == version.pk and time.monotonic() < until:
            return False
        self._tried[version.model_type] = version.pk, time.monotonic() + LOOK_SECONDS
        return True


_registry = Registry()


def registry() -> Registry:
    """Return this process's registry."""
    return _registry


def forget() -> None:
    """Load anew at the next request."""
    global _registry
    _registry = Registry()
