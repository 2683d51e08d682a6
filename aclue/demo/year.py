"""Draw a year of behaviour: what people were shown, what they answered, what they bought and where they looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from aclue.demo.behaviour import draw_events
from aclue.demo.moments import epoch
from aclue.demo.people import DrawnPerson
from aclue.demo.products import DrawnProduct
from aclue.demo.purchases import draw_purchases
from aclue.demo.swiping import draw_swiping
from aclue.demo.world import World, YearParameters

__all__ = ["Year", "YearParameters", "draw_year"]


@dataclass(frozen=True)
class Year:
    """Structured arrays, each in order of time within its owner; rows point into the lists the year was drawn from.

    Moments are epoch seconds in UTC, to the millisecond.
    """

    sessions: np.ndarray  # records.SESSION; sorted by person, then ordinal
    swipes: np.ndarray  # records.SWIPE; sorted by session, in the order they were swiped
    orders: np.ndarray  # records.ORDER; sorted by person, then placed_at
    order_lines: np.ndarray  # records.ORDER_LINE; sorted by order, then ordinal
    events: np.ndarray  # records.EVENT; sorted by at


def draw_year(
    people: Sequence[DrawnPerson],
    products: Sequence[DrawnProduct],
    until: date | datetime,
    seed: int = 2026,
    parameters: YearParameters = YearParameters(),  # noqa: B008 (frozen)
) -> Year:
    """Return the 365 days that end with `until`; the same arguments give the same year.

    A date stands for its first moment in UTC. Nobody acts before joining, and no product is seen before it was made.

    Raises: ValueError for a datetime without a time zone.
    """
    world = World.build(people, products, epoch(until), seed, parameters)
    sessions, swipes = draw_swiping(world)
    orders, order_lines = draw_purchases(world, sessions, swipes)
    events = draw_events(world, orders, order_lines)
    return Year(sessions, swipes, orders, order_lines, events)
