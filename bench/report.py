"""The table on the screen and the two files that are committed."""

import dataclasses
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.ratios import Ratio, ratio_of

HERE = Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Round:
    """One burst: requests per second and the CPU milliseconds that each request took."""

    rate: float
    server_ms: float
    database_ms: float
    p50_ms: float
    p99_ms: float


@dataclasses.dataclass(frozen=True)
class Outcome:
    """All rounds of one case."""

    name: str
    ours: Sequence[Round]
    peer: Sequence[Round]

    def ratio(self) -> Ratio:
        """Return the ratio of requests per second."""
        return ratio_of([one.rate for one in self.ours], [one.rate for one in self.peer])

    def cpu_ratio(self) -> Ratio:
        """Return how much less CPU ours takes, PostgreSQL's included: above 1 it takes less than the peer."""
        return ratio_of([_cpu(one) for one in self.peer], [_cpu(one) for one in self.ours])


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a table to read."""
    head = (
        f"{'':34}{'requests a second':>18}{'':21}{'CPU ms a request, server + database':>40}\n"
        f"{'':34}{'ours':>9}{'peer':>9}{'ratio':>8}  {'95 %':13}{'ours':>16}{'peer':>16}{'ratio':>8}\n"
    )
    return head + "\n".join(_line(outcome) for outcome in outcomes)


def results(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return the rows of results.json."""
    rows = []
    for outcome in outcomes:
        ours, peer = _middle(outcome.ours, "rate"), _middle(outcome.peer, "rate")
        rows.append(_row(outcome.name, ours, peer, outcome.ratio().median, "requests/s"))
        ours, peer = (
            round(statistics.median(_cpu(one) for one in rounds), 3) for rounds in (outcome.ours, outcome.peer)
        )
        rows.append(_row(f"{outcome.name}, CPU", ours, peer, outcome.cpu_ratio().median, "CPU ms/request"))
    return rows


def write(
    outcomes: Sequence[Outcome],
    circumstances: dict[str, Any],
    folder: Path = HERE,
    quality_rows: Sequence[dict[str, Any]] = (),
) -> None:
    """Write results.json (what is compared) and details.json (every round, and on what it ran)."""
    rows = ",\n".join(f"  {json.dumps(row)}" for row in [*results(outcomes), *quality_rows])
    (folder / "results.json").write_text(f"[\n{rows}\n]\n")
    rounds = {
        outcome.name: {
            "ratio": dataclasses.asdict(outcome.ratio()),
            "cpu_ratio": dataclasses.asdict(outcome.cpu_ratio()),
            "ours": [dataclasses.asdict(one) for one in outcome.ours],
            "peer": [dataclasses.asdict(one) for one in outcome.peer],
        }
        for outcome in outcomes
    }
    details = _rounded({**circumstances, "cases": rounds})
    (folder / "details.json").write_text(json.dumps(details, indent=1, ensure_ascii=False) + "\n")


def _row(name: str, ours: float, peer: float, ratio: float, unit: str) -> dict[str, Any]:
    return {"name": name, "ours": ours, "peer": peer, "ratio": round(ratio, 3), "unit": unit}


def _line(outcome: Outcome) -> str:
    ratio, cpu = outcome.ratio(), outcome.cpu_ratio()
    interval = f"{ratio.low:.2f}–{ratio.high:.2f}"
    spent = [
        f"{_middle(rounds, 'server_ms', 2):.2f} + {_middle(rounds, 'database_ms', 2):.2f}"
        for rounds in (outcome.ours, outcome.peer)
    ]
    ours, peer = _middle(outcome.ours, "rate"), _middle(outcome.peer, "rate")
    return (
        f"{outcome.name:34}{ours:>9.0f}{peer:>9.0f}{ratio.median:>8.2f}  {interval:13}"
        f"{spent[0]:>16}{spent[1]:>16}{cpu.median:>8.2f}"
    )


def _middle(rounds: Sequence[Round], name: str, digits: int = 1) -> float:
    return round(statistics.median(getattr(one, name) for one in rounds), digits)


def _cpu(one: Round) -> float:
    return one.server_ms + one.database_ms


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value
