"""Draw the shop's people: names, budgets, habits, and several hidden tastes each."""

from dataclasses import dataclass, field

import numpy as np

from aclue.demo.kinds import KINDS
from aclue.demo.latent import LATENT_SIZE, latent_of, unit
from aclue.demo.products import slugify
from aclue.demo.randomness import stream
from aclue.demo.words import FIRST_NAMES, LAST_NAMES


@dataclass(frozen=True)
class Tastes:
    """How people differ; every share lies in [0, 1]."""

    fewest: int = 2  # tastes a person
    most: int = 6
    spread: float = 0.25  # how far a taste strays from the kinds it was made of, as a share of its length
    median_budget: float = 36.0  # pounds a present
    budget_spread: float = 0.5  # standard deviation of the budget's logarithm
    activity_spread: float = 0.9  # of the activity's logarithm; 0.9 gives the busiest tenth about 37 % of all swipes
    least_noise: float = 0.2  # share of answers that have nothing to do with taste
    most_noise: float = 0.35
    founders: float = 0.4  # share of people who were there when the year began; the others join evenly through it


@dataclass(frozen=True)
class DrawnPerson:
    """One invented person. The tastes are what a recommender has to find out; they are never stored."""

    first_name: str
    last_name: str
    email: str  # unique, at example.com
    tastes: np.ndarray = field(repr=False)  # (n_tastes, LATENT_SIZE), each of length one
    weights: np.ndarray = field(repr=False)  # (n_tastes,) how often each speaks; they sum to one
    budget: float  # pounds a present
    activity: float  # 1.0 comes as often as the average person
    noise: float  # share of answers that are chance
    joined_days_ago: float  # 0 to 365, before `until`


def draw_people(seed: int = 2026, n: int = 2000, tastes: Tastes = Tastes()) -> list[DrawnPerson]:
    """Return `n` people; full names repeat only beyond len(FIRST_NAMES) * len(LAST_NAMES).

    Raises: ValueError if `tastes` asks for fewer than one taste, or for fewer at most than at least.
    """
    if not 1 <= tastes.fewest <= tastes.most:
        raise ValueError(f"A person has between {tastes.fewest} and {tastes.most} tastes?")
    rng = stream(seed, "people")
    names = rng.permutation(len(FIRST_NAMES) * len(LAST_NAMES))
    n_tastes = rng.integers(tastes.fewest, tastes.most + 1, n)
    budgets = tastes.median_budget * np.exp(tastes.budget_spread * rng.standard_normal(n))
    activities = np.exp(tastes.activity_spread * rng.standard_normal(n) - tastes.activity_spread**2 / 2)
    noises = rng.uniform(tastes.least_noise, tastes.most_noise, n)
    joined_days_ago = np.where(rng.random(n) < tastes.founders, rng.uniform(355, 365, n), rng.uniform(1, 365, n))
    kinds = np.array([latent_of(kind) for kind in KINDS])

    people = []
    for row in range(n):
        first, last = divmod(int(names[row % len(names)]), len(LAST_NAMES))
        first_name, last_name = FIRST_NAMES[first], LAST_NAMES[last]
        people.append(
            DrawnPerson(
                first_name=first_name,
                last_name=last_name,
                email=f"{slugify(first_name)}.{slugify(last_name)}.{row + 1}@example.com",
                tastes=_draw_tastes(kinds, int(n_tastes[row]), tastes.spread, rng),
                weights=_draw_weights(int(n_tastes[row]), rng),
                budget=round(float(budgets[row]), 2),
                activity=round(float(activities[row]), 4),
                noise=round(float(noises[row]), 4),
                joined_days_ago=round(float(joined_days_ago[row]), 4),
            )
        )
    return people


def _draw_tastes(kinds: np.ndarray, count: int, spread: float, rng: np.random.Generator) -> np.ndarray:
    """Return (count, LATENT_SIZE) tastes: each mostly for one kind, with a look at a second one."""
    loved = rng.permutation(len(kinds))[:count]
    liked = rng.integers(0, len(kinds), len(loved))
    centres = unit(kinds[loved] + 0.4 * kinds[liked])
    return unit(centres + spread * unit(rng.standard_normal((len(loved), LATENT_SIZE))))


def _draw_weights(count: int, rng: np.random.Generator) -> np.ndarray:
    weights = 0.5 + rng.random(count)
    drawn: np.ndarray = weights / weights.sum()
    return drawn
