import numpy as np
import pytest

from recommendations.ml.tests.worlds import events, fitted, history_of


def test_people_are_counted_and_not_events():
    told = events([("alice", "mug", 1, 1)] * 9 + [("alice", "scarf", 1, 1), ("bob", "scarf", 1, 2)])

    found, _ = fitted("popularity", told).recommend(history_of(2), 2)

    assert told.items.take(found[0]) == ["scarf", "mug"]


def test_only_the_last_days_count():
    old = [(f"u{person}", "mug", 1, 15) for person in range(9)]
    told = events([*old, ("alice", "scarf", 1, 13)])

    found, _ = fitted("popularity", told, window_days=14).recommend(history_of(2), 2)

    assert told.items.take(found[0]) == ["scarf", "mug"]


def test_what_is_equal_lately_stands_by_what_was_liked_ever():
    told = events([("alice", "a", 1, 1), ("bob", "b", 1, 1), ("charlie", "b", 1, 90)])

    scores = fitted("popularity", told).counts_

    # Within 14 days one voice each; ever 1 and 2, over the most there is and one more.
    assert scores.tolist() == [pytest.approx(1 + 1 / 3), pytest.approx(1 + 2 / 3)]


def test_a_dislike_is_no_vote():
    told = events([("alice", "mug", -1, 1), ("bob", "scarf", 1, 1)])

    assert fitted("popularity", told).counts_.tolist() == [0.0, 1.5]


def test_everybody_gets_the_same():
    told = events([("alice", "a", 1, 1), ("bob", "b", 1, 1)])
    model = fitted("popularity", told)

    scores = model.score(model.history(told))

    assert np.array_equal(scores[0], scores[1])
