"""What every model promises, whichever it is."""

import json

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recommendations.ml.interactions import IdMap
from recommendations.ml.model import NotFitted
from recommendations.ml.models import NAMES, model_type
from recommendations.ml.tests.worlds import (
    LEARNERS,
    NOW,
    checkerboard,
    events,
    fitted,
    history_of,
    model_of,
    tastes,
)

every_model = pytest.mark.parametrize("name", NAMES)
every_learner = pytest.mark.parametrize("name", LEARNERS)


@every_learner
def test_the_held_out_square_of_ones_own_colour_beats_every_square_of_the_other(name):
    board = checkerboard()
    model = fitted(name, board)

    scores = model.score(model.history(board, now=NOW)[[0]])[0]

    assert scores[0] > scores[1::2].max()


@pytest.mark.parametrize("name", [name for name in LEARNERS if name != "content"])
def test_a_learner_finds_more_of_what_people_like_next_than_popularity_does(name):
    known, later = tastes()

    def hits(which):
        model = fitted(which, known)
        history = model.history(known, now=NOW)
        found, _ = model.recommend(history, 10, exclude=history)
        liked = later.matrix().toarray()[[later.users.rows([one])[0] for one in known.users.ids]] > 0
        return liked[np.arange(len(found))[:, None], found].sum()

    assert hits(name) > 1.15 * hits("popularity")


@every_model
def test_people_scored_together_or_alone_get_the_same(name):
    board = checkerboard()
    model = fitted(name, board)
    history = model.history(board, now=NOW)

    together, best = model.recommend(history, 5)
    alone = [model.recommend(history[[person]], 5) for person in range(history.shape[0])]

    # BLAS may add up one row in another order than many: the last bit, and with it a tie, may fall otherwise.
    items, scores = np.vstack([one for one, _ in alone]), np.vstack([one for _, one in alone])
    assert np.allclose(best, scores, rtol=1e-5, atol=1e-6)
    swapped = np.take_along_axis(model.score(history), items, axis=1) - best
    assert np.abs(swapped).max() < 1e-5
    assert (items == together).mean() > 0.5


@every_model
def test_blocks_of_people_do_not_show_in_the_answers(name, monkeypatch):
    board = checkerboard()
    model = fitted(name, board)
    history = model.history(board, now=NOW)
    whole = model.recommend(history, 5, exclude=history)

    monkeypatch.setattr("recommendations.ml.model.CHUNK_BYTES", 4 * model.n_items * 7)
    in_sevens = model.recommend(history, 5, exclude=history)

    assert np.array_equal(whole[0], in_sevens[0])


@every_model
def test_what_is_excluded_is_never_recommended(name):
    board = checkerboard()
    model = fitted(name, board)
    history = model.history(board, now=NOW)

    items, _ = model.recommend(history, 30, exclude=history)

    for person, found in enumerate(items):
        assert not set(found) & set(history[[person]].indices)


@every_model
def test_an_explicit_zero_in_the_mask_excludes_too(name):
    board = checkerboard()
    model = fitted(name, board)
    mask = history_of(24, (3, 1.0), (4, 1.0))
    mask.data[:] = 0

    items, _ = model.recommend(history_of(24, (1, 1.0)), 24, exclude=mask)

    assert not {3, 4} & set(items[0].tolist())


@every_model
def test_a_list_longer_than_the_shop_is_padded(name):
    board = checkerboard()
    model = fitted(name, board)

    items, scores = model.recommend(history_of(24, (1, 1.0)), 30, exclude=history_of(24, (0, 1.0)))

    assert sorted(items[0][:23].tolist()) == list(range(1, 24))
    assert items[0][23:].tolist() == [-1] * 7
    assert np.isneginf(scores[0][23:]).all()
    assert items.dtype == np.int32
    assert scores.dtype == np.float32


@every_model
def test_scores_come_best_first(name):
    board = checkerboard()
    model = fitted(name, board)

    _, scores = model.recommend(model.history(board, now=NOW), 10)

    assert (np.diff(scores, axis=1) <= 0).all()


@every_model
def test_the_same_seed_learns_the_same(name):
    board = checkerboard()

    first, second = fitted(name, board).state(), fitted(name, board).state()

    assert first.keys() == second.keys()
    for key in first:
        assert np.array_equal(first[key], second[key])


@every_model
def test_fitting_again_forgets_what_was_learned_before(name):
    board, other = checkerboard(), checkerboard(people=10, squares=12)
    model = model_of(name, board.items)

    model.fit(board, now=NOW)
    model.fit(other, now=NOW)

    fresh = fitted(name, other).state()
    for key, array in model.state().items():
        assert np.array_equal(array, fresh[key])


@every_model
def test_saved_and_restored_it_answers_the_same(name):
    board = checkerboard()
    model = fitted(name, board)
    history = model.history(board, now=NOW)
    for array in model.state().values():
        array.setflags(write=False)

    again = model_type(name).restore(
        model_type(name).parameters_type.of(json.loads(json.dumps(model.parameters.as_dict()))), model.state()
    )

    assert again.parameters == model.parameters
    assert np.array_equal(again.score(history), model.score(history))


@every_model
def test_what_is_saved_has_no_room_for_people(name):
    board = checkerboard(people=37)

    state = fitted(name, board).state()

    assert all(37 not in array.shape for array in state.values())


@every_model
def test_a_person_without_a_history_gets_a_list_of_finite_scores(name):
    model = fitted(name, checkerboard())

    items, scores = model.recommend(csr_matrix((2, 24)), 5)

    assert items.shape == (2, 5)
    assert (items >= 0).all()
    assert np.isfinite(scores).all()


@every_model
def test_nobody_at_all_gets_no_lists(name):
    model = fitted(name, checkerboard())

    items, scores = model.recommend(csr_matrix((0, 24)), 5)

    assert items.shape == scores.shape == (0, 5)


@every_model
def test_a_shop_without_items_has_nothing_to_recommend(name):
    model = fitted(name, events([], items=IdMap([])))

    items, scores = model.recommend(csr_matrix((1, 0)), 3)

    assert items.tolist() == [[-1, -1, -1]]
    assert np.isneginf(scores).all()


@every_model
def test_a_shop_where_nothing_has_happened_yet_has_lists_of_finite_scores(name):
    model = fitted(name, events([], items=IdMap(["i00", "i01", "i02"])))

    items, scores = model.recommend(history_of(3, (0, 1.0)), 3)

    assert sorted(items[0].tolist()) == [0, 1, 2]
    assert np.isfinite(scores).all()


@every_model
@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_people_who_all_say_the_same_are_survived(name, weight):
    rows = [(f"u{person}", f"i{item:02}", weight, 1) for person in range(5) for item in range(6)]

    model = fitted(name, events(rows))

    assert np.isfinite(model.score(model.history(events(rows), now=NOW))).all()


@every_model
def test_people_of_one_swipe_each_are_survived(name):
    rows = [(f"u{person}", f"i{person % 3:02}", 1.0, 1) for person in range(7)]

    model = fitted(name, events(rows))

    assert np.isfinite(model.score(model.history(events(rows), now=NOW))).all()


@every_model
def test_the_heaviest_weights_leave_finite_scores(name):
    rows = [(f"u{person}", f"i{item:02}", [1e6, -1e6, 1.0][item % 3], 1) for person in range(6) for item in range(9)]

    model = fitted(name, events(rows))

    assert np.isfinite(model.score(model.history(events(rows), now=NOW))).all()


@every_model
@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf, 1e300])
def test_a_history_with_a_weight_that_is_no_number_is_refused(name, weight):
    model = fitted(name, checkerboard())

    with pytest.raises(ValueError, match="A weight has to be a number between"):
        model.score(history_of(24, (0, weight)))


@every_model
def test_a_history_of_other_items_is_refused(name):
    model = fitted(name, checkerboard())

    with pytest.raises(ValueError, match="The history is of 23 items, the model knows 24"):
        model.recommend(history_of(23, (0, 1.0)), 3)


@every_model
@pytest.mark.parametrize("n", [0, -1])
def test_a_list_of_no_items_is_refused(name, n):
    model = fitted(name, checkerboard())

    with pytest.raises(ValueError, match=f"has to be at least 1, not {n}"):
        model.recommend(history_of(24, (0, 1.0)), n)


@every_model
def test_a_model_that_has_learned_nothing_says_so(name):
    model = model_of(name, IdMap([]))

    with pytest.raises(NotFitted):
        model.score(csr_matrix((1, 0)))


@every_model
def test_progress_ends_at_one(name):
    board, seen = checkerboard(), []

    model_of(name, board.items).fit(board, now=NOW, progress=seen.append)

    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@every_model
def test_who_watches_the_progress_can_stop_it(name):
    board = checkerboard()

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model_of(name, board.items).fit(board, now=NOW, progress=stop)


@every_model
def test_neither_histories_nor_masks_are_changed(name):
    board = checkerboard()
    model = fitted(name, board)
    history = csr_matrix(([1.0, 2.0, 0.0], [5, 5, 1], [0, 3]), shape=(1, 24))
    before = history.data.tolist(), history.indices.tolist()

    model.recommend(history, 3, exclude=history)

    assert (history.data.tolist(), history.indices.tolist()) == before


@every_model
def test_an_item_stored_twice_in_a_history_counts_as_its_sum(name):
    model = fitted(name, checkerboard())
    twice = csr_matrix(([0.25, 0.75], [5, 5], [0, 2]), shape=(1, 24))

    assert np.array_equal(model.score(twice), model.score(history_of(24, (5, 1.0))))
