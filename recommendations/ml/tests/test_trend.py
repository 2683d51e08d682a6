import numpy as np
import pytest

from recommendations.ml.tests.worlds import NOW, checkerboard, events, fitted, history_of


def test_somebody_unknown_is_recommended_what_is_popular():
    told = events([("alice", "a", 1, 1), ("bob", "b", 1, 1), ("charlie", "b", 1, 1)])

    found, _ = fitted("trend", told).recommend(history_of(2), 2)

    assert told.items.take(found[0]) == ["b", "a"]


def test_a_history_beyond_reach_is_told_by_its_own_neighbours_alone():
    board = checkerboard()
    history = fitted("bm25", board).history(board, now=NOW)

    model, neighbours = fitted("trend", board, power=0, trust=1, doubt=0, reach=1), fitted("bm25", board, k=100)

    told = neighbours.score(history)
    assert np.allclose(model.score(history), 1 + told / np.abs(told).mean(axis=1, keepdims=True), rtol=1e-5)


def test_the_score_of_a_short_history_is_the_formula_worked_out():
    board = checkerboard()
    model = fitted("trend", board, power=0, k=3, trust=0.5, doubt=20, reach=8)

    scores = model.score(history_of(24, (2, 1.0), (5, -0.5)))[0]

    likeness = model.neighbours_.likeness_.toarray().astype(float)
    near = likeness[2] - 0.5 * likeness[5]
    far = near @ likeness
    length = (1 + 0.5) ** 2 / (1 + 0.25)
    beyond = 1 - length / 8
    taste = (1 - beyond) * near / np.abs(near).mean() + beyond * far / np.abs(far).mean()
    assert np.allclose(scores, np.maximum(0, 1 + 0.5 * length / (length + 20) * taste), rtol=1e-5)


def test_one_like_reaches_what_nobody_bought_together_with_it():
    told = events(
        [("alice", "tea", 1, 1), ("alice", "pot", 1, 1), ("bob", "pot", 1, 1), ("bob", "cup", 1, 1)]
        + [(person, item, 1, 1) for person in ("charlie", "mary") for item in ("saw", "axe")]
    )
    likes_tea = history_of(5, (told.items.rows(["tea"])[0], 1.0))
    cup, saw = told.items.rows(["cup", "saw"])

    near, far = (fitted("trend", told, power=0, reach=reach).score(likes_tea)[0] for reach in (1, 80))

    assert near[cup] == near[saw]
    assert far[cup] > far[saw]


def test_a_longer_history_of_the_same_taste_is_believed_more():
    model = fitted("trend", checkerboard(), power=0, reach=1)

    def outdone(*items):
        scores = model.score(history_of(24, *((item, 1.0) for item in items)))[0]
        return scores[0::2].mean() / scores[1::2].mean()

    assert outdone(2) < outdone(2, 6, 10) < outdone(2, 6, 10, 12, 14, 18)


def test_the_shares_add_up_to_what_taste_adds_to_a_stranger_s_score():
    board = checkerboard()
    items = np.array([0, 3, 5, 8])

    for reach in (1, 5, 80):
        model = fitted("trend", board, reach=reach)
        for history in (history_of(24, (2, 1.0), (4, 0.4), (6, -0.3)), model.history(board, now=NOW)[[0]]):
            added = model.score(history)[0, items] - model.score(history_of(24))[0, items]
            assert np.allclose(model.shares(history, items).sum(axis=1), added, atol=1e-5)


def test_popularity_multiplies_what_taste_says():
    board = checkerboard()
    history = history_of(24, (2, 1.0), (6, 0.5))
    plain, model = fitted("trend", board, power=0), fitted("trend", board, power=2)

    fashion = fitted("popularity", board).counts_
    expected = plain.score(history)[0] * ((fashion + 1e-3) / (fashion.max() + 1e-3)) ** 2
    assert np.allclose(model.score(history)[0], expected, rtol=1e-5)


def test_what_is_like_a_dislike_falls_behind_what_is_unknown():
    model = fitted("trend", checkerboard())

    scores = model.score(history_of(24, (2, -1.0)))[0]

    assert scores[4] < scores[1::2].min()
    assert scores.min() >= 0


def test_a_history_twice_as_heavy_is_the_same_taste():
    model = fitted("trend", checkerboard())

    once, twice = model.score(history_of(24, (2, 1.0))), model.score(history_of(24, (2, 2.0)))

    assert once == pytest.approx(twice, rel=1e-5)


@pytest.mark.parametrize("weight", [1e-30, 1e-38, 1e-44])
def test_a_taste_that_has_all_but_faded_away_leaves_finite_scores(weight):
    model = fitted("trend", checkerboard())
    history = history_of(24, (2, weight), (5, -weight / 2))

    assert np.isfinite(model.score(history)).all()
    assert np.isfinite(model.shares(history, np.array([0, 3]))).all()
