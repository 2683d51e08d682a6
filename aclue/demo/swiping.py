"""Sessions of swiping: a first one to be known by, then now and again for oneself or for a present."""

import numpy as np

from aclue.demo.dealing import deal, ordinals_of, rounds
from aclue.demo.moments import LAST_HOUR, draw_moments, months_of
from aclue.demo.occasions import OCCASIONS
from aclue.demo.preferences import affordability
from aclue.demo.randomness import stream
from aclue.demo.records import SESSION, SWIPE, Direction
from aclue.demo.seasons import OCCASION_MONTHS
from aclue.demo.world import World

GIFT_SHARE = 0.4  # of the sessions after the first
LONGEST = 36  # swipes
SEEN_BEFORE = -5.0  # logits: the deck deals a card twice when little else is left
FOR_THE_OCCASION = 1.5
SUPER_LIKE_SHARE = 0.12  # of likes, and more of the heartfelt ones
SKIP_SHARE = 0.22  # of what was not liked
FASTEST, SLOWEST = 350, 24_000  # milliseconds


def draw_swiping(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Return the year's (sessions, swipes), as in `records`."""
    rng = stream(world.seed, "swiping")
    sessions = _draw_sessions(world, rng)
    lengths = np.clip(rng.gamma(2.5, world.parameters.swipes_per_session / 2.5, len(sessions)).round(), 3, LONGEST)
    session, product = _deal_decks(world, sessions, lengths.astype(int), rng)
    swipes = np.zeros(len(session), dtype=SWIPE)
    swipes["session"], swipes["product"] = session, product
    swipes["direction"], sureness = _answer(world, sessions, swipes, rng)
    swipes["response_time_ms"] = _hesitate(sureness, rng)
    swipes["at"] = _when(sessions["started_at"][session], session, swipes["response_time_ms"])
    return sessions, swipes


def _draw_sessions(world: World, rng: np.random.Generator) -> np.ndarray:
    """Return everybody's sessions: the onboarding in the minutes after joining, the others whenever they come back."""
    everybody = np.arange(len(world.people))
    returning = np.repeat(everybody, world.draw_counts(world.parameters.sessions_per_person - 1, rng))
    first_at = np.minimum(world.joined_at + rng.uniform(60, 600, len(everybody)), world.until - 2 * LAST_HOUR)
    later_at = draw_moments(world.joined_at[returning] + LAST_HOUR, world.until, rng)

    sessions = np.zeros(len(everybody) + len(returning), dtype=SESSION)
    sessions["person"] = np.concatenate([everybody, returning])
    sessions["started_at"] = np.concatenate([first_at, later_at]).round(3)
    is_gift = (np.arange(len(sessions)) >= len(everybody)) & (rng.random(len(sessions)) < GIFT_SHARE)
    sessions["session_type"] = np.where(is_gift, "GIFT", "DISCOVERY")
    sessions["occasion"][is_gift] = _draw_occasions(sessions["started_at"][is_gift], rng)
    sessions["budget"] = np.nan
    has_budget = is_gift & (rng.random(len(sessions)) < 0.7)
    generosity = np.exp(0.3 * rng.standard_normal(len(sessions)))
    budgets = np.maximum(np.ceil(world.budgets[sessions["person"]] * 1.2 * generosity / 5) * 5, 10)
    sessions["budget"][has_budget] = budgets[has_budget]

    sessions = sessions[np.lexsort((sessions["started_at"], sessions["person"]))]
    sessions["ordinal"] = ordinals_of(sessions["person"])
    sessions["session_type"][sessions["ordinal"] == 0] = "ONBOARDING"
    sessions["occasion"][sessions["ordinal"] == 0] = ""
    sessions["budget"][sessions["ordinal"] == 0] = np.nan
    return sessions


def _draw_occasions(moments: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return an occasion for each moment, one in whose months it falls, or one that comes all year."""
    weights = np.array(
        [[8.0 if month in OCCASION_MONTHS.get(name, ()) else 0.1 if name in OCCASION_MONTHS else 1.5
          for name in OCCASIONS] for month in range(1, 13)]
    )  # fmt: skip
    cumulative = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)[months_of(moments)]
    chosen = (rng.random(len(moments))[:, None] > cumulative).sum(axis=1)
    occasions: np.ndarray = np.array(OCCASIONS)[np.minimum(chosen, len(OCCASIONS) - 1)]
    return occasions


def _deal_decks(
    world: World, sessions: np.ndarray, lengths: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return (session, product) of every card; everybody's first sessions are dealt together, then the second ones."""
    suits = _suits(world)
    seen = np.zeros(world.affinity.shape, dtype=bool)
    dealt = []
    for places in rounds(sessions["person"]):
        person = sessions["person"][places]
        logits = world.wanted(sessions["started_at"][places])
        logits += world.parameters.shown_for_appeal * world.appeal
        logits += world.parameters.shown_for_taste * world.affinity[person]
        logits += affordability(sessions["budget"][places], world.prices)
        logits += FOR_THE_OCCASION * suits[_occasion_rows(sessions["occasion"][places])]
        logits += SEEN_BEFORE * seen[person]
        hand, product = deal(logits, lengths[places], rng)
        seen[person[hand], product] = True
        dealt.append((places[hand], product))
    session, product = (np.concatenate(column) for column in zip(*dealt, strict=True))
    order = np.argsort(session, kind="stable")
    return session[order], product[order]


def _answer(
    world: World, sessions: np.ndarray, swipes: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return (direction, sureness) of each swipe; sureness is 0 for a shrug and grows with the strength of feeling."""
    session, product = swipes["session"], swipes["product"]
    person = sessions["person"][session]
    n = len(swipes)
    feeling = (
        world.parameters.liked_for_taste * world.affinity[person, product]
        + world.parameters.liked_for_appeal * world.appeal[product]
        + 0.4 * world.season[months_of(sessions["started_at"][session]), product]
        - 1.2 * np.clip(np.log(world.prices[product] / (2.5 * world.budgets[person])), 0, None)
        - 1.4
    )
    is_noise = rng.random(n) < world.noise[person]
    liking = np.where(is_noise, world.parameters.liked_at_random, 1 / (1 + np.exp(-feeling)))
    is_liked = rng.random(n) < liking
    is_super = rng.random(n) < SUPER_LIKE_SHARE * (1 + (feeling > 1.5))
    is_skipped = rng.random(n) < SKIP_SHARE
    direction = np.where(
        is_liked,
        np.where(is_super, Direction.UP, Direction.RIGHT),
        np.where(is_skipped, Direction.DOWN, Direction.LEFT),
    )
    return direction, np.where(is_noise, 0.0, np.abs(feeling))


def _hesitate(sureness: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return milliseconds to an answer: about two seconds, less for the sure."""
    times = 2100 * np.exp(0.55 * rng.standard_normal(len(sureness)) - 0.12 * np.minimum(sureness, 4))
    milliseconds: np.ndarray = np.clip(times, FASTEST, SLOWEST).round().astype(int)
    return milliseconds


def _when(started_at: np.ndarray, session: np.ndarray, response_time_ms: np.ndarray) -> np.ndarray:
    """Return the moment of each swipe: the session's start and everything since, with a breath between cards."""
    elapsed = np.cumsum(response_time_ms / 1000 + 0.4)
    first = np.searchsorted(session, session, side="left")
    before = np.where(first > 0, elapsed[first - 1], 0.0)
    return np.asarray((started_at + elapsed - before).round(3))


def _suits(world: World) -> np.ndarray:
    """Return (n_occasions + 1, n_products): 1 where a product suits an occasion; the last row is for no occasion."""
    suits = np.zeros((len(OCCASIONS) + 1, len(world.products)), dtype=np.float32)
    for row, product in enumerate(world.products):
        suits[[OCCASIONS.index(name) for name in product.occasions], row] = 1
    return suits


def _occasion_rows(names: np.ndarray) -> np.ndarray:
    """Return each occasion's row in `_suits`; the last one, -1, for none."""
    return np.array([OCCASIONS.index(name) if name else -1 for name in names.tolist()], dtype=int)
