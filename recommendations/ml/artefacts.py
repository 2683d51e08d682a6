"""A learned model as a directory that cannot be half written, changed unnoticed or made to run code.

    <version>/manifest.json   what it is, how it was made, and size, SHA-256 and HMAC of every other file
              manifest.hmac   the manifest's own HMAC under the signing key
              items.json      the items' ids in the order of their rows
              golden.json     invented histories and the answers to them
              <name>.npy      arrays of numbers, mapped into memory when loaded; <name>.json lists of words

It is written under a name that nobody loads (`save`), may be tried by another process (`verify`) and gets its own name
by one rename (`publish`).
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from recommendations.ml.golden import disagreement, golden_queries
from recommendations.ml.interactions import IdMap
from recommendations.ml.model import Model
from recommendations.ml.models import model_type
from recommendations.ml.signed import DamagedArtefact, SignedFiles, key_bytes, sign, write_signed

__all__ = ["KEY_VARIABLE", "Artefact", "DamagedArtefact", "load", "publish", "save", "verify"]

FORMAT = 1
LIBRARIES = ("numpy", "scipy", "implicit", "scikit-learn")
KEY_VARIABLE = "ACLUE_ML_SIGNING_KEY"
"""Where a verifying child process finds the key, in hexadecimal: `ps` shows arguments, not the environment."""
Step = Callable[[str], None]


class Artefact(NamedTuple):
    """What a directory holds."""

    model: Model[Any]
    items: IdMap
    manifest: dict[str, Any]


def unnoticed(stage: str) -> None:
    """Let a stage pass unseen."""


def save(
    folder: Path | str,
    model: Model[Any],
    items: IdMap,
    *,
    signing_key: str | bytes,
    details: Mapping[str, Any] | None = None,
    step: Step = unnoticed,
) -> Path:
    """Write a model into a new directory, down to the disk, and return it; its final name it gets from `publish`.

    Args:
        folder: a directory that is not there yet, beside the one that it is to become; parents are made.
        items: the ids of the model's items, in the order of its rows.
        signing_key: the secret under which the files are signed.
        details: what else is known of the version, as JSON: data window, fingerprint, metrics.
        step: called after each stage with its name.
    Raises: ValueError when the model and the items do not fit, the key is empty, a learned array is not of numbers or
        words, or the details are no JSON; NotFitted; FileExistsError; OSError from the disk.
    """
    folder, key = Path(folder), key_bytes(signing_key)
    if model.n_items != len(items):
        raise ValueError(f"The model knows {model.n_items} items, the id map has {len(items)}.")
    state = model.state()
    for name, array in state.items():
        if array.dtype.hasobject or array.dtype.kind not in "biufU":
            raise ValueError(f"{name} is an array of {array.dtype}; only numbers and words are saved.")
    manifest = _manifest(model, details or {})
    folder.mkdir(parents=True)
    step("folder made")
    for name, array in state.items():
        words = array.dtype.kind == "U"
        file, content = (f"{name}.json", _json(array.tolist())) if words else (f"{name}.npy", array)
        manifest["files"][file] = write_signed(folder / file, content, key)
        manifest["state"][name] = file
        step(f"{name} written")
    for file, plain in (("items.json", list(items.ids)), ("golden.json", golden_queries(model))):
        manifest["files"][file] = write_signed(folder / file, _json(plain), key)
    step("items written")
    written = _json(manifest, indent=1)
    write_signed(folder / "manifest.json", written, key)
    step("manifest written")
    write_signed(folder / "manifest.hmac", sign(key, written).encode(), key)
    step("manifest signed")
    _fsync_folder(folder)
    step("fsynced")
    return folder


def verify(folder: Path | str, signing_key: str | bytes, golden: Mapping[str, Any] | None = None) -> None:
    """Load a directory afresh and compare its answers to golden queries, its own unless others are given.

    Raises: DamagedArtefact with a sentence when it cannot be loaded or answers differently; FileNotFoundError.
    """
    model, _, manifest = load(folder, signing_key)
    problem = disagreement(model, manifest["golden"] if golden is None else golden)
    if problem:
        raise DamagedArtefact(f"{Path(folder).name}: {problem}")


def publish(unfinished: Path | str, folder: Path | str, *, step: Step = unnoticed) -> Path:
    """Let a saved directory appear under its name, at once and for good.

    Raises: FileExistsError when something is there already: a version is never overwritten.
    """
    unfinished, folder = Path(unfinished), Path(folder)
    if folder.exists() or folder.is_symlink():
        raise FileExistsError(f"There is a version {folder.name} already.")
    unfinished.rename(folder)
    step("renamed")
    _fsync_folder(folder.parent)
    step("published")
    return folder


def load(folder: Path | str, signing_key: str | bytes) -> Artefact:
    """Return what a directory holds; its arrays are read-only and shared with every process that maps them.

    Every byte is checked under the key before any of it is parsed, and what is parsed cannot run code.

    Raises: FileNotFoundError when there is no such directory; DamagedArtefact, with a sentence, when a file is missing,
        added, changed, not a plain file, signed under another key or not what was saved.
    """
    folder = Path(folder)
    with SignedFiles(folder, key_bytes(signing_key)) as files:
        manifest = files.manifest
        if manifest.get("format") != FORMAT:
            raise DamagedArtefact(f"{folder.name} is of format {manifest.get('format')!r}, this code reads {FORMAT}.")
        try:
            state = {
                name: files.array(file) if file.endswith(".npy") else np.array(files.json(file), dtype=str)
                for name, file in manifest["state"].items()
            }
            kind = model_type(manifest["model"])
            model = kind.restore(kind.parameters_type.of(manifest["parameters"]), state)
            items = IdMap(files.json("items.json"))
            manifest = {**manifest, "golden": files.json("golden.json")}
            if model.n_items != len(items):
                raise ValueError(f"it knows {model.n_items} items and names {len(items)}")
        except (KeyError, TypeError, ValueError) as problem:
            raise DamagedArtefact(
                f"{folder.name} is signed and yet no model that this code can load: {problem}"
            ) from problem
    return Artefact(model, items, manifest)


def _manifest(model: Model[Any], details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "model": model.name,
        "parameters": model.parameters.as_dict(),
        "details": dict(details),
        "versions": {"python": sys.version.split()[0], **{name: version(name) for name in LIBRARIES}},
        "state": {},
        "files": {},
    }


def _json(plain: Any, indent: int | None = None) -> bytes:
    return json.dumps(plain, indent=indent, ensure_ascii=False, allow_nan=False).encode()


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
