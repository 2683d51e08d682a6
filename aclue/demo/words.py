"""Invented names: the brands of the shop and the people who come to it."""

BRANDS: dict[str, tuple[str, ...]] = {
    "electronics": ("Lumenfold", "Quietwave", "Oak & Ohm", "Pellard", "Nimblewatt", "Tonari Works"),
    "kitchen-home": ("Hearthling", "Clay & Kettle", "Marrow & Moss", "Tuppenny House", "Fennick", "Bellweather Home"),
    "beauty-personal-care": ("Saltgrass", "Verbena Row", "Petal & Pumice", "Hushwood", "Orla Fenn", "Thistlebath"),
    "toys-games": ("Puddlewick", "Merrymoss", "Tin Fox Toys", "Hopscotch Lane", "Bramble & Bear", "Little Gantry"),
    "food-drink": ("Larder Lane", "Copper Ladle", "Wren & Rye", "Cocoa Quay", "Damson Yard", "The Crumb Office"),
    "garden-outdoors": (
        "Loam & Lark",
        "Hedgerow Supply",
        "Greenwick",
        "Potting Street",
        "Sorrel & Spade",
        "Rookery Tools",
    ),
    "books-stationery": (
        "Inkling Press",
        "Foolscap & Fig",
        "Papermill Nine",
        "Quill Street",
        "Marginalia Works",
        "Vellum & Vine",
    ),
    "jewellery-accessories": (
        "Aurelle Finch",
        "Silver Teasel",
        "Moth & Marigold",
        "Larkhammer",
        "Isolde Pryor",
        "Fable & Clasp",
    ),
    "sport-travel": ("Farhollow", "Ridge & Rill", "Tarn Outfitters", "Wayfell", "Pannier & Pine", "Skylark Gear"),
    "music-film": ("Groovehouse", "Night Matinee", "Tremolo & Tide", "Reelwood", "B-Side Bureau", "Velvet Spool"),
    "craft-hobby": (
        "Stitch & Heron",
        "Dabble Yard",
        "Threadneedle Hill",
        "Yarrow Wool Co.",
        "Paintpot Alley",
        "Fold & Thimble",
    ),
    "baby-family": ("Lullaby Fold", "Tiny Acorn", "Moonpram", "Cradle & Kin", "First Sparrow", "Dandelion Days"),
}

CLOSINGS: dict[str, tuple[str, ...]] = {
    "birthday": (
        "A birthday present that will be used before the cake is gone.",
        "Wraps well, and ages better than any of us.",
    ),
    "christmas": ("Put it under the tree and wait.", "It has been known to sell out by the second week of December."),
    "wedding": ("Something for the first shelf of a shared house.", "On half of our couples' wedding lists."),
    "anniversary": ("Another year deserves more than a card.", "For saying it again, and meaning it."),
    "valentines": ("Rather better than roses from the petrol station.", "Slip a note inside; we will not read it."),
    "mothers-day": ("Mothers keep the ribbon too.", "For the one who says she needs nothing."),
    "fathers-day": ("Fathers pretend to be surprised by it.", "Better than socks, and we sell good socks."),
    "graduation": ("A fine beginning to whatever comes next.", "For the day the gown goes back."),
    "housewarming": ("The first thing to unpack in a new place.", "Bring it instead of wine, or with it."),
    "baby": ("Welcomes somebody very small.", "New parents will thank you when they have slept."),
    "thank-you": ("A thank-you that is bigger than its box.", "Says it without making a fuss."),
    "easter": ("Easy to hide in a garden.", "Lasts longer than an egg."),
}

FIRST_NAMES = (
    "Ada", "Aisha", "Alba", "Alfie", "Amara", "Anton", "Arthur", "Bea", "Benedict", "Beth", "Callum", "Carmen",
    "Cato", "Chloe", "Clara", "Conrad", "Dalia", "Daniel", "Delphine", "Dev", "Dora", "Edie", "Elias", "Elin",
    "Emeka", "Esme", "Farah", "Felix", "Femi", "Fergus", "Flora", "Gemma", "George", "Greta", "Hana", "Harriet",
    "Hugo", "Ida", "Imogen", "Ines", "Isaac", "Ivy", "Jamal", "Jasper", "Joan", "Jonah", "Josie", "Juno", "Kai",
    "Kezia", "Lars", "Leila", "Leo", "Lorna", "Lucian", "Mabel", "Magnus", "Maira", "Malik", "Margot", "Marta",
    "Milo", "Mira", "Nadia", "Nell", "Niall", "Noor", "Olive", "Omar", "Otis", "Paloma", "Petra", "Priya",
    "Quentin", "Rafael", "Ravi", "Rosa", "Rowan", "Ruth", "Sami", "Saskia", "Selma", "Silas", "Sunita", "Tamsin",
    "Theo", "Tilda", "Tomas", "Una", "Vera", "Viktor", "Wanda", "Wilf", "Xenia", "Yara", "Yusuf", "Zadie", "Zoe",
)  # fmt: skip

LAST_NAMES = (
    "Abara", "Alderton", "Amberly", "Ashgrove", "Banfield", "Barrowby", "Bellamy", "Birchall", "Blythe", "Bramwell",
    "Calloway", "Chaudry", "Clavering", "Coppard", "Crowhurst", "Dansey", "Delacroix", "Dimmock", "Dunmore",
    "Eastlake", "Elphick", "Fairweather", "Farouk", "Fenwright", "Fielding", "Fontaine", "Gallimore", "Garrow",
    "Goodluck", "Greenhalgh", "Haldane", "Harbottle", "Hartnell", "Heron", "Holloway", "Ibarra", "Inglewood",
    "Jessop", "Kaminski", "Keating", "Kestrel", "Kwarteng", "Langdale", "Larkin", "Lindqvist", "Lockwood", "Maddox",
    "Mallory", "Marchetti", "Medlock", "Merriman", "Moravec", "Nakata", "Nightingale", "Norcross", "Oakshott",
    "Okonjo", "Orchard", "Pargeter", "Pemberton", "Penhallow", "Quarmby", "Quill", "Rahimi", "Ravensdale",
    "Redfern", "Rosewarne", "Sandoval", "Selwyn", "Sharrow", "Silverdale", "Sommer", "Stavros", "Swann", "Tamblyn",
    "Thackery", "Thorne", "Tremayne", "Underhill", "Vasquez", "Venning", "Wadham", "Wainwright", "Wetherby",
    "Whitlock", "Winterbourne", "Woodruff", "Yardley", "Yeo", "Zeller",
)  # fmt: skip

# What people type when they do not know what they want yet; the last few find nothing, as happens.
VAGUE_SEARCHES = (
    "gift for mum", "present for dad", "something for her", "under 20 pounds", "new baby", "thank you gift",
    "secret santa", "housewarming", "for a friend who has everything", "anniversary", "stocking filler",
    "teacher gift", "electric scooter", "gift card", "puppy", "concert tickets",
)  # fmt: skip
