"""Events outside the deck: the trail to a purchase, browsing that led nowhere, and searches."""

import numpy as np

from aclue.demo.dealing import deal
from aclue.demo.moments import draw_moments
from aclue.demo.randomness import stream
from aclue.demo.records import EVENT
from aclue.demo.words import VAGUE_SEARCHES
from aclue.demo.world import World

VIEWS_PER_VISIT = 2.6
MOST_VIEWS = 12
AFTER_A_VIEW = {"click": 0.35, "wishlist": 0.09, "share": 0.03, "add_to_cart": 0.07}  # chances, a little after the view
TRAIL = (
    ("view", 900.0),
    ("click", 600.0),
    ("add_to_cart", 240.0),
    ("purchase", 0.0),
)  # longest seconds before an order
VAGUE_SHARE = 0.25  # of searches; the others name a thing or a tag


def draw_events(world: World, orders: np.ndarray, order_lines: np.ndarray) -> np.ndarray:
    """Return the year's behaviour events, as in `records`, sorted by time."""
    rng = stream(world.seed, "behaviour")
    parts = [_follow_orders(world, orders, order_lines, rng), _browse(world, rng), _search(world, rng)]
    events = np.concatenate(parts)
    events["at"] = events["at"].round(3)
    return events[np.argsort(events["at"], kind="stable")]


def _follow_orders(world: World, orders: np.ndarray, order_lines: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the views, clicks, carts and purchases of the orders that may be tracked."""
    is_tracked = (rng.random(len(orders)) < world.parameters.tracked_share) & (orders["status"] != "CANCELLED")
    lines = order_lines[is_tracked[order_lines["order"]]]
    person, placed_at = orders["person"][lines["order"]], orders["placed_at"][lines["order"]]
    pace = rng.uniform(0.6, 1.0, len(lines))
    steps = []
    for kind, seconds_before in TRAIL:
        at = np.maximum(placed_at - seconds_before * pace, world.joined_at[person])
        steps.append(_events(kind, person, lines["product"], at))
    return np.concatenate(steps)


def _browse(world: World, rng: np.random.Generator) -> np.ndarray:
    """Return visits that looked at a few products and sometimes did more than look."""
    person = np.repeat(np.arange(len(world.people)), world.draw_counts(world.parameters.visits_per_person, rng))
    visited_at = draw_moments(world.joined_at[person], world.until, rng)
    logits = world.wanted(visited_at)
    logits += world.parameters.bought_for_appeal * world.appeal
    logits += (
        world.parameters.bought_for_taste
        * (rng.random(len(person)) >= world.noise[person])[:, None]
        * world.affinity[person]
    )
    counts = np.clip(rng.geometric(1 / VIEWS_PER_VISIT, len(person)), 1, MOST_VIEWS)
    visit, product = deal(logits, counts, rng)
    viewed_at = visited_at[visit] + rng.uniform(0, 600, len(visit))
    views = [_events("view", person[visit], product, viewed_at)]
    for kind, chance in AFTER_A_VIEW.items():
        chosen = rng.random(len(visit)) < chance
        after = viewed_at[chosen] + rng.uniform(3, 120, int(chosen.sum()))
        views.append(_events(kind, person[visit][chosen], product[chosen], after))
    return np.concatenate(views)


def _search(world: World, rng: np.random.Generator) -> np.ndarray:
    """Return searches for what the person likes, by name or by tag, or for nothing in particular."""
    person = np.repeat(np.arange(len(world.people)), world.draw_counts(world.parameters.searches_per_person, rng))
    searched_at = draw_moments(world.joined_at[person], world.until, rng)
    logits = world.wanted(searched_at) + 1.5 * world.affinity[person]
    search, product = deal(logits, np.ones(len(person), dtype=int), rng)
    events = _events("search", person[search], np.full(len(search), -1), searched_at[search])
    luck, choice = rng.random(len(search)), rng.random(len(search))
    events["query"] = [
        _query(world, *drawn) for drawn in zip(product.tolist(), luck.tolist(), choice.tolist(), strict=True)
    ]
    return events


def _query(world: World, product: int, luck: float, choice: float) -> str:
    if luck < VAGUE_SHARE:
        return VAGUE_SEARCHES[int(choice * len(VAGUE_SEARCHES))]
    sought = world.products[product]
    words = (sought.thing, *sought.tags)
    return words[int(choice * len(words))]


def _events(kind: str, person: np.ndarray, product: np.ndarray, at: np.ndarray) -> np.ndarray:
    events = np.zeros(len(person), dtype=EVENT)
    events["person"], events["type"], events["product"], events["at"] = person, kind, product, at
    return events
