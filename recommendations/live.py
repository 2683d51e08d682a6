"""This shop's own feedback as a table, for those who judge models; no web process needs what tables are made with."""

from datetime import datetime
from typing import Any

import pandas as pd

from recommendations.datasets import read_texts
from recommendations.taste import WEIGHTS, all_events, counted

# What counts as found when a model is judged: liked, wished for, bought; not merely looked at.
LEAST_LIKED = 0.5


def live_frame(*, until: datetime) -> pd.DataFrame:
    """Return what was liked or bought in this shop up to `until`, as a table that evaluations take.

    Columns: user, product, title (text) and at (UTC).
    """
    columns: dict[str, list[Any]] = {"user": [], "product": [], "at": []}
    for event in counted(all_events(until=until)):
        if WEIGHTS[event.kind] >= LEAST_LIKED:
            columns["user"].append(str(event.user_id))
            columns["product"].append(str(event.product_id))
            columns["at"].append(event.occurred_at)
    frame = pd.DataFrame(columns)
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    items, texts = read_texts()
    return frame.assign(title=frame["product"].map(dict(zip(items.ids, texts, strict=True))).fillna(""))
