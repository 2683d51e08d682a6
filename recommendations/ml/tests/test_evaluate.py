import json

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recommendations.ml.evaluate import evaluate_pairs, evaluate_transactions, judge, question_of, served_of
from recommendations.ml.settings import models_for
from recommendations.ml.split import split_transactions
from recommendations.ml.tests.worlds import tastes

TOP = {"data", "task", "people", "items", "protocol", "models", "served", "seconds"}
EACH = {
    "name",
    "parameters",
    "recall@20",
    "ndcg@20",
    "hit_rate@20",
    "coverage@20",
    "ci_ndcg@20",
    "train_cpu_seconds",
    "people_per_cpu_second",
}


def shop(people=60, items=40, seed=1):
    """Return a quarter of sales to people of two tastes."""
    draw = np.random.default_rng(seed)
    rows = [
        (
            f"u{person}",
            f"i{item}",
            pd.Timestamp("2011-01-01", tz="UTC") + pd.Timedelta(days=int(day)),
            f"CUP {item % 2}",
        )
        for person in range(people)
        for item, day in zip(
            draw.choice(np.arange(person % 2, items, 2), 14, replace=False), draw.integers(0, 90, 14), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=["user", "product", "at", "title"])


@pytest.fixture(scope="module")
def answer():
    return evaluate_transactions(shop(), data="shop.csv")


def test_the_answer_is_one_object_of_known_keys_that_json_can_carry(answer):
    assert set(answer) == TOP
    assert all(set(model) == EACH for model in answer["models"])
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert (answer["data"], answer["task"]) == ("shop.csv", "discovery")
    assert answer["served"] == served_of(answer["models"]) != ""


def test_every_model_of_the_task_is_in_it_once(answer):
    assert [model["name"] for model in answer["models"]] == [
        "popularity",
        "frequency",
        "content",
        "bm25",
        "als",
        "ease",
        "trend",
    ]


def test_the_interval_holds_its_value(answer):
    for model in answer["models"]:
        low, high = model["ci_ndcg@20"]
        assert low <= model["ndcg@20"] <= high


def test_where_tastes_differ_a_learner_beats_popularity(answer):
    ndcg = {model["name"]: model["ndcg@20"] for model in answer["models"]}

    assert ndcg["ease"] > 1.2 * ndcg["popularity"]


def test_the_same_data_and_seeds_give_the_same_answer(answer):
    again = evaluate_transactions(shop(), data="shop.csv")

    timed = {"train_cpu_seconds", "people_per_cpu_second"}
    assert [{key: model[key] for key in EACH - timed} for model in again["models"]] == [
        {key: model[key] for key in EACH - timed} for model in answer["models"]
    ]


def test_what_people_reorder_is_best_told_by_what_they_bought():
    staples = pd.DataFrame(
        [
            (f"u{person}", f"i{(person * 7 + staple) % 40}", pd.Timestamp("2011-01-03", tz="UTC") + fortnight, "")
            for person in range(60)
            for staple in range(3)
            for fortnight in pd.to_timedelta(range(0, 90, 14), unit="D")
        ],
        columns=["user", "product", "at", "title"],
    )

    answer = evaluate_transactions(pd.concat([shop(), staples]), task="reorder")

    ndcg = {model["name"]: model["ndcg@20"] for model in answer["models"]}
    assert ndcg["frequency"] > 2 * ndcg["popularity"]


def test_a_list_is_judged_as_worked_by_hand():
    frame = pd.DataFrame(
        [
            ("alice", "a", "2011-01-01"),
            ("bob", "b", "2011-01-02"),
            ("bob", "c", "2011-01-02"),
            ("charlie", "c", "2011-01-02"),
            ("alice", "b", "2011-03-01"),
        ],
        columns=["user", "product", "at"],
    ).assign(at=lambda table: pd.to_datetime(table["at"], utc=True))

    answer = evaluate_transactions(frame, models=["popularity"])

    # Two people had c and one b, so Alice is offered c, then b: the hit at rank 2 is worth 1 / log2(3).
    (model,) = answer["models"]
    assert answer["people"] == 1
    assert model["recall@20"] == 1.0
    assert model["ndcg@20"] == pytest.approx(0.6309, abs=1e-4)
    assert model["coverage@20"] == pytest.approx(2 / 3, abs=1e-6)


def test_what_was_bought_before_is_masked_in_discovery_and_offered_in_reorder():
    split = split_transactions(shop())

    discovery, reorder = question_of(split, "discovery"), question_of(split, "reorder")

    assert (discovery.exclude != split.seen[discovery.people]).nnz == 0
    assert reorder.exclude is None


def test_pairs_are_judged_among_all_items_without_those_of_train():
    known, later = tastes()
    test = later.matrix()[later.users.rows(known.users.ids)]

    answer = evaluate_pairs(known.matrix(), test, data="pairs", parameters={"als.factors": 16, "als.iterations": 5})

    assert [model["name"] for model in answer["models"]] == ["popularity", "bm25", "als"]
    assert answer["people"] == 300
    assert answer["models"][2]["parameters"]["factors"] == 16
    assert answer["models"][1]["ndcg@20"] > answer["models"][0]["ndcg@20"]


def test_parameters_are_changed_by_model_and_name():
    (model,) = evaluate_transactions(shop(), models=["als"], parameters={"als.factors": 4})["models"]

    assert model["parameters"]["factors"] == 4


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"als.factor": 4}, "als: There is no parameter 'factor'"),
        ({"svd.factors": 4}, "'svd.factors' is no parameter; write model.name"),
        ({"factors": 4}, "'factors' is no parameter; write model.name"),
        ({"ease.regularization": -1}, "ease: regularization has to be between 0.001 and 1e\\+07, not -1"),
    ],
)
def test_a_parameter_that_there_is_not_or_out_of_range_is_refused(parameters, sentence):
    with pytest.raises(ValueError, match=sentence):
        evaluate_transactions(shop(), parameters=parameters)


def test_a_task_or_model_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="There is no task 'guess' for transactions"):
        evaluate_transactions(shop(), task="guess")
    with pytest.raises(ValueError, match="There is no task 'guess'; there are discovery, reorder, pairs"):
        models_for("guess", {}, {})
    with pytest.raises(ValueError, match="There is no model 'svd'"):
        evaluate_transactions(shop(), models=["svd"])


def test_data_with_nothing_to_judge_by_is_refused():
    with pytest.raises(ValueError, match="there is nothing to judge by"):
        evaluate_pairs(csr_matrix([[1, 0]]), csr_matrix((1, 2)))


def test_without_titles_content_is_not_compared():
    answer = evaluate_transactions(shop().drop(columns="title"))

    assert "content" not in [model["name"] for model in answer["models"]]


def test_progress_goes_up_to_one_and_names_the_model():
    seen = []

    evaluate_transactions(shop(), models=["popularity", "als"], progress=lambda *what: seen.append(what))

    assert [share for _, share in seen] == sorted(share for _, share in seen)
    assert seen[0][0] == "popularity, 1 of 2"
    assert seen[-1] == ("als, 2 of 2", 1.0)


def test_a_model_is_judged_alone_just_the_same(answer):
    split = split_transactions(shop())
    question = question_of(split, "discovery")
    (model,) = models_for("discovery", {}, {}, ["ease"])
    model.fit(split.train, now=split.start)

    judged = judge(model, model.history(split.train, now=split.start)[question.people], question)

    assert judged["ndcg@20"] == next(one["ndcg@20"] for one in answer["models"] if one["name"] == "ease")


def test_of_those_that_may_serve_the_best_on_the_last_days_does():
    rows = [{"name": name, "ndcg@20": ndcg} for name, ndcg in (("frequency", 0.4), ("als", 0.2), ("ease", 0.3))]

    assert served_of(rows) == "ease"
    assert served_of(rows[:1]) == ""
