import numpy as np
import pytest

from recommendations.ml.content import Content, ContentParameters
from recommendations.ml.interactions import IdMap
from recommendations.ml.tests.worlds import history_of

ITEMS = IdMap(["a", "b", "c", "d"])
TEXTS = ["red wool scarf", "red cotton scarf", "blue enamel mug", "!!!"]


@pytest.fixture
def shelf():
    return Content().fit_texts(ITEMS, TEXTS)


def test_what_shares_words_is_alike_and_what_shares_none_is_not(shelf):
    scores = shelf.score(history_of(4, (0, 1.0)))[0]

    assert scores[0] == pytest.approx(1.0)
    assert 0 < scores[1] < 1
    assert scores[2] == scores[3] == 0


def test_a_cosine_worked_by_hand():
    model = Content(ContentParameters(ngram_max=1)).fit_texts(IdMap(["a", "b"]), ["red mug", "red scarf"])

    # Smoothed idf: red ln(3 / 3) + 1 = 1, the others ln(3 / 2) + 1 = 1.405; the cosine is 1 / (1 + 1.405²).
    assert model.score(history_of(2, (0, 1.0)))[0, 1] == pytest.approx(1 / (1 + (np.log(1.5) + 1) ** 2), rel=1e-6)


def test_a_dislike_counts_against_what_is_alike(shelf):
    assert shelf.score(history_of(4, (0, -1.0)))[0, 1] < 0


def test_a_new_item_has_neighbours_before_anybody_has_seen_it(shelf):
    rows, cosines = shelf.neighbours(["Scarf, red"], 4)

    assert set(rows[0][:2]) == {0, 1}
    assert rows[0][2:].tolist() == [-1, -1]
    assert (np.diff(cosines[0][:2]) <= 0).all()


def test_a_text_of_unknown_words_has_no_neighbours(shelf):
    rows, _ = shelf.neighbours(["zebra"], 2)

    assert rows.tolist() == [[-1, -1]]


def test_an_item_is_not_its_own_neighbour(shelf):
    rows, _ = shelf.similar(np.array([0, 2]), 2)

    assert rows.tolist() == [[1, -1], [-1, -1]]


def test_a_restored_shelf_reads_new_texts_alike(shelf):
    again = Content.restore(shelf.parameters, shelf.state())

    texts = ["Crème red mug", "blue scarf scarf", ""]
    assert np.array_equal(again.vectorise(texts).toarray(), shelf.vectorise(texts).toarray())


def test_the_vocabulary_keeps_to_its_size():
    model = Content(ContentParameters(max_features=3)).fit_texts(ITEMS, TEXTS)

    assert len(model.terms_) == 3


def test_a_shop_without_a_word_is_survived():
    model = Content().fit_texts(IdMap(["a", "b"]), ["", "?"])

    assert model.score(history_of(2, (0, 1.0))).tolist() == [[0.0, 0.0]]
    assert model.neighbours(["red mug"], 2)[0].tolist() == [[-1, -1]]


def test_every_item_needs_a_text():
    with pytest.raises(ValueError, match="There are 4 items and 1 texts"):
        Content().fit_texts(ITEMS, ["red"])


def test_without_texts_there_is_nothing_to_learn_from():
    from recommendations.ml.tests.worlds import checkerboard

    with pytest.raises(ValueError, match="Content learns from texts"):
        Content().fit(checkerboard())
