"""`python -m bench` (or `make bench`): measure and report."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from bench import quality, rls, searching
from bench.driver import LoadFailed
from bench.run import ROUNDS, SECONDS, run
from bench.sameness import NotTheSame
from bench.servers import ServerFailed
from bench.shop import ROOT, NoDatabase

DATA = Path(os.environ.get("ACLUE_DATA_DIR") or ROOT.parent / "shared" / "data")


def main() -> int:
    """Return the exit code: 0 measured, 1 the servers differ or fail, 2 something needed is not there."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Product list and detail against a FastAPI peer; recommendations against what others measured.",
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="bursts of each server in each case")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of a burst")
    parser.add_argument(
        "--only",
        default="",
        metavar="TEXT",
        help="cases with this text in their name, or `quality` for the recommendations alone; writes no files",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("rls", "search"),
        help="`rls`: what row-level security costs; `search`: what a search costs; both write no files",
    )
    asked = parser.parse_args()
    # A plain `kill` has to end the servers too: SystemExit runs the `finally`s that SIGTERM alone would skip.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if asked.what == "rls":
            rls.run(rounds=asked.rounds)
            return 0
        if asked.what == "search":
            searching.run()
            return 0
        if asked.only == quality.SECTION:
            print(quality.table(quality.measure(DATA)))
            return 0
        rows = [] if asked.only else quality.measure(DATA)
        run(rounds=asked.rounds, seconds=asked.seconds, only=asked.only, write=not asked.only, quality_rows=rows)
    except (NoDatabase, FileNotFoundError) as problem:
        return _refuse(problem, 2)
    except (NotTheSame, ServerFailed, LoadFailed, subprocess.CalledProcessError) as problem:
        return _refuse(problem, 1)
    except KeyboardInterrupt:
        return 130
    return 0


def _refuse(problem: Exception, code: int) -> int:
    print(f"No figures: {problem}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
