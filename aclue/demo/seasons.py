"""When things are wanted: twelve weights a season, January first, 1.0 being an ordinary month."""

SEASONS: dict[str, tuple[float, ...]] = {
    "always": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1, 1.2),
    "christmas": (0.6, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.9, 1.4, 3.2, 4.2),
    "winter": (1.9, 1.6, 1.1, 0.7, 0.5, 0.4, 0.4, 0.5, 0.9, 1.6, 2.2, 2.4),
    "spring": (0.7, 1.1, 2.4, 3.0, 2.6, 1.8, 1.2, 0.9, 0.7, 0.5, 0.4, 0.5),
    "summer": (0.5, 0.6, 0.8, 1.2, 1.8, 2.4, 2.4, 2.0, 1.1, 0.7, 0.5, 0.6),
    "valentines": (1.8, 3.6, 0.9, 0.8, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 1.2, 1.8),
    "school": (0.8, 0.7, 0.7, 0.8, 0.9, 1.3, 1.4, 1.8, 2.0, 1.2, 1.1, 1.2),
}

# The months in which an occasion is shopped for; one that is not here comes at any time of year.
OCCASION_MONTHS: dict[str, tuple[int, ...]] = {
    "christmas": (11, 12),
    "valentines": (1, 2),
    "mothers-day": (2, 3),
    "easter": (3, 4),
    "fathers-day": (5, 6),
    "wedding": (5, 6, 7, 8),
    "graduation": (6, 7, 9),
}
