"""A kind of product: everything the shop can say about mugs, before it says it about one mug."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """The words, price and habits shared by a handful of products.

    A product takes one of `things`, `looks` and `details` each and puts them into `pattern`; a kind without details is
    told apart by its colours. `stories` open the description and `facts` go on; both may mention {thing}, {detail} and
    {brand}.
    """

    motif: str
    category_slug: str
    price: float  # pounds; half of the products cost less
    things: tuple[str, ...]
    looks: tuple[str, ...]
    stories: tuple[str, ...]
    facts: tuple[str, ...]
    styles: tuple[str, ...]  # of styles.STYLES, the strongest first
    tags: tuple[str, ...]
    occasions: tuple[str, ...]
    details: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()  # those it comes in; any when empty
    shapes: tuple[int, ...] = ()  # the motif's variant for each of `things`, 0 to 3, where they look different
    pattern: str = "{look} {thing}, {detail}"
    season: str = "always"  # of seasons.SEASONS
    spread: float = 0.30  # standard deviation of the logarithm of the price
    used_up: bool = False  # eaten, drunk or burnt, so people buy it again
