"""How good the recommendations are: ours against what others measured on the same data, split and metric."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scipy.sparse import load_npz

from bench.progress import say
from common.transactions import PRESETS, kept, read_transactions
from recommendations.ml.evaluate import evaluate_pairs, evaluate_transactions

SECTION = "quality"


@dataclasses.dataclass(frozen=True)
class Peer:
    """What another implementation reached: Recall@20 and NDCG@20."""

    recall: float
    ndcg: float
    source: str


IMPLICIT = "implicit 0.7.3, full ranking, measured"
BY_HAND = "numpy and scikit-learn, full ranking, measured"
BLEND = "a linear blend of six models, weights from validation, measured"
GOWALLA = {
    "bm25": Peer(0.118, 0.086, IMPLICIT),
    "als": Peer(0.168, 0.141, IMPLICIT),
}
DISCOVERY = {
    "popularity": Peer(0.087, 0.092, BY_HAND),
    "content": Peer(0.091, 0.083, BY_HAND),
    "bm25": Peer(0.093, 0.092, IMPLICIT),
    "als": Peer(0.113, 0.113, IMPLICIT),
    "ease": Peer(0.124, 0.123, BY_HAND),
    "trend": Peer(0.125, 0.125, BLEND),
}
REORDER = {
    "popularity": Peer(0.097, 0.141, BY_HAND),
    "frequency": Peer(0.265, 0.342, BY_HAND),
    "content": Peer(0.203, 0.245, BY_HAND),
    "bm25": Peer(0.238, 0.288, IMPLICIT),
    "als": Peer(0.246, 0.298, IMPLICIT),
    "ease": Peer(0.225, 0.289, BY_HAND),
    "trend": Peer(0.285, 0.361, BLEND),
}


def measure(data_dir: Path | str) -> list[dict[str, Any]]:
    """Return rows of name, ours, peer, ratio and unit: what is above 1 ranks better than the peer.

    Raises: FileNotFoundError when the folder of public data sets is not there or not whole.
    """
    data = Path(data_dir)
    shop = PRESETS["online-retail"]
    year, _ = kept(read_transactions(_there(data / "online_retail" / "online_retail.csv.gz"), shop), shop)
    rows = []
    for task, peers in (("discovery", DISCOVERY), ("reorder", REORDER)):
        say(f"Online Retail, {task}")
        rows += rows_of(f"Online Retail, {task}", evaluate_transactions(year, task=task, models=list(peers)), peers)
    say("gowalla")
    train, test = (load_npz(_there(data / "gowalla" / f"{part}.npz")) for part in ("train", "test"))
    return rows + rows_of("gowalla", evaluate_pairs(train, test, models=list(GOWALLA)), GOWALLA)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as a table to read."""
    head = f"{'':48}{'ours':>9}{'peer':>9}{'ratio':>8}\n"
    return head + "\n".join(
        f"{row['name'] + ', ' + row['unit']:48}{row['ours']:>9.4f}{row['peer']:>9.3f}{row['ratio']:>8.3f}"
        for row in rows
    )


def rows_of(name: str, answer: Mapping[str, Any], peers: Mapping[str, Peer]) -> list[dict[str, Any]]:
    """Return two rows for each model of an evaluation, its recall and its NDCG."""
    return [
        {
            "name": f"{name}, {model['name']}",
            "ours": model[unit.lower()],
            "peer": theirs,
            "ratio": round(model[unit.lower()] / theirs, 3),
            "unit": unit,
        }
        for model in answer["models"]
        for unit, theirs in (("Recall@20", peers[model["name"]].recall), ("NDCG@20", peers[model["name"]].ndcg))
    ]


def _there(path: Path) -> Path:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; ACLUE_DATA_DIR names the folder of public data sets")
    return path
