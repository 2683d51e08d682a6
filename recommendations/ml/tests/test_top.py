import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recommendations.ml.top import top_n


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.sampled_from([1, 3, 7, 64, 65, 700]), st.integers(1, 6))
def test_it_agrees_with_sorting_everything_however_many_scores_are_equal(seed, n, columns, values):
    draw = np.random.default_rng(seed)
    scores = draw.integers(-values, values, (3, columns)).astype(np.float32)
    mask = csr_matrix(draw.random((3, columns)) < 0.2)

    found, best = top_n(scores.copy(), n, mask)

    for row in range(3):
        allowed = [column for column in range(columns) if not mask[row, column]]
        expected = sorted(allowed, key=lambda column: (-scores[row, column], column))[:n]
        assert found[row].tolist() == expected + [-1] * (n - len(expected))
        assert best[row, : len(expected)].tolist() == scores[row, expected].tolist()


def test_among_many_columns_few_are_looked_at_and_none_is_missed():
    scores = np.random.default_rng(5).random((4, 50_000)).astype(np.float32)

    found, _ = top_n(scores, 20)

    assert np.array_equal(found, np.argsort(-scores, axis=1, kind="stable")[:, :20])
