"""`make data`: which real data the benchmarks and the data tests use, whether it is there, and where to get it."""

import hashlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("ACLUE_DATA_DIR") or ROOT.parent / "shared" / "data")


class File(NamedTuple):
    """A file, what it must be, and who offers it."""

    path: str
    sha256: str
    source: str


FILES = (
    File(
        "online_retail/online_retail.csv.gz",
        "24bb5fccf34d11309a5b1462ea4b875ebf120ec76fb38b2df2ddc308656f0623",
        "UCI Online Retail (Chen, 2015), CC BY 4.0, https://archive.ics.uci.edu/dataset/352/online+retail; "
        "as one CSV in UTF-8, in the order of its lines, gzipped",
    ),
    File(
        "gowalla/train.npz",
        "5984ddcfa7500533919d6eb8e07a62cc3fd75bf7be7a04e8d518c9f9a522f360",
        "Gowalla check-ins (SNAP) as LightGCN split them, people x items as scipy.sparse.save_npz writes them, "
        "https://github.com/gusye1234/LightGCN-PyTorch",
    ),
    File(
        "gowalla/test.npz",
        "c121162d8a77e8279fd1c5abf69d3338db9041498af2a13997e959d4071c3b34",
        "as gowalla/train.npz",
    ),
)


def main() -> int:
    """Print a line for each file; returns 1 when one is missing or another than it should be."""
    print(f"Looking in {FOLDER} (ACLUE_DATA_DIR names another folder).")
    found = [look_at(file) for file in FILES]
    return int(not all(found))


def look_at(file: File) -> bool:
    """Say whether a file is there and what it should be."""
    path = FOLDER / file.path
    if not path.is_file():
        print(f"missing  {file.path}\n         {file.source}")
        return False
    with path.open("rb") as opened:
        is_right = hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    print(f"{'ok' if is_right else 'OTHER':8} {file.path}")
    if not is_right:
        print(f"         Not the file that the figures were measured on (its SHA-256 differs).\n         {file.source}")
    return is_right


if __name__ == "__main__":
    sys.exit(main())
