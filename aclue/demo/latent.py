"""The space that products and tastes share: department, style, tags and price, scaled so that angles mean likeness."""

import numpy as np

from aclue.demo.categories import DEPARTMENTS, department_of
from aclue.demo.kind import Kind
from aclue.demo.kinds import KINDS
from aclue.demo.styles import STYLES

DEPARTMENT_WEIGHT = 0.8
STYLE_WEIGHT = 1.0
TAG_WEIGHT = 1.0
PRICE_WEIGHT = 0.5

TAG_DIMENSIONS = 10
TAGS = tuple(dict.fromkeys(tag for kind in KINDS for tag in kind.tags))
LATENT_SIZE = len(DEPARTMENTS) + len(STYLES) + TAG_DIMENSIONS + 1

# A tag is a fixed random direction: near-orthogonal to the others, in far fewer dimensions than there are tags.
_TAG_DIRECTIONS = np.random.Generator(np.random.PCG64(2026)).standard_normal((len(TAGS), TAG_DIMENSIONS))
_TAG_DIRECTIONS /= np.linalg.norm(_TAG_DIRECTIONS, axis=1, keepdims=True)


def latent_of(kind: Kind, price: float | None = None) -> np.ndarray:
    """Return where a kind lies, or one of its products at its own price.

    Returns: (LATENT_SIZE,) floats of length one.
    """
    department = np.zeros(len(DEPARTMENTS))
    department[DEPARTMENTS.index(department_of(kind.category_slug))] = 1
    style = np.zeros(len(STYLES))
    for place, name in enumerate(kind.styles):
        style[STYLES.index(name)] = 1 / (1 + 0.5 * place)
    tags = _TAG_DIRECTIONS[[TAGS.index(tag) for tag in kind.tags]].sum(axis=0)
    level = np.log((price or kind.price) / 30)
    return unit(
        np.concatenate(
            [
                DEPARTMENT_WEIGHT * department,
                STYLE_WEIGHT * unit(style),
                TAG_WEIGHT * unit(tags),
                [PRICE_WEIGHT * level],
            ]
        )
    )


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return `vectors` scaled to length one along the last axis.

    >>> unit(np.array([3.0, 4.0])).tolist()
    [0.6, 0.8]
    """
    scaled: np.ndarray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled
