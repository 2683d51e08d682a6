"""The models on real people: a gift shop's year and check-ins, against what others reach on the same split."""

import functools

import numpy as np
import pytest
from scipy.sparse import load_npz

from bench import quality
from common.transactions import PRESETS, kept, read_transactions
from recommendations.ml.evaluate import evaluate_pairs, evaluate_transactions, judge, question_of
from recommendations.ml.settings import models_for
from recommendations.ml.split import first_items, split_transactions


def on_data(test):
    """Mark a test that reads the public data sets."""
    return pytest.mark.data(pytest.mark.timeout(300)(test))


@functools.cache
def year(data):
    """Return the sales of UCI Online Retail and how many lines were dropped for which reason."""
    shop = PRESETS["online-retail"]
    return kept(read_transactions(data / "online_retail" / "online_retail.csv.gz", shop), shop)


@functools.cache
def compared(data, task):
    """Return the models' figures by name."""
    answer = evaluate_transactions(year(data)[0], task=task, data="online-retail")
    return {model["name"]: model for model in answer["models"]}


@functools.cache
def places(data):
    return tuple(load_npz(data / "gowalla" / f"{part}.npz") for part in ("train", "test"))


@on_data
def test_the_year_has_the_lines_and_people_that_everybody_counts(data):
    sales, dropped = year(data)

    split = split_transactions(sales)

    assert len(sales) == 396_337
    assert sum(dropped.values()) + len(sales) == 541_909
    assert split.words() == "2011-11-12 to 2011-12-09"
    assert len(question_of(split, "discovery").people) == 1_189
    assert len(question_of(split, "reorder").people) == 1_300


@on_data
def test_popularity_discovers_as_much_as_it_does_elsewhere(data):
    assert compared(data, "discovery")["popularity"]["ndcg@20"] == pytest.approx(0.092, abs=0.002)


@on_data
@pytest.mark.parametrize(
    ("name", "floor"), [("als", 0.112), ("ease", 0.123), ("bm25", 0.110), ("content", 0.080), ("trend", 0.145)]
)
def test_each_learner_discovers_at_least_what_its_peer_does(name, floor, data):
    assert compared(data, "discovery")[name]["ndcg@20"] >= floor


@on_data
@pytest.mark.parametrize(
    ("name", "floor"), [("frequency", 0.342), ("als", 0.298), ("ease", 0.289), ("bm25", 0.288), ("content", 0.245)]
)
def test_each_learner_tells_reorders_at_least_as_well_as_its_peer(name, floor, data):
    assert compared(data, "reorder")[name]["ndcg@20"] >= floor


@on_data
def test_what_is_served_alone_is_surely_better_than_popularity(data):
    figures = compared(data, "discovery")

    assert figures["ease"]["ci_ndcg@20"][0] > figures["popularity"]["ci_ndcg@20"][1]


@on_data
def test_five_products_say_more_of_a_person_than_what_is_popular(data):
    split = split_transactions(year(data)[0])
    question = question_of(split, "discovery")
    five = first_items(split.train, 5)

    told = {}
    for model in models_for("discovery", {}, {}, ["popularity", "trend"]):
        model.fit(split.train, now=split.start)
        history = model.history(five, now=split.start)[question.people]
        told[model.name] = judge(model, history, question)["ndcg@20"]

    assert told["trend"] >= 1.2 * told["popularity"]


@on_data
@pytest.mark.parametrize("windows_back", [1, 2, 3])
def test_each_month_more_products_say_more_of_a_person(windows_back, data):
    split = split_transactions(year(data)[0], windows_back=windows_back)
    question = question_of(split, "discovery")
    popularity, trend = (
        model.fit(split.train, now=split.start) for model in models_for("discovery", {}, {}, ["popularity", "trend"])
    )

    told = [judge(popularity, popularity.history(split.train)[question.people], question)["ndcg@20"]]
    for n in (2, 5, 20, len(split.train.items)):
        history = trend.history(first_items(split.train, n), now=split.start)[question.people]
        told.append(judge(trend, history, question)["ndcg@20"])

    assert told == sorted(told)


@on_data
def test_the_year_is_learned_in_seconds(data):
    assert sum(model["train_cpu_seconds"] for model in compared(data, "discovery").values()) < 20


@on_data
@pytest.mark.parametrize(
    ("name", "parameters", "recall", "ndcg"),
    [
        ("bm25", {}, 0.118, 0.086),
        ("als", {"factors": 128, "regularization": 1, "alpha": 40, "iterations": 15}, 0.162, 0.136),
    ],
)
def test_check_ins_are_ranked_as_well_as_the_library_ranks_them(name, parameters, recall, ndcg, data):
    train, test = places(data)

    told = {f"{name}.{key}": value for key, value in parameters.items()}
    answer = evaluate_pairs(train, test, models=[name], parameters=told)

    (figures,) = answer["models"]
    assert (answer["people"], answer["items"]) == (29_858, 40_981)
    assert figures["recall@20"] == pytest.approx(recall, rel=0.03)
    assert figures["ndcg@20"] == pytest.approx(ndcg, rel=0.03)
    assert np.isfinite(figures["people_per_cpu_second"])


def test_without_the_data_there_are_no_figures_but_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="ACLUE_DATA_DIR names the folder of public data sets"):
        quality.measure(tmp_path)


def test_a_row_compares_ours_with_the_peers_in_one_unit():
    answer = {"models": [{"name": "als", "recall@20": 0.18, "ndcg@20": 0.11}]}

    rows = quality.rows_of("a shop", answer, {"als": quality.Peer(0.12, 0.1, "measured")})

    assert rows == [
        {"name": "a shop, als", "ours": 0.18, "peer": 0.12, "ratio": 1.5, "unit": "Recall@20"},
        {"name": "a shop, als", "ours": 0.11, "peer": 0.1, "ratio": 1.1, "unit": "NDCG@20"},
    ]
    assert "a shop, als, NDCG@20" in quality.table(rows)
