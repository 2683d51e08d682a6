import numpy as np
import pytest

from recommendations.ml.tests.worlds import NOW, checkerboard, events, fitted, history_of


def test_an_item_keeps_its_k_nearest_and_no_more():
    model = fitted("bm25", checkerboard(), k=3)

    assert np.diff(model.likeness_.indptr).max() == 3


def test_likeness_is_the_formula_worked_out():
    board = checkerboard()
    model = fitted("bm25", board, k=24, k1=1.2, b=0.75, half_life_days=None)

    # Items are the documents, people the words.
    counts = board.matrix(repeats="latest").toarray().astype(float)
    length = counts.sum(axis=0)
    idf = np.log(counts.shape[1]) - np.log1p((counts > 0).sum(axis=1))
    weighed = counts * 2.2 / (1.2 * (0.25 + 0.75 * length / length.mean()) + counts) * idf[:, None]
    assert np.allclose(model.likeness_.toarray(), weighed.T @ weighed, rtol=1e-5, atol=1e-6)


def test_a_dislike_counts_against_the_neighbours():
    board = checkerboard()
    model = fitted("bm25", board)

    scores = model.score(history_of(24, (2, -1.0)))[0]

    assert scores[4] < 0


def test_dislikes_do_not_make_items_alike():
    told = events([(f"u{person}", item, -1.0, 1) for person in range(4) for item in ("mug", "scarf")])

    assert fitted("bm25", told).likeness_.nnz == 0


def test_scores_add_up_over_the_history():
    board = checkerboard()
    model = fitted("bm25", board)

    together = model.score(history_of(24, (2, 1.0), (6, 0.5)))[0, 4]

    alone = model.score(history_of(24, (2, 1.0)))[0, 4] + 0.5 * model.score(history_of(24, (6, 1.0)))[0, 4]
    assert together == pytest.approx(alone)
    assert model.history(board, now=NOW).shape == (40, 24)
