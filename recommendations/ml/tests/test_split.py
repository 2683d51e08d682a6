import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recommendations.ml.split import first_items, split_pairs, split_transactions
from recommendations.ml.tests.worlds import events


def sales(*rows):
    """Return a table of sales from (user, product, day, title)."""
    frame = pd.DataFrame(rows, columns=["user", "product", "at", "title"])
    return frame.assign(at=pd.to_datetime(frame["at"], utc=True))


YEAR = sales(
    ("alice", "mug", "2011-11-11 23:59", "BLUE MUG"),
    ("alice", "scarf", "2011-10-01 08:00", "SCARF"),
    ("bob", "scarf", "2011-10-20 08:00", ""),
    ("alice", "scarf", "2011-11-12 00:00", "SCARF FOR WINTER"),
    ("bob", "mug", "2011-12-09 12:50", "BLUE MUG"),
    ("charlie", "mug", "2011-12-01 12:00", "BLUE MUG"),
    ("alice", "lamp", "2011-12-01 12:00", "LAMP"),
)


def test_the_last_28_days_are_the_test_and_all_before_is_train():
    split = split_transactions(YEAR)

    assert split.words() == "2011-11-12 to 2011-12-09"
    assert split.train.users.ids == ("alice", "bob")
    assert split.train.items.ids == ("mug", "scarf")
    assert len(split.train) == 3


def test_what_a_known_person_bought_of_a_known_product_is_relevant():
    split = split_transactions(YEAR)

    # Alice bought the scarf again and Bob the mug for the first time; Charlie and the lamp were not there before.
    assert split.relevant.toarray().tolist() == [[0, 1], [1, 0]]
    assert split.new.toarray().tolist() == [[0, 0], [1, 0]]


def test_an_item_is_called_what_it_was_called_last_before_the_window():
    assert split_transactions(YEAR).texts == ("BLUE MUG", "SCARF")


def test_the_window_before_knows_nothing_of_the_last_one():
    split = split_transactions(YEAR, windows_back=1)

    assert split.words() == "2011-10-15 to 2011-11-11"
    assert split.train.items.ids == ("scarf",)
    assert split.train.users.ids == ("alice",)


def test_a_table_without_titles_has_no_texts():
    assert split_transactions(YEAR.drop(columns="title")).texts == ()


def test_a_table_of_the_window_alone_cannot_be_divided():
    with pytest.raises(ValueError, match="No line lies before the test window of 28 days"):
        split_transactions(YEAR[3:])


def test_a_table_without_a_line_cannot_be_divided():
    with pytest.raises(ValueError, match="No line lies before"):
        split_transactions(YEAR[:0])


@pytest.mark.parametrize("wrong", [{"days": 0}, {"windows_back": -1}])
def test_a_window_of_no_days_or_ahead_of_time_is_refused(wrong):
    with pytest.raises(ValueError, match="at least one day"):
        split_transactions(YEAR, **wrong)


def test_pairs_are_taken_as_they_are():
    split = split_pairs(csr_matrix([[1, 0, 1], [0, 1, 0]]), csr_matrix([[0, 1, 0], [0, 0, 0]]))

    assert split.seen.toarray().tolist() == [[1, 0, 1], [0, 1, 0]]
    assert split.new.toarray().tolist() == [[0, 1, 0], [0, 0, 0]]


def test_pairs_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"The train matrix is \(1, 2\), the test matrix \(1, 3\)"):
        split_pairs(csr_matrix((1, 2)), csr_matrix((1, 3)))


def test_the_first_items_of_a_person_are_those_met_first_with_what_was_repeated_among_them():
    told = events(
        [
            ("alice", "lamp", 1, 1),
            ("alice", "mug", 1, 9),
            ("alice", "mug", 1, 2),
            ("alice", "scarf", 1, 5),
            ("bob", "lamp", 1, 3),
        ]
    )

    kept = first_items(told, 2)

    assert [
        (kept.users.ids[user], kept.items.ids[item]) for user, item in zip(kept.user_rows, kept.item_rows, strict=True)
    ] == [("alice", "mug"), ("alice", "scarf"), ("bob", "lamp")]
