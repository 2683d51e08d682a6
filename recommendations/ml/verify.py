"""`python -m recommendations.ml.verify FOLDER`: load a saved model in a process of its own and try it.

The exit code is 0 when it answers as it did when it was saved, else 1; a sentence says so.
"""

import os
import sys
from collections.abc import Sequence

from recommendations.ml.artefacts import KEY_VARIABLE, DamagedArtefact, verify


def main(arguments: Sequence[str]) -> int:
    """Return the exit code."""
    if len(arguments) != 1:
        print("Usage: python -m recommendations.ml.verify FOLDER", file=sys.stderr)
        return 1
    try:
        key = bytes.fromhex(os.environ.get(KEY_VARIABLE, ""))
    except ValueError:
        key = b""
    if not key:
        print(f"{KEY_VARIABLE} has to hold the key in hexadecimal.", file=sys.stderr)
        return 1
    try:
        verify(arguments[0], key)
    except (DamagedArtefact, FileNotFoundError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{arguments[0]} answers as it did when it was saved.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
