"""The metrics against arithmetic and against a second implementation, which loops where the first one counts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recommendations.ml import metrics

lists = st.lists(st.integers(0, 30), unique=True, max_size=25)


def plain_recall(ranked, relevant, k):
    return sum(1 for item in ranked[:k] if item in relevant) / len(relevant)


def plain_ndcg(ranked, relevant, k):
    gained = 0.0
    for place, item in enumerate(ranked[:k]):
        if item in relevant:
            gained += 1 / math.log(place + 2, 2)
    ideal = 0.0
    for place in range(min(k, len(relevant))):
        ideal += 1 / math.log(place + 2, 2)
    return gained / ideal


@given(lists, lists.filter(len), st.integers(1, 30))
def test_one_list_is_judged_as_the_second_implementation_does(ranked, relevant, k):
    listed, liked = np.array(ranked, dtype=int), np.array(relevant)

    assert metrics.recall_at_k(listed, liked, k) == pytest.approx(plain_recall(ranked, relevant, k))
    assert metrics.ndcg_at_k(listed, liked, k) == pytest.approx(plain_ndcg(ranked, relevant, k))
    assert metrics.hit_rate_at_k(listed, liked, k) == float(bool(set(ranked[:k]) & set(relevant)))


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 25))
def test_many_lists_are_judged_as_each_alone(seed, people, k):
    draw = np.random.default_rng(seed)
    ranked = np.array([draw.permutation(31)[:k] for _ in range(people)])
    ranked[draw.random(ranked.shape) < 0.1] = -1
    relevant = csr_matrix(draw.random((people, 31)) < 0.2)

    found, sizes = metrics.hits(ranked, relevant), np.diff(relevant.indptr)

    for row in range(people):
        liked = relevant[[row]].indices
        assert metrics.recall(found, sizes)[row] == pytest.approx(
            metrics.recall_at_k(ranked[row], liked, k), nan_ok=True
        )
        assert metrics.ndcg(found, sizes)[row] == pytest.approx(metrics.ndcg_at_k(ranked[row], liked, k), nan_ok=True)


def test_a_perfect_list_is_worth_one_even_when_more_was_liked_than_fits():
    ranked, relevant = np.array([4, 2, 9]), np.array([1, 2, 4, 5, 9])

    assert metrics.ndcg_at_k(ranked, relevant, 3) == pytest.approx(1.0)
    assert metrics.recall_at_k(ranked, relevant, 3) == pytest.approx(0.6)


def test_who_liked_nothing_says_nothing():
    for metric in (metrics.recall_at_k, metrics.ndcg_at_k, metrics.hit_rate_at_k):
        assert math.isnan(metric(np.array([1, 2]), np.array([], dtype=int), 2))


@pytest.mark.parametrize("k", [0, -3])
def test_a_cut_off_below_one_is_refused(k):
    with pytest.raises(ValueError, match=f"has to be at least 1, not {k}"):
        metrics.ndcg_at_k(np.array([1]), np.array([1]), k)


def test_likeness_within_lists_is_the_mean_cosine_of_the_pairs():
    draw = np.random.default_rng(4)
    vectors = draw.random((9, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ranked = np.array([[0, 3, 5], [8, 1, -1], [2, -1, -1]])

    likeness = metrics.intra_list_similarity(ranked, csr_matrix(vectors))

    pairs = [(vectors[0] @ vectors[3] + vectors[0] @ vectors[5] + vectors[3] @ vectors[5]) / 3, vectors[8] @ vectors[1]]
    assert likeness == pytest.approx(np.mean(pairs))


def test_lists_of_one_have_no_pairs_and_empty_lists_no_rank():
    assert math.isnan(metrics.intra_list_similarity(np.array([[0, -1]]), csr_matrix(np.eye(2))))
    assert math.isnan(metrics.mean_popularity_rank(np.array([[-1]]), np.array([1])))
    assert math.isnan(metrics.coverage(np.array([[-1]]), 0))


def test_the_interval_holds_the_mean_and_narrows_with_more_people():
    values = np.random.default_rng(2).random(4000)

    few, many = metrics.bootstrap_interval(values[:100]), metrics.bootstrap_interval(values)

    assert many[0] < values.mean() < many[1]
    # The standard error of 4,000 uniform numbers is 0.2887 / √4000 = 0.00456; 1.96 of them each way.
    assert many[1] - many[0] == pytest.approx(2 * 1.96 * 0.00456, rel=0.1)
    assert few[1] - few[0] > 4 * (many[1] - many[0])


def test_the_same_seed_draws_the_same_interval():
    values = np.random.default_rng(2).random(50)

    assert metrics.bootstrap_interval(values, seed=5) == metrics.bootstrap_interval(values, seed=5)
    assert metrics.bootstrap_interval(values, seed=5) != metrics.bootstrap_interval(values, seed=6)


def test_without_a_value_there_is_no_interval():
    assert all(math.isnan(bound) for bound in metrics.bootstrap_interval(np.array([np.nan])))
