import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares

from recommendations.ml.als import Als, AlsParameters
from recommendations.ml.tests.worlds import NOW, fitted, history_of, tastes
from recommendations.ml.threads import blas_threads


@pytest.mark.parametrize("alpha", [0.5, 1.0, 20.0])
def test_folding_in_solves_what_the_library_solves(alpha):
    known, _ = tastes()
    model = fitted("als", known, alpha=alpha, half_life_days=10)
    history = model.history(known, now=NOW)
    history.data[::5] *= -1

    with blas_threads(1):
        library = AlternatingLeastSquares(factors=8, regularization=1.0, alpha=alpha, num_threads=1)
        library.item_factors = model.factors_
        theirs = library.recalculate_user(np.arange(history.shape[0]), history)

    assert np.allclose(model.fold_in(history), theirs, atol=2e-4)


def test_a_person_of_one_like_is_solved_by_hand():
    model = Als.restore(
        AlsParameters(factors=1, regularization=3.0, alpha=2.0),
        {"factors": np.array([[1.0], [2.0]], dtype=np.float32), "gram": np.array([[5.0]])},
    )

    # A = 1 + 4 + 3 + (2 - 1) 1 = 9 and b = 2: x = 2 / 9.
    assert model.fold_in(history_of(2, (0, 1.0)))[0, 0] == pytest.approx(2 / 9)


def test_a_dislike_pulls_the_person_from_the_item():
    model = Als.restore(
        AlsParameters(factors=1, regularization=3.0, alpha=2.0),
        {"factors": np.array([[1.0], [2.0]], dtype=np.float32), "gram": np.array([[5.0]])},
    )

    # A = 9 + (6 - 1) 4 = 29, b = 2: the dislike of item 1, of confidence 2 · 3, wants a score of 0 there.
    person = model.fold_in(history_of(2, (0, 1.0), (1, -3.0)))

    assert person[0, 0] == pytest.approx(2 / 29)


def test_another_seed_learns_other_factors():
    known, _ = tastes()

    assert not np.allclose(fitted("als", known, seed=1).factors_, fitted("als", known, seed=2).factors_)
