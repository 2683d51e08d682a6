"""How well liked each product is, handed down to the catalogue."""

import uuid
from collections import defaultdict
from datetime import datetime, timedelta

from catalogue.services import set_popularity
from common.scope import as_system
from recommendations.popularity import WORTH, counted_feedback, day_of, faded, newest_feedback

WINDOW = timedelta(days=120)
HALF_LIFE_DAYS = 30.0


@as_system("popularity")
def refresh_popularity(*, now: datetime) -> int:
    """Count how well liked each product is and hand it down to the catalogue; returns how many changed.

    Feedback of the last 120 days before the newest, weighted by kind and halved every 30 days; so a shop whose
    history was brought in from elsewhere has its popular products too.
    """
    until = min(now, newest_feedback() or now)
    scores: dict[uuid.UUID, float] = defaultdict(float)
    for row in counted_feedback(since=until - WINDOW, hourly=False):
        days = (until.date() - day_of(row.at)).days
        scores[row.product_id] += row.n * WORTH.get(row.kind, 0.0) * faded(days, HALF_LIFE_DAYS)
    return set_popularity(popularity={product_id: round(max(score, 0.0), 4) for product_id, score in scores.items()})
