"""The arithmetic of a comparison: rounds, their ratios, and how sure one may be of the middle one."""

import dataclasses
import random
import statistics
from collections.abc import Sequence

DRAWS = 2000


@dataclasses.dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios with the 95 % bootstrap interval of that median."""

    median: float
    low: float
    high: float


def ratio_of(ours: Sequence[float], peers: Sequence[float], *, seed: int = 1) -> Ratio:
    """Return ours over the peer's, round by round: each round has met the same neighbours on the machine.

    >>> ratio_of([110.0, 90.0, 100.0], [100.0, 100.0, 100.0])
    Ratio(median=1.0, low=0.9, high=1.1)

    Raises: ValueError when there are no rounds, or not as many of one as of the other.
    """
    if not ours or len(ours) != len(peers):
        raise ValueError("A ratio needs rounds, and as many of ours as of the peer's.")
    ratios = [mine / theirs for mine, theirs in zip(ours, peers, strict=True)]
    draw = random.Random(seed)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(DRAWS))
    return Ratio(statistics.median(ratios), medians[int(DRAWS * 0.025)], medians[int(DRAWS * 0.975) - 1])
