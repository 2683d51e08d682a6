"""One stream of chance for each purpose, so that a change to one part of the shop leaves the others as they were."""

import numpy as np


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator that belongs to `purpose`: the same for the same seed on every machine and Python."""
    return np.random.Generator(np.random.PCG64([seed, *purpose.encode()]))
