import numpy as np
import pytest

from recommendations.ml import ease
from recommendations.ml.interactions import IdMap
from recommendations.ml.tests.worlds import NOW, checkerboard, events, fitted, history_of


def test_two_items_bought_together_predict_each_other_as_worked_by_hand():
    told = events([("alice", "i00", 1, 0), ("alice", "i01", 1, 0), ("bob", "i00", 1, 0)])

    model = fitted("ease", told, regularization=1.0)

    # G + 1 = [[3, 1], [1, 2]], its inverse [[2, -1], [-1, 3]] / 5: B_01 = 1 / 3 (by P_11), B_10 = 1 / 2 (by P_00).
    assert model.weights_.tolist() == [[0.0, pytest.approx(1 / 3)], [pytest.approx(1 / 2), 0.0]]


def test_it_is_the_textbook_formula(monkeypatch):
    board = checkerboard()
    monkeypatch.setattr(ease, "BLOCK", 7)

    model = fitted("ease", board, regularization=2.0)

    people = model.history(board, now=NOW).toarray().astype(float)
    inverse = np.linalg.inv(people.T @ people + 2.0 * np.eye(24))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    assert np.allclose(model.weights_, expected, atol=1e-6)


def test_in_single_precision_it_stays_close(monkeypatch):
    board = checkerboard()
    double = fitted("ease", board)
    monkeypatch.setattr(ease, "MOST_ITEMS_IN_DOUBLE", 0)

    single = fitted("ease", board)

    assert np.allclose(single.weights_, double.weights_, atol=1e-5)


def test_too_many_items_are_refused_before_any_memory_is_taken():
    many = events([("alice", "i0", 1, 0)], items=IdMap(f"i{item}" for item in range(20_001)))

    with pytest.raises(ValueError, match=r"EASE is exact up to 20,000 items and was given 20,001; use ALS\."):
        fitted("ease", many)


def test_what_nobody_bought_is_predicted_by_nothing():
    told = events([("alice", "i00", 1, 0)], items=IdMap(["i00", "i01"]))

    assert fitted("ease", told).score(history_of(2, (0, 1.0))).tolist() == [[0.0, 0.0]]
