"""The shop's departments and the shelves inside some of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DrawnCategory:
    """A department, or a shelf inside one."""

    name: str
    slug: str
    parent_slug: str | None
    position: int  # among its siblings, from 0
    description: str


_TREE: tuple[tuple[str, str, str | None, str], ...] = (
    ("Electronics", "electronics", None, "Clever things with a plug, chosen for people rather than for engineers."),
    ("Kitchen & Home", "kitchen-home", None, "What makes a house worth coming back to."),
    ("Beauty & Personal Care", "beauty-personal-care", None, "Ten quiet minutes, beautifully wrapped."),
    ("Toys & Games", "toys-games", None, "For children of every age, grandfathers included."),
    ("Food & Drink", "food-drink", None, "Presents that are gone by Sunday, as they should be."),
    ("Garden & Outdoors", "garden-outdoors", None, "For people with a field, a yard or one brave windowsill."),
    ("Books & Stationery", "books-stationery", None, "Paper in its better forms: to read, to fill, to send."),
    ("Jewellery & Accessories", "jewellery-accessories", None, "Small boxes with loud hearts in them."),
    ("Sport & Travel", "sport-travel", None, "For those who will not sit still."),
    ("Music & Film", "music-film", None, "Evenings in, with the volume up."),
    ("Craft & Hobby", "craft-hobby", None, "Presents that the receiver finishes."),
    ("Baby & Family", "baby-family", None, "Welcome, small person, and well done, everybody else."),
    ("Audio", "audio", "electronics", "Headphones, speakers and kitchen radios."),
    ("Tableware", "tableware", "kitchen-home", "Mugs, boards and what else a table wants."),
    ("Candles & Home Fragrance", "home-fragrance", "kitchen-home", "Rooms that smell of fig, cedar or rain."),
    ("Sweet Treats", "sweet-treats", "food-drink", "Chocolate and biscuits, some for sharing."),
    ("Tea, Coffee & Drinks", "drinks", "food-drink", "From the first cup to the last glass."),
    ("House Plants", "houseplants", "garden-outdoors", "Green company for every kind of light."),
    ("Fine Jewellery", "jewellery", "jewellery-accessories", "Necklaces, earrings and rings, made at a bench."),
)

DEPARTMENTS = tuple(slug for _, slug, parent_slug, _ in _TREE if parent_slug is None)


def draw_categories() -> list[DrawnCategory]:
    """Return the twelve departments in shop order, then the shelves inside them; a parent comes before its children."""
    siblings: dict[str | None, int] = {}
    categories = []
    for name, slug, parent_slug, description in _TREE:
        position = siblings.get(parent_slug, 0)
        siblings[parent_slug] = position + 1
        categories.append(DrawnCategory(name, slug, parent_slug, position, description))
    return categories


def department_of(category_slug: str) -> str:
    """Return the top-level category that `category_slug` is, or lies in.

    >>> department_of("audio"), department_of("electronics")
    ('electronics', 'electronics')
    """
    return _DEPARTMENT_OF[category_slug]


_DEPARTMENT_OF = {slug: parent_slug or slug for _, slug, parent_slug, _ in _TREE}
