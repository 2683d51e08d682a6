import numpy as np
import pytest

from recommendations.ml.interactions import IdMap, Interactions
from recommendations.ml.tests.worlds import NOW, events


def test_ids_go_in_and_come_out_in_their_order():
    items = IdMap(["mug", "scarf", "lamp"])

    assert items.take(items.rows(["lamp", "mug"])) == ["lamp", "mug"]
    assert len(items) == 3


def test_an_id_map_refuses_an_id_twice():
    with pytest.raises(ValueError, match="needs every id once"):
        IdMap(["mug", "mug"])


def test_events_of_unknown_items_and_of_no_weight_are_left_out():
    known = IdMap(["mug"])

    told = events([("alice", "mug", 1, 0), ("bob", "lamp", 1, 0), ("charlie", "mug", 0, 0)], items=known)

    assert told.users.ids == ("alice",)
    assert told.items is known
    assert len(told) == 1


def test_what_was_liked_leaves_out_the_dislikes_and_keeps_the_id_maps():
    told = events([("alice", "mug", 1.0, 0), ("bob", "lamp", -1.0, 0)])

    liked = told.liked()

    assert (liked.users, liked.items) == (told.users, told.items)
    assert liked.items.take(liked.item_rows) == ["mug"]
    assert liked.weights.tolist() == [1.0]


def test_a_weight_halves_with_every_half_life():
    told = events([("alice", "mug", 2.0, 60), ("alice", "scarf", -1.0, 120)])

    matrix = told.matrix(now=NOW, half_life_days=60)

    assert matrix.toarray().tolist() == [[1.0, -0.25]]


def test_without_a_half_life_nothing_fades():
    assert events([("alice", "mug", 2.0, 6000)]).matrix(now=NOW).toarray().tolist() == [[2.0]]


def test_an_event_after_now_is_as_fresh_as_one_at_now():
    told = events([("alice", "mug", 1.0, -30)])

    assert told.matrix(now=NOW, half_life_days=60).toarray().tolist() == [[1.0]]


def test_ages_end_at_the_last_event_when_no_moment_is_told():
    told = events([("alice", "mug", 1.0, 100), ("alice", "scarf", 1.0, 40)])

    assert told.matrix(half_life_days=60).toarray().tolist() == [[0.5, 1.0]]


def test_what_is_repeated_is_summed():
    told = events([("alice", "mug", 1.0, 60), ("alice", "mug", 1.0, 0)])

    assert told.matrix(now=NOW, half_life_days=60).toarray().tolist() == [[1.5]]


def test_or_the_latest_answer_alone_counts():
    told = events([("alice", "mug", -1.0, 0), ("alice", "mug", 1.0, 60), ("bob", "mug", 1.0, 60)])

    matrix = told.matrix(now=NOW, half_life_days=60, repeats="latest")

    assert matrix.toarray().tolist() == [[-1.0], [0.5]]


def test_of_two_answers_at_the_same_moment_the_later_in_the_list_counts():
    told = events([("alice", "mug", 1.0, 5), ("alice", "mug", -1.0, 5)])

    assert told.matrix(repeats="latest").toarray().tolist() == [[-1.0]]


def test_what_cancels_out_or_has_faded_away_is_not_stored():
    told = events([("alice", "mug", 1.0, 0), ("alice", "mug", -1.0, 0), ("alice", "lamp", 1.0, 30_000)])

    assert told.matrix(now=NOW, half_life_days=60).nnz == 0


@pytest.mark.parametrize("weight", [np.nan, np.inf, 1e300, -1e300])
def test_a_weight_that_is_no_number_or_absurd_is_refused(weight):
    with pytest.raises(ValueError, match="A weight has to be a number between"):
        events([("alice", "mug", weight, 0)])


def test_a_time_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="needs a time that is a number"):
        events([("alice", "mug", 1.0, np.nan)])


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="a user, an item, a weight and a time"):
        Interactions.from_events(["alice"], ["mug"], [1.0, 2.0], [NOW])


def test_a_row_that_its_id_map_does_not_have_is_refused():
    one = np.array([0], dtype=np.int32)

    with pytest.raises(ValueError, match="names a row"):
        Interactions(one, one + 1, np.ones(1, np.float32), np.ones(1), IdMap(["alice"]), IdMap(["mug"]))


def test_a_moment_divides_events_into_before_and_from_then_on():
    told = events([("alice", "mug", 1.0, 2), ("alice", "lamp", 1.0, 1)])
    border = told.times.max()

    assert told.until(border).times.tolist() == [told.times.min()]
    assert told.since(border).times.tolist() == [border]
