"""Small worlds whose right answers are known because they were made by hand or from a seed."""

import numpy as np
from scipy.sparse import csr_matrix

from recommendations.ml.interactions import SECONDS_A_DAY, IdMap, Interactions
from recommendations.ml.models import model_type

NOW = 1_700_000_000.0
LEARNERS = ("als", "ease", "bm25", "content", "trend")
SUMS = ("als", "ease", "bm25", "content")
"""Models whose score is a sum over the history."""
COLOURS = ("crimson", "azure")


def events(rows, items=None):
    """Turn (user, item, weight, days ago) into interactions."""
    users, things, weights, days = zip(*rows, strict=True) if rows else ([], [], [], [])
    return Interactions.from_events(
        users, things, weights, NOW - np.array(days, dtype=float) * SECONDS_A_DAY, items=items
    )


def checkerboard(people=40, squares=24):
    """People and items of two colours, who like their own colour alone: one square in nine is never answered.

    Person 0 has not met item 0, which is of the same colour.
    """
    rows = [
        (f"u{person:02}", f"i{item:02}", 1.0, 1 + (person * 7 + item) % 10)
        for person in range(people)
        for item in range(squares)
        if (person + item) % 2 == 0 and (person * 7 + item * 5) % 9 and (person, item) != (0, 0)
    ]
    return events(rows, items=IdMap(f"i{item:02}" for item in range(squares)))


def tastes(seed=3, people=300, squares=120, groups=6, each=12):
    """Seeded people of several tastes: most of what they meet is of their own, some is what everybody has.

    Returns the interactions and what each person likes next: an Interactions of the same id maps.
    """
    draw = np.random.default_rng(seed)
    popular = 1 / np.arange(1, squares + 1) ** 0.7
    first, later = [], []
    for person in range(people):
        own = np.where(np.arange(squares) % groups == person % groups, 20.0, 1.0) * popular
        met = draw.choice(squares, size=each, replace=False, p=own / own.sum())
        for place, item in enumerate(met):
            row = (f"u{person:03}", f"i{item:03}", 1.0, float(draw.uniform(1, 13)))
            (first if place < each - 4 else later).append(row)
    items = IdMap(f"i{item:03}" for item in range(squares))
    return events(first, items), events(later, items)


def texts_of(items):
    """Write on each item the colour that its number tells, and its number."""
    return {name: f"{COLOURS[int(name[1:]) % 2]} cup number {name}" for name in items.ids}


def model_of(name, items, **parameters):
    """Return an unfitted model, gentle enough for a world of a few dozen items."""
    gentle = {"als": {"regularization": 1.0, "factors": 8}, "ease": {"regularization": 5.0}}
    kind = model_type(name)
    told = kind.parameters_type.of(gentle.get(name, {}) | parameters)
    return kind(told, texts=texts_of(items)) if name == "content" else kind(told)


def fitted(name, interactions, **parameters):
    """Return a model that has learned from interactions."""
    return model_of(name, interactions.items, **parameters).fit(interactions, now=NOW)


def history_of(n_items, *entries):
    """Return one person's history from (item row, weight) pairs."""
    items = [item for item, _ in entries]
    return csr_matrix(([weight for _, weight in entries], ([0] * len(items), items)), shape=(1, n_items))
