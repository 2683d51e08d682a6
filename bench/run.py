"""One run: make the shop, start both servers, compare their bytes, drive them in turn."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from bench import addresses, quality, report
from bench.driver import CONNECTIONS, Driver, LoadFailed, generator
from bench.progress import say
from bench.sameness import check_same, check_same_refusals
from bench.servers import Server, commands, cpu_seconds, running
from bench.shop import NAME, NO_LIMIT_REACHED, PRODUCTS, ROOT, ready_shop, server_version

WORKERS = 2
ROUNDS = 7
SECONDS = 3.0
PEOPLE = 20
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
OF_INTEREST = ("django", "djangorestframework", "granian", "psycopg", "fastapi", "uvicorn", "asyncpg", "orjson")


def run(
    *,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
    only: str = "",
    write: bool = True,
    quality_rows: Sequence[dict[str, Any]] = (),
) -> list[report.Outcome]:
    """Run the comparison, print its table and write its files; raises NotTheSame, NoDatabase, LoadFailed.

    `quality_rows` are what was measured of the recommendations; they go into the same table and file.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = production(folder)
        url = ready_shop(environment)
        environment["DATABASE_URL"] = url
        tokens = sign_in(environment, PEOPLE)
        cases = [case for case in addresses.cases() if only in case.name]
        with both(environment, folder) as (ours, peer):
            say(f"the same bytes and headers in {compare(ours, peer, cases, tokens)} answers of both servers")
            driver = Driver(folder, tokens)
            outcomes = [measure(case, (ours, peer), driver, url, rounds, seconds) for case in cases]
    print(report.table(outcomes))
    if quality_rows:
        print(quality.table(quality_rows))
    if write:
        report.write(outcomes, circumstances(rounds, seconds), quality_rows=quality_rows)
    return outcomes


def production(folder: Path) -> dict[str, str]:
    """Return the environment of both servers: production's, with secrets for this run alone."""
    return {
        **os.environ,
        **ONE_THREAD,
        "ENVIRONMENT": "production",
        "DEBUG": "false",
        "LOG_LEVEL": "WARNING",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1",
        "ACCESS_TOKEN_EXPIRE_MINUTES": "120",
        "VAR_DIR": str(folder),
        "REDIS_URL": "",
        **NO_LIMIT_REACHED,
        "DJANGO_SETTINGS_MODULE": "aclue.settings",
        "PYTHONWARNINGS": "ignore",
    }


def sign_in(environment: dict[str, str], n: int) -> list[str]:
    """Return access tokens of n people."""
    command = [sys.executable, "-m", "bench.people", str(n)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return list(json.loads(done.stdout.splitlines()[-1]))


@contextlib.contextmanager
def both(environment: dict[str, str], folder: Path, workers: int = WORKERS) -> Iterator[tuple[Server, Server]]:
    """Run both servers."""
    how = commands(workers)
    with (
        running("ours", how["ours"], environment, folder / "ours.log") as ours,
        running("peer", how["peer"], environment, folder / "peer.log") as peer,
    ):
        yield ours, peer


def compare(ours: Server, peer: Server, cases: Sequence[addresses.Case], tokens: Sequence[str]) -> int:
    """Return how many answers were the same, those of a sample of every case among them; raises NotTheSame."""
    compared = check_same(ours.port, peer.port, addresses.odd_paths())
    compared += check_same_refusals(ours.port, peer.port, addresses.wrong_paths())
    for case in cases:
        compared += check_same(ours.port, peer.port, case.paths[:100], token=tokens[0] if case.signed_in else "")
    return compared


def measure(
    case: addresses.Case, servers: tuple[Server, Server], driver: Driver, url: str, rounds: int, seconds: float
) -> report.Outcome:
    """Drive both servers in turn, the one that starts changing with every round."""
    for server in servers:
        driver.drive(server.address, case, 1.0)
    bursts: dict[str, list[report.Round]] = {server.name: [] for server in servers}
    for number in range(rounds):
        for server in servers if number % 2 == 0 else reversed(servers):
            bursts[server.name].append(_burst(case, server, driver, url, seconds))
    outcome = report.Outcome(case.name, bursts["ours"], bursts["peer"])
    ratio = outcome.ratio()
    say(f"{case.name}: {ratio.median:.2f} ({ratio.low:.2f}–{ratio.high:.2f}) over {rounds} rounds")
    return outcome


def _burst(case: addresses.Case, server: Server, driver: Driver, url: str, seconds: float) -> report.Round:
    server_before, database_before = server.cpu_seconds(), _database_cpu(url)
    try:
        load = driver.drive(server.address, case, seconds)
    except LoadFailed as problem:
        raise LoadFailed(f"{problem}, which is {server.name}. Its log ends:\n{server.last_words()}") from None
    server_spent, database_spent = server.cpu_seconds() - server_before, _database_cpu(url) - database_before
    each = 1000 / load.requests
    return report.Round(load.rate, server_spent * each, database_spent * each, load.p50_ms, load.p99_ms)


def _database_cpu(url: str) -> float:
    """Return the CPU of PostgreSQL's processes for this database; only the driven server is using them."""
    with psycopg.connect(url, autocommit=True) as connection:
        own = connection.info.backend_pid
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
        return sum(cpu_seconds(pid) for (pid,) in connection.execute(query, (connection.info.dbname, own)))


def circumstances(rounds: int, seconds: float) -> dict[str, Any]:
    """Return on what and how it was measured."""
    return {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "load_generator": generator(),
        "connections": CONNECTIONS,
        "workers": WORKERS,
        "rounds": rounds,
        "seconds": seconds,
        "cores": os.cpu_count(),
        "products": PRODUCTS,
        "database": f"{NAME}, PostgreSQL {server_version()}",
        "python": sys.version.split()[0],
        "versions": {name: version(name) for name in OF_INTEREST},
        "commands": {name: " ".join(["python", *words[1:]]) for name, words in commands(WORKERS).items()},
    }
