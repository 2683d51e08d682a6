"""Orders: what people liked, what suits the season, what they ran out of, and presents that taste does not explain."""

import numpy as np

from aclue.demo.dealing import deal, ordinals_of, rounds
from aclue.demo.moments import CHRISTMAS_RUSH, DAY, draw_moments
from aclue.demo.preferences import affordability
from aclue.demo.randomness import stream
from aclue.demo.records import ORDER, ORDER_LINE, Direction
from aclue.demo.world import World

MOST_LINES = 9
CANCELLED_SHARE, REFUNDED_SHARE = 0.03, 0.02
QUANTITY_SHARES = (0.86, 0.09, 0.03, 0.02)  # of one, two, three and four of a thing


def draw_purchases(world: World, sessions: np.ndarray, swipes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the year's (orders, order lines), as in `records`."""
    rng = stream(world.seed, "purchases")
    person = np.repeat(np.arange(len(world.people)), world.draw_counts(world.parameters.orders_per_person, rng))
    orders = np.zeros(len(person), dtype=ORDER)
    orders["person"] = person
    orders["placed_at"] = draw_moments(world.joined_at[person], world.until, rng, rush=CHRISTMAS_RUSH).round(3)
    orders = orders[np.lexsort((orders["placed_at"], orders["person"]))]
    orders["status"] = _draw_statuses(world.until - orders["placed_at"], rng)

    counts = np.clip(rng.geometric(1 / world.parameters.lines_per_order, len(orders)), 1, MOST_LINES)
    order, product = _fill(world, orders, counts, _first_liked_at(world, sessions, swipes), rng)
    lines = np.zeros(len(order), dtype=ORDER_LINE)
    lines["order"], lines["product"] = order, product
    lines["ordinal"] = ordinals_of(order)
    lines["quantity"] = rng.choice(len(QUANTITY_SHARES), len(lines), p=QUANTITY_SHARES) + 1
    lines["unit_price_pence"] = (world.prices[product] * 100).round()
    return orders, lines


def _first_liked_at(world: World, sessions: np.ndarray, swipes: np.ndarray) -> np.ndarray:
    """Return (n_people, n_products) epoch seconds, infinity where nothing was liked."""
    first = np.full(world.affinity.shape, np.inf)
    liked = swipes[np.isin(swipes["direction"], (Direction.RIGHT, Direction.UP))]
    np.minimum.at(first, (sessions["person"][liked["session"]], liked["product"]), liked["at"])
    return first


def _fill(
    world: World, orders: np.ndarray, counts: np.ndarray, liked_at: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return (order, product) of every line; everybody's first orders are filled together, then the second ones."""
    parameters = world.parameters
    again = np.where([product.used_up for product in world.products], 1, -1) * np.float32(parameters.bought_again)
    bought = np.zeros(world.affinity.shape, dtype=bool)
    filled = []
    for places in rounds(orders["person"]):
        person, placed_at = orders["person"][places], orders["placed_at"][places]
        own_taste = (rng.random(len(places)) >= world.noise[person]).astype(np.float32)[:, None]
        logits = world.wanted(placed_at)
        logits += parameters.bought_for_appeal * world.appeal
        logits += affordability(world.budgets[person] * 1.3, world.prices)
        logits += own_taste * parameters.bought_for_taste * world.affinity[person]
        logits += own_taste * parameters.bought_if_liked * (liked_at[person] < placed_at[:, None])
        logits += own_taste * again * bought[person]
        hand, product = deal(logits, counts[places], rng)
        bought[person[hand], product] = True
        filled.append((places[hand], product))
    order, product = (np.concatenate(column) for column in zip(*filled, strict=True))
    by_order = np.argsort(order, kind="stable")
    return order[by_order], product[by_order]


def _draw_statuses(age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return where an order of `age` seconds has got to: delivered within days, unless it was sent back or given up."""
    days = age / DAY + rng.normal(0, 0.4, len(age))
    status = np.select([days < 0.5, days < 1.5, days < 4], ["PENDING", "PAID", "SHIPPED"], "DELIVERED")
    luck = rng.random(len(age))
    status = np.where(luck < CANCELLED_SHARE, "CANCELLED", status)
    sent_back = (luck > 1 - REFUNDED_SHARE) & (status == "DELIVERED")
    return np.where(sent_back, "REFUNDED", status)
