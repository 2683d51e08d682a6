"""The occasions that the shop sells for, by the slugs that everything in aclue uses."""

OCCASIONS = (
    "birthday",
    "christmas",
    "wedding",
    "anniversary",
    "valentines",
    "mothers-day",
    "fathers-day",
    "graduation",
    "housewarming",
    "baby",
    "thank-you",
    "easter",
)
