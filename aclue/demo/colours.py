"""The shop's colours by the names its titles use, and the backgrounds its departments are photographed on."""

from aclue.demo.canvas import Colour

COLOURS: dict[str, Colour] = {
    "sea blue": (88, 140, 176),
    "sage": (150, 172, 140),
    "terracotta": (206, 120, 88),
    "mustard": (222, 172, 74),
    "plum": (132, 82, 116),
    "forest green": (72, 112, 88),
    "blush": (230, 170, 164),
    "midnight": (62, 76, 112),
    "rust": (184, 96, 64),
    "lavender": (168, 154, 202),
    "teal": (66, 138, 140),
    "cherry red": (196, 72, 78),
    "oat": (214, 194, 164),
    "coral": (238, 134, 112),
    "slate": (112, 126, 140),
    "mint": (152, 206, 180),
    "ochre": (204, 146, 72),
    "heather": (160, 126, 160),
    "sky": (142, 188, 218),
    "rose": (212, 116, 134),
}

# What each colour is seen with: companions from elsewhere on the wheel, so that a picture's second colour always shows.
COMPANIONS: dict[str, tuple[str, ...]] = {
    "sea blue": ("coral", "mustard", "blush"),
    "sage": ("terracotta", "blush", "plum"),
    "terracotta": ("sage", "teal", "sky"),
    "mustard": ("midnight", "plum", "teal"),
    "plum": ("mustard", "sage", "blush"),
    "forest green": ("coral", "mustard", "oat"),
    "blush": ("forest green", "teal", "plum"),
    "midnight": ("mustard", "coral", "sky"),
    "rust": ("teal", "oat", "sage"),
    "lavender": ("mustard", "forest green", "plum"),
    "teal": ("coral", "mustard", "blush"),
    "cherry red": ("sage", "sky", "mustard"),
    "oat": ("rust", "slate", "forest green"),
    "coral": ("teal", "midnight", "mint"),
    "slate": ("coral", "mustard", "mint"),
    "mint": ("coral", "plum", "midnight"),
    "ochre": ("midnight", "teal", "plum"),
    "heather": ("mustard", "mint", "forest green"),
    "sky": ("rust", "coral", "midnight"),
    "rose": ("forest green", "sky", "mustard"),
}

# Words in titles that have a colour of their own; every other word takes whichever comes next.
COLOUR_OF: dict[str, str] = {
    "moonstone": "oat", "garnet": "cherry red", "labradorite": "slate", "freshwater pearl": "blush",
    "turquoise": "teal", "rose quartz": "rose", "sapphire blue": "midnight", "citrine": "mustard", "jade": "sage",
    "lemon": "mustard", "lavender": "lavender", "calendula": "ochre", "damson": "plum", "blood orange": "coral",
    "scotch bonnet": "cherry red", "orange peel & clove": "rust", "wild mint": "mint",
    "tomato leaf": "forest green", "rose & black pepper": "rose", "fig & cedar": "plum",
    "sea salt & driftwood": "sea blue", "lavender & hay": "lavender", "peony": "blush", "iris & suede": "heather",
    "rose petal": "rose", "pink grapefruit": "coral", "eucalyptus": "sage", "green tea": "sage",
    "lemon & rosemary": "mustard", "rose clay": "blush", "sea kelp": "teal", "charcoal & tea tree": "slate",
    "rhubarb & ginger": "rose", "bay & lemon": "forest green", "seville orange": "rust", "pink peppercorn": "blush",
    "wild thyme": "sage", "mint & verbena": "mint", "rose oolong": "rose", "jasmine pearls": "sage",
}  # fmt: skip

BACKGROUNDS: dict[str, tuple[Colour, Colour]] = {
    "electronics": ((232, 238, 246), (198, 212, 230)),
    "kitchen-home": ((250, 240, 226), (234, 214, 188)),
    "beauty-personal-care": ((252, 236, 234), (240, 208, 206)),
    "toys-games": ((255, 244, 214), (248, 222, 164)),
    "food-drink": ((248, 232, 220), (230, 200, 178)),
    "garden-outdoors": ((234, 244, 228), (200, 222, 192)),
    "books-stationery": ((242, 238, 230), (216, 208, 194)),
    "jewellery-accessories": ((244, 236, 246), (216, 202, 224)),
    "sport-travel": ((226, 242, 242), (186, 216, 218)),
    "music-film": ((238, 232, 244), (204, 194, 222)),
    "craft-hobby": ((252, 236, 222), (242, 206, 180)),
    "baby-family": ((234, 242, 250), (204, 222, 240)),
}
