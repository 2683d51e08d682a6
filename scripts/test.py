"""`make test`: the suite on the embedded default, and again on PostgreSQL and Redis where they are named."""

import os
import subprocess
import sys

SERVICES = ("TEST_DATABASE_URL", "TEST_REDIS_URL")
# The same arithmetic on whichever database: once is enough.
ARITHMETIC = ("recommendations/ml", "aclue/demo", "aclue/tests/seeded", "bench")


def run(title: str, environment: dict[str, str], *options: str) -> int:
    """Run pytest once; returns its exit code."""
    print(f"\n== {title}", flush=True)
    workers = os.environ.get("WORKERS", "2")
    command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "loadgroup", *options, *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """Run one round or two; the first failure is the answer."""
    embedded = {name: value for name, value in os.environ.items() if name not in SERVICES}
    # Counting branches costs a third of the time, so it is asked for: CI does.
    coverage = ("--cov", "--cov-report=term:skip-covered") if os.environ.get("COVERAGE") else ()
    # Tests on real data take a minute more and need the data; CI runs them by themselves (pytest -m data).
    failed = run("Embedded: SQLite, file broker", embedded, "-m", "not data", *coverage)
    if not failed and any(os.environ.get(name) for name in SERVICES):
        named = " and ".join(name for name in SERVICES if os.environ.get(name))
        left_out = [f"--ignore={folder}" for folder in ARITHMETIC]
        failed = run(f"Services: {named}", dict(os.environ), "-m", "not browser and not data", *left_out)
    return failed


if __name__ == "__main__":
    sys.exit(main())
