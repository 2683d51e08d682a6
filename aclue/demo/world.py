"""Everything that the parts of a year have in common, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aclue.demo.dealing import NEVER
from aclue.demo.moments import DAY, months_of
from aclue.demo.people import DrawnPerson
from aclue.demo.preferences import affinities
from aclue.demo.products import DrawnProduct


@dataclass(frozen=True)
class YearParameters:
    """How much happens in a year, and why. Strengths are logits for one standard deviation."""

    sessions_per_person: float = 5.0
    swipes_per_session: float = 10.0
    orders_per_person: float = 3.5
    lines_per_order: float = 2.1
    visits_per_person: float = 3.0  # browsing outside the deck
    searches_per_person: float = 1.6
    tracked_share: float = 0.2  # of orders whose people let the shop count their clicks

    shown_for_appeal: float = 0.5  # what the deck of the year dealt: the popular first, and a little of one's own
    shown_for_taste: float = 0.65
    liked_for_appeal: float = 0.55
    liked_for_taste: float = 1.8
    liked_at_random: float = 0.38  # chance of a like where noise answers instead of the person
    bought_for_appeal: float = 0.8
    bought_for_taste: float = 1.5
    bought_if_liked: float = 2.2
    bought_again: float = 2.0  # added for what is used up, taken away for what is not
    in_season: float = 1.0  # power of the season's weight


@dataclass(frozen=True)
class World:
    """People, products and the year they meet in, as arrays."""

    people: Sequence[DrawnPerson]
    products: Sequence[DrawnProduct]
    until: float  # epoch seconds
    seed: int
    parameters: YearParameters
    affinity: np.ndarray  # (n_people, n_products) float32, standardised by person
    appeal: np.ndarray  # (n_products,) float32
    season: np.ndarray  # (12, n_products) float32, logits
    prices: np.ndarray  # (n_products,) pounds
    made_at: np.ndarray  # (n_products,) epoch seconds
    joined_at: np.ndarray  # (n_people,) epoch seconds
    budgets: np.ndarray  # (n_people,) pounds
    noise: np.ndarray  # (n_people,) share of chance

    @classmethod
    def build(
        cls,
        people: Sequence[DrawnPerson],
        products: Sequence[DrawnProduct],
        until: float,
        seed: int,
        parameters: YearParameters,
    ) -> "World":
        """Return the world of these people and products in the year before `until`."""
        return cls(
            people=people,
            products=products,
            until=until,
            seed=seed,
            parameters=parameters,
            affinity=affinities(people, products),
            appeal=np.array([product.appeal for product in products], dtype=np.float32),
            season=parameters.in_season
            * np.log(np.array([product.season for product in products], dtype=np.float32)).T,
            prices=np.array([float(product.price) for product in products]),
            made_at=until - DAY * np.array([product.created_days_ago for product in products]),
            joined_at=until - DAY * np.array([person.joined_days_ago for person in people]),
            budgets=np.array([person.budget for person in people]),
            noise=np.array([person.noise for person in people]),
        )

    def wanted(self, moments: np.ndarray) -> np.ndarray:
        """Return the (n_moments, n_products) logits of the season, `NEVER` for products that were not made yet."""
        logits: np.ndarray = self.season[months_of(moments)]
        logits[self.made_at[None, :] > moments[:, None]] = NEVER
        return logits

    def draw_counts(self, mean: float, rng: np.random.Generator) -> np.ndarray:
        """Return how often each person comes, (n_people,): more with activity and with time since joining."""
        membership = (self.until - self.joined_at) / DAY + 20
        rate = np.array([person.activity for person in self.people]) * membership
        counts: np.ndarray = rng.poisson(mean * rate / rate.mean())
        return counts
