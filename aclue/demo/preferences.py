"""What each person would say to each product, before chance and season have their turn."""

from collections.abc import Sequence

import numpy as np

from aclue.demo.people import DrawnPerson
from aclue.demo.products import DrawnProduct

SHARPNESS = 8.0  # how quickly a taste loses interest as the angle grows
OVER_BUDGET = 1.2  # logits lost when a product costs e times the budget


def affinities(people: Sequence[DrawnPerson], products: Sequence[DrawnProduct]) -> np.ndarray:
    """Return how near each product lies to the nearest of each person's tastes.

    A soft maximum over tastes, as somebody who likes both tea and trains likes a teapot no less for the trains.

    Returns: (n_people, n_products) float32; each person's row has mean 0 and standard deviation 1.
    """
    latent = np.array([product.latent for product in products], dtype=np.float32)
    tastes = np.concatenate([person.tastes for person in people]).astype(np.float32)
    weights = np.concatenate([person.weights for person in people]).astype(np.float32)
    starts = np.cumsum([0] + [len(person.tastes) for person in people[:-1]])
    voices = weights[:, None] * np.exp(SHARPNESS * (tastes @ latent.T))
    nearness = np.log(np.add.reduceat(voices, starts, axis=0))
    nearness -= nearness.mean(axis=1, keepdims=True)
    nearness /= nearness.std(axis=1, keepdims=True) + 1e-6
    return np.asarray(nearness, dtype=np.float32)


def affordability(budgets: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """Return the logits lost to the price: none within the budget, more the further above it.

    Args:
        budgets: (n,) pounds; nan for a purse without bottom.
        prices: (m,) pounds.
    Returns: (n, m) float32, never above 0.
    """
    excess = np.log(prices[None, :] / budgets[:, None])
    lost = -OVER_BUDGET * np.clip(np.nan_to_num(excess, nan=0.0), 0, None)
    return np.asarray(lost, dtype=np.float32)
