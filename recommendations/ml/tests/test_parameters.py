import json

import pytest

from recommendations.ml.als import AlsParameters
from recommendations.ml.models import NAMES, model_type


@pytest.mark.parametrize("name", NAMES)
def test_parameters_survive_json(name):
    defaults = model_type(name).parameters_type()

    assert type(defaults).of(json.loads(json.dumps(defaults.as_dict()))) == defaults


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="There is no parameter 'factor'; there are half_life_days, repeats, seed"):
        AlsParameters.of({"factor": 64})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("factors", 0, "factors has to be between 1 and 1024, not 0"),
        ("factors", 1025, "factors has to be between 1 and 1024, not 1025"),
        ("factors", 2.5, "factors has to be a whole number, not 2.5"),
        ("factors", True, "factors has to be a number, not True"),
        ("factors", "64", "factors has to be a number, not '64'"),
        ("factors", None, "factors has to be a number, not None"),
        ("alpha", float("nan"), "alpha has to be between 0.001 and 1e\\+06, not nan"),
        ("alpha", float("inf"), "alpha has to be between 0.001 and 1e\\+06, not inf"),
        ("repeats", "mean", "repeats has to be one of latest, sum, not 'mean'"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence(name, value, sentence):
    with pytest.raises(ValueError, match=sentence):
        AlsParameters.of({name: value})


def test_a_whole_number_written_with_a_point_is_taken():
    assert AlsParameters.of({"factors": 32.0}).factors == 32


def test_no_half_life_means_that_nothing_fades():
    assert AlsParameters.of({"half_life_days": None}).half_life_days is None
    assert AlsParameters.of({"half_life_days": 90}).half_life_days == 90.0


def test_a_model_that_there_is_not_is_refused():
    with pytest.raises(
        ValueError, match="There is no model 'svd'; there are popularity, frequency, ease, als, bm25, content, trend"
    ):
        model_type("svd")
