"""Files that are trusted for their signature alone: read as bytes, checked, and only then understood."""

import hashlib
import hmac
import json
import os
import stat
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

import numpy as np
from numpy.lib import format as npy

MANIFEST, SIGNATURE = "manifest.json", "manifest.hmac"
LARGEST_MANIFEST = 16 * 2**20
CHUNK = 2**20


class DamagedArtefact(Exception):
    """The files are not what was saved and signed; the message says which and how, in a sentence."""


def key_bytes(signing_key: str | bytes) -> bytes:
    """Return a key as bytes; an empty one is a ValueError."""
    if not signing_key:
        raise ValueError("A signing key cannot be empty.")
    return signing_key.encode() if isinstance(signing_key, str) else signing_key


def sign(key: bytes, content: bytes) -> str:
    """Return the HMAC-SHA256 of some bytes, in hexadecimal."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def write_signed(path: Path, content: bytes | np.ndarray, key: bytes) -> dict[str, Any]:
    """Write one new file down to the disk and return its size, SHA-256 and HMAC."""
    with path.open("x+b") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            npy.write_array(file, np.ascontiguousarray(content), version=(1, 0), allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
        return _measured(file, key)


class SignedFiles:
    """A directory whose every file has been checked; the files stay open, so that what was checked is what is read.

    Raises: FileNotFoundError when there is no such directory; DamagedArtefact.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._name = folder.name
        self._files: dict[str, BinaryIO] = {}
        self._open = ExitStack()
        try:
            self.manifest = self._checked(folder, key)
        except BaseException:
            self._open.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def json(self, name: str) -> Any:
        """Return what a file of JSON says; raises ValueError when it is none."""
        file = self._files[name]
        file.seek(0)
        return json.loads(file.read())

    def array(self, name: str) -> np.ndarray:
        """Return a file of numbers as a read-only array, mapped into memory; raises ValueError when it is none.

        The header is read here rather than by `np.load`, which would also try archives and pickles.
        """
        file = self._files[name]
        file.seek(0)
        if npy.read_magic(file) != (1, 0):
            raise ValueError(f"{name} is not of the first .npy format")
        shape, fortran, dtype = npy.read_array_header_1_0(file)
        if dtype.hasobject or dtype.kind not in "biuf":
            raise ValueError(f"{name} is an array of {dtype}")
        order, start = "F" if fortran else "C", file.tell()
        if int(np.prod(shape)) == 0:
            return np.empty(shape, dtype=dtype)
        return np.asarray(np.memmap(file, dtype=dtype, mode="r", offset=start, shape=shape, order=cast(Any, order)))

    def _checked(self, folder: Path, key: bytes) -> dict[str, Any]:
        if folder.is_symlink() or not folder.is_dir():
            if folder.exists():
                raise DamagedArtefact(f"{folder.name} is not a directory of its own.")
            raise FileNotFoundError(f"There is no directory {folder}.")
        present = {entry.name for entry in os.scandir(folder)}
        for name in sorted(present | {MANIFEST, SIGNATURE}):
            self._files[name] = self._opened(folder / name)
        manifest = self._manifest(key)
        named: dict[str, Any] = manifest["files"]
        for name in sorted(present ^ (named.keys() | {MANIFEST, SIGNATURE})):
            raise DamagedArtefact(f"{self._name} {'has an unsigned' if name in present else 'lacks its'} file {name}.")
        for name, expected in named.items():
            if os.fstat(self._files[name].fileno()).st_size != expected["size"]:
                raise DamagedArtefact(f"{self._name}: {name} is not as long as it was saved.")
            found = _measured(self._files[name], key)
            if not all(hmac.compare_digest(str(found[one]), str(expected[one])) for one in ("sha256", "hmac")):
                raise DamagedArtefact(f"{self._name}: {name} is not what was signed.")
        return manifest

    def _opened(self, path: Path) -> BinaryIO:
        """Open a plain file without following a link or waiting for the other end of a pipe."""
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as problem:
            raise DamagedArtefact(f"{self._name}: {path.name} cannot be opened: {problem.strerror}.") from problem
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise DamagedArtefact(f"{self._name}: {path.name} is not a plain file.")
        return self._open.enter_context(os.fdopen(handle, "rb"))

    def _manifest(self, key: bytes) -> dict[str, Any]:
        written = self._files[MANIFEST].read(LARGEST_MANIFEST)
        signature = self._files[SIGNATURE].read(256)
        if not hmac.compare_digest(sign(key, written).encode(), signature):
            raise DamagedArtefact(f"{self._name}: the manifest is not signed under this key.")
        return dict(json.loads(written))


def _measured(file: BinaryIO, key: bytes) -> dict[str, Any]:
    """Return a file's size, SHA-256 and HMAC."""
    digest, signature, size = hashlib.sha256(), hmac.new(key, digestmod=hashlib.sha256), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        signature.update(chunk)
        size += len(chunk)
    return {"size": size, "sha256": digest.hexdigest(), "hmac": signature.hexdigest()}
