"""What a score owes to each item of the history: the ground that reasons stand on."""

import numpy as np
import pytest

from recommendations.ml.ease import Ease, EaseParameters
from recommendations.ml.model import Model
from recommendations.ml.models import NAMES
from recommendations.ml.tests.worlds import NOW, SUMS, checkerboard, fitted, history_of

every_model = pytest.mark.parametrize("name", NAMES)
ITEMS = np.array([0, 3, 5])


@every_model
def test_the_shares_of_a_list_add_up_to_its_scores_where_the_model_is_a_sum(name):
    board = checkerboard()
    model = fitted(name, board)
    history = model.history(board, now=NOW)[[0]]

    shares = model.shares(history, ITEMS)

    assert shares.shape == (3, history.nnz)
    if name in SUMS:
        assert np.allclose(shares.sum(axis=1), model.score(history)[0, ITEMS], atol=1e-5)


@pytest.mark.parametrize("name", [name for name in SUMS if name != "als"])
def test_the_share_of_an_item_is_what_the_score_loses_without_it(name):
    model = fitted(name, checkerboard())
    history = history_of(24, (2, 1.0), (4, 0.4), (5, -0.7), (7, 0.1), (9, -0.2))

    assert np.allclose(model.shares(history, ITEMS), Model.shares(model, history, ITEMS), atol=1e-5)


def test_a_model_without_a_sum_shares_by_leaving_each_item_out():
    model = fitted("frequency", checkerboard())
    history = history_of(24, (0, 1.0), (3, 0.5), (7, -0.2))

    shares = model.shares(history, ITEMS)

    assert np.allclose(shares, [[1, 0, 0], [0, 0.5, 0], [0, 0, 0]], atol=1e-6)


def test_what_speaks_against_an_item_has_a_share_below_nothing():
    weights = np.zeros((4, 4), dtype=np.float32)
    weights[:3, 3] = [0.2, 0.5, -0.3]
    model = Ease.restore(EaseParameters(), {"weights": weights})

    shares = model.shares(history_of(4, (0, 1.0), (1, -1.0), (2, 1.0)), np.array([3]))

    assert shares[0] == pytest.approx([0.2, -0.5, -0.3])


@every_model
def test_without_a_history_there_is_nothing_to_share(name):
    model = fitted(name, checkerboard())

    assert model.shares(history_of(24), ITEMS).shape == (3, 0)
